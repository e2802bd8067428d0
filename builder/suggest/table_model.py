"""Suggest a model for the columns of a table: features, hidden layers, an end for each target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from builder.check.graph.legal_names import usable
from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec, TrainingSpec, unique_name
from builder.suggest.draft import Draft
from builder.suggest.media.picture_model import (
    PICTURE_SIZES,
    PictureSize,
    is_pictures,
    suggest_pictures,
)
from builder.suggest.media.sound_model import SOUND_SIZES, is_sounds, suggest_sounds
from builder.suggest.outputs import Ending, ending
from builder.suggest.ratings_model import is_rating, suggest_ratings
from builder.suggest.series_model import SERIES_SIZES, SeriesSize, is_series, suggest_series

FEATURES = "features"
"""The block that turns columns into numbers."""


@dataclass(frozen=True, slots=True)
class ModelSize:
    """How large a suggested model is.

    Args:
        title, sentence: for people: what it is called, and why one would take it.
        units: of each hidden layer.
        dropout: share of a hidden layer's values that is left out while training.
    """

    title: str
    sentence: str
    units: tuple[int, ...]
    dropout: float = 0.0


SIZES = {
    "linear": ModelSize(
        "No hidden layer",
        "Every column pushes the answer up or down by itself: the honest beginning, and often"
        " hard to beat.",
        (),
    ),
    "small": ModelSize(
        "Two small layers",
        "Two hidden layers find how columns work together; enough for most tables of some"
        " hundreds to some ten thousand rows.",
        (64, 32),
        0.2,
    ),
    "large": ModelSize(
        "Three wide layers",
        "More layers for many rows and columns; on few rows it learns them by heart.",
        (256, 128, 64),
        0.3,
    ),
}
"""The sizes there are, from the smallest."""

LONG = 20_000
"""With more training rows than this, larger batches and fewer epochs do."""


def suggest(facts: DataFacts, dataset: ObjectSpec, size: str = "small") -> TrainingSpec:
    """A training for this dataset: a model of its own, bound to the columns.

    Args:
        facts: of ``dataset``; all its inputs are read, all its targets answered.
        size: one of ``SIZES``.
    """
    name = usable(str(dataset.config.get("name") or facts.title).rpartition(".")[0], "model")
    if is_series(facts):
        return suggest_series(facts, dataset, size, name)
    if is_pictures(facts):
        return suggest_pictures(facts, dataset, size, name)
    if is_sounds(facts):
        return suggest_sounds(facts, dataset, size, name)
    if is_rating(facts):
        return suggest_ratings(facts, dataset, size, name)
    draft, columns = Draft(), dict[str, object]()
    joined = add_features(draft, facts.inputs, columns)
    for units in SIZES[size].units:
        dense = ObjectSpec("Dense", Config(units=units, activation="relu"))
        dropout = ObjectSpec("Dropout", Config(rate=SIZES[size].dropout))
        joined = draft.chain((dense, dropout), joined)
    ends: dict[str, Ending] = {}
    for target in facts.targets:
        end = ending(target)
        before = draft.chain(end.layers[:-1], joined)
        node = draft.add(end.layers[-1], before, name=usable(target.name, "answer"))
        ends[node], columns[node] = end, target.name
    model = draft.model(name, tuple(ends))
    return TrainingSpec(
        model, dataset, Config(columns), _compile(ends), _fit(facts.n_train), seed=0
    )


def sizes(facts: DataFacts) -> Mapping[str, ModelSize | SeriesSize | PictureSize]:
    """The sizes there are for such columns, from the smallest."""
    if is_pictures(facts):
        return PICTURE_SIZES
    if is_sounds(facts):
        return SOUND_SIZES
    return SERIES_SIZES if is_series(facts) else SIZES


def follow(
    training: TrainingSpec, old: DataFacts, new: DataFacts, dataset: ObjectSpec
) -> TrainingSpec:
    """The training with another dataset: a model that is still as it was suggested for the old one
    becomes what is suggested for the new one; a person's own stays.

    Args:
        old: of ``training.dataset``.
        new: of ``dataset``.
    """
    if (size := suggested_size(training, old)) is None:
        return replace(training, dataset=dataset)
    return replace(suggest(new, dataset, size), fit=training.fit, seed=training.seed)


def suggested_size(training: TrainingSpec, facts: DataFacts) -> str | None:
    """Which suggested model this one is; None: it is a person's own."""
    mine = training.model, training.columns
    for size in SIZES:
        other = suggest(facts, training.dataset, size)
        if mine == (other.model, other.columns):
            return size
    return None


def add_features(draft: Draft, inputs: tuple[ColumnFacts, ...], columns: dict[str, object]) -> str:
    """The Inputs, bound in ``columns``, and the block that makes features of them; its node."""
    block, ends, doors = Draft(), list[str](), list[str]()
    groups = _groups(inputs)
    for name, group in groups:
        layer = find_kind(group[0].kind).input_layer(group[0])
        if len(group) > 1:
            layer = layer.with_(shape=(len(group),))
        node = draft.add(layer, name=name)
        columns[node] = tuple(c.name for c in group) if len(group) > 1 else group[0].name
        doors.append(block.add(layer, name=node))
    for door, (_, group) in zip(doors, groups, strict=True):
        chains = find_kind(group[0].kind).encodings(group)
        ends += [block.chain(layers, door, door) for layers in chains]
    last = block.add(ObjectSpec("Concatenate"), *ends) if len(ends) > 1 else ends[0]
    return draft.add(block.model(FEATURES, (last,)), *doors, name=FEATURES)


def _groups(inputs: tuple[ColumnFacts, ...]) -> list[tuple[str, tuple[ColumnFacts, ...]]]:
    """The columns that each Input reads, those with missing values first, and the Input's name."""
    shared: dict[str, list[ColumnFacts]] = {}
    for column in inputs:
        shares = find_kind(column.kind).shared_input
        shared.setdefault(shares or column.name, []).append(column)
    taken: set[str] = set()
    groups = []
    for name, columns in shared.items():
        columns.sort(key=lambda c: not any(r.missing for r in c.ranges))
        title = unique_name(usable(name, "column"), taken)
        taken.add(title)
        groups.append((title, tuple(columns)))
    return groups


def _compile(ends: dict[str, Ending]) -> Config:
    optimizer = ObjectSpec("Adam")
    if len(ends) == 1:
        end = next(iter(ends.values()))
        return Config(optimizer=optimizer, loss=end.loss, metrics=end.metrics)
    return Config(
        optimizer=optimizer,
        loss={name: end.loss for name, end in ends.items()},
        loss_weights={name: end.weight for name, end in ends.items()},
        metrics={name: end.metrics for name, end in ends.items()},
    )


def _fit(rows: int) -> Config:
    """Until the validation rows say that nothing more is learned."""
    stop = ObjectSpec("EarlyStopping", Config(patience=10, restore_best_weights=True))
    many = rows > LONG
    return Config(
        epochs=20 if many else 100,
        batch_size=256 if many else 32,
        validation_split=0.15,
        callbacks=(stop,),
    )
