"""Suggest a model for sounds: a picture of the sound, convolutions over it, an end for each."""

from __future__ import annotations

from builder.datasets.sound_folder import CONTENTS, ENTRY
from builder.facts import DataFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec, TrainingSpec
from builder.suggest.draft import Draft
from builder.suggest.media.picture_model import PictureSize
from builder.suggest.outputs import ending

SOUND_SIZES = {
    "linear": PictureSize(
        "No hidden layer",
        "Every tone at every moment pushes towards a class by itself: the honest beginning.",
    ),
    "small": PictureSize(
        "A small CNN over the spectrogram",
        "The sound becomes a picture of tones over time, and convolutions look for shapes in it:"
        " enough for most folders of some hundred sounds.",
        (16, 32, 64),
        64,
    ),
    "large": PictureSize(
        "A larger CNN",
        "More filters for thousands of sounds or classes that sound alike.",
        (32, 64, 128),
        128,
    ),
}
"""The sizes there are, from the smallest."""

FRAME_SECONDS = 0.032
"""Of the sound behind each column of its picture; a fourth of it lies between two columns."""

BANDS = 48
"""Rows of the picture: bands of tones, as far apart as they sound."""

SPAN = 50.0
"""Decibels that become 1."""

LONG = 5000
"""With more sounds than this, larger batches and fewer epochs do."""


def _layer(class_name: str, **config: object) -> ObjectSpec:
    return ObjectSpec(class_name, Config(config))


def is_sounds(facts: DataFacts) -> bool:
    """Whether one sound is read and a class answered."""
    kinds = [c.kind for c in facts.inputs] == [kind for kind, _ in CONTENTS.inputs.values()]
    return kinds and len(facts.targets) == 1 and bool(facts.target.classes)


def suggest_sounds(facts: DataFacts, dataset: ObjectSpec, size: str, name: str) -> TrainingSpec:
    """A training for such a dataset; ``size`` is one of ``SOUND_SIZES``."""
    draft, chosen = Draft(), SOUND_SIZES[size]
    door = draft.add(find_kind(facts.input.kind).input_layer(facts.input))
    rate = int(dataset.config.get("rate", ENTRY.args["rate"]))
    samples = facts.input.shape[0]
    frame = 2 ** max(6, round(rate * FRAME_SECONDS).bit_length() - 1)
    stride = frame // 4
    picture = _layer(
        "MelSpectrogram",
        fft_length=frame,
        sequence_stride=stride,
        sampling_rate=rate,
        num_mel_bins=BANDS,
        min_freq=50.0,
        top_db=200.0,  # else a sound would be seen by the loudest of its batch
    )
    height, width = BANDS, samples // stride + 1
    layers = [picture, _layer("Reshape", target_shape=(height, width, 1))]
    layers.append(_layer("Rescaling", scale=1 / SPAN, offset=1.0))
    if chosen.filters:  # said a little sooner or later, lower or higher
        moved = {"height_factor": 0.08, "width_factor": 0.15, "fill_mode": "nearest"}
        layers.append(_layer("RandomTranslation", **moved))
    for filters in chosen.filters:
        if min(height, width) < 4:
            break
        layers.append(
            _layer("Conv2D", filters=filters, kernel_size=3, padding="same", activation="relu")
        )
        layers.append(_layer("MaxPooling2D"))
        height, width = height // 2, width // 2
    layers.append(_layer("Flatten"))
    if chosen.units:
        hidden = _layer("Dense", units=chosen.units, activation="relu")
        layers += [_layer("Dropout", rate=0.3), hidden, _layer("Dropout", rate=0.3)]
    end = ending(facts.target)
    last = draft.chain((*layers, *end.layers), door)
    compile = Config(optimizer=_layer("Adam"), loss=end.loss, metrics=end.metrics)
    many = facts.n_train > LONG
    stop = _layer("EarlyStopping", patience=5 if many else 10, restore_best_weights=True)
    fit = Config(
        epochs=20 if many else 60,
        batch_size=128 if many else 32,
        validation_split=dataset.config.get("validation") or 0.15,
        callbacks=(stop,),
    )
    model = draft.model(name, (last,))
    return TrainingSpec(model, dataset, Config(), compile, fit, seed=0)
