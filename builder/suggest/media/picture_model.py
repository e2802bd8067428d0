"""Suggest a model for pictures: changed a little at random, convolutions, an end for the class."""

from __future__ import annotations

from dataclasses import dataclass

from builder.facts import DataFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec, TrainingSpec
from builder.suggest.draft import Draft
from builder.suggest.outputs import ending


@dataclass(frozen=True, slots=True)
class PictureSize:
    """How large a suggested model for pictures is.

    Args:
        title, sentence: for people: what it is called, and why one would take it.
        filters: of each convolution; behind each the picture is halved.
        units: of the hidden layer behind them; 0: there is none.
    """

    title: str
    sentence: str
    filters: tuple[int, ...] = ()
    units: int = 0


PICTURE_SIZES = {
    "linear": PictureSize(
        "No hidden layer",
        "Every point pushes towards a class by itself: the honest beginning, which anything"
        " better must beat.",
    ),
    "small": PictureSize(
        "A small CNN",
        "Convolutions look for edges, corners and parts, and every picture is turned, moved and"
        " resized a little each time it is learned: enough for most folders of some hundred"
        " pictures.",
        (16, 32, 64, 64),
        64,
    ),
    "large": PictureSize(
        "A larger CNN",
        "More filters for thousands of pictures or classes that look alike; slower, and on few"
        " pictures no better.",
        (32, 64, 128, 128),
        128,
    ),
}
"""The sizes there are, from the smallest."""

SMALLEST = 4
"""A picture is not halved to fewer points a side than this."""

LONG = 5000
"""With more pictures than this, larger batches and fewer epochs do."""


def _layer(class_name: str, **config: object) -> ObjectSpec:
    return ObjectSpec(class_name, Config(config))


def is_pictures(facts: DataFacts) -> bool:
    """Whether one picture is read, as it was taken, and a class answered."""
    whole = facts.input.dtype == "uint8" and find_kind(facts.input.kind).has_pixels
    classes = [c for c in facts.targets if c.classes]
    return whole and len(facts.inputs) == len(facts.targets) == len(classes) == 1


def suggest_pictures(facts: DataFacts, dataset: ObjectSpec, size: str, name: str) -> TrainingSpec:
    """A training for such a dataset; ``size`` is one of ``PICTURE_SIZES``."""
    draft, chosen = Draft(), PICTURE_SIZES[size]
    door = draft.add(find_kind(facts.input.kind).input_layer(facts.input))
    layers = [_layer("Rescaling", scale=1 / 255)]
    side = min(facts.input.shape[:2])
    if chosen.filters:
        layers += _augmentation()
    for filters in chosen.filters:
        if side < 2 * SMALLEST:
            break
        layers.append(
            _layer("Conv2D", filters=filters, kernel_size=3, padding="same", activation="relu")
        )
        layers.append(_layer("MaxPooling2D"))
        side //= 2
    layers.append(_layer("Flatten"))
    if chosen.units:
        hidden = _layer("Dense", units=chosen.units, activation="relu")
        layers += [_layer("Dropout", rate=0.3), hidden, _layer("Dropout", rate=0.3)]
    end = ending(facts.target)
    last = draft.chain((*layers, *end.layers), door)
    compile = Config(optimizer=_layer("Adam"), loss=end.loss, metrics=end.metrics)
    return TrainingSpec(
        draft.model(name, (last,)), dataset, Config(), compile, _fit(facts, dataset), seed=0
    )


def _augmentation() -> list[ObjectSpec]:
    """What leaves most labels true: letters and digits, for one, do not bear to be mirrored."""
    return [
        _layer("RandomRotation", factor=0.05),
        _layer("RandomTranslation", height_factor=0.1, width_factor=0.1),
        _layer("RandomZoom", height_factor=0.1),
    ]


def _fit(facts: DataFacts, dataset: ObjectSpec) -> Config:
    """Until the validation pictures say that nothing more is learned."""
    many = facts.n_train > LONG
    stop = _layer("EarlyStopping", patience=5 if many else 10, restore_best_weights=True)
    return Config(
        epochs=20 if many else 60,
        batch_size=128 if many else 32,
        validation_split=dataset.config.get("validation") or 0.15,
        callbacks=(stop,),
    )
