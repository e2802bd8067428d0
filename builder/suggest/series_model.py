"""Suggest a model for a series: from the past to how much each of the next values changes.

What comes in is scaled by the training steps and seen against its last value, and what the model
answers is added to that value: a trend then goes on beyond what was ever seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from builder.check.graph.legal_names import usable
from builder.facts import ColumnFacts, DataFacts, Range
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec, TrainingSpec
from builder.suggest.draft import Draft

WHOLE = Config(start=None, stop=None, step=None)
LAST = Config(start=-1, stop=None, step=None)


def _layer(class_name: str, **config: object) -> ObjectSpec:
    return ObjectSpec(class_name, Config(config))


@dataclass(frozen=True, slots=True)
class SeriesSize:
    """How large a suggested model for a series is.

    Args:
        title, sentence: for people: what it is called, and why one would take it.
        units: of a recurrent layer that reads the window; 0: there is none.
        rates: how far apart each convolution's three steps stand.
    """

    title: str
    sentence: str
    units: int = 0
    rates: tuple[int, ...] = ()


SERIES_SIZES = {
    "linear": SeriesSize(
        "A weighted sum of the window",
        "Every value of the window pushes the forecast by itself: the honest beginning, and often"
        " hard to beat on a short series.",
    ),
    "small": SeriesSize(
        "A small recurrent layer",
        "It reads the window step by step and keeps what matters; enough for most series of some"
        " thousand steps.",
        units=32,
    ),
    "large": SeriesSize(
        "Convolutions that look further and further back",
        "Each layer sees twice as far as the one before: for long windows and many steps.",
        rates=(1, 2, 4, 8),
    ),
}
"""The sizes there are, from the smallest."""

RATE = 0.005
"""Of the optimizer: Keras's own takes thousands of epochs over a hundred windows."""

LONG = 20_000
"""With more windows than this, larger batches and fewer epochs do."""


def is_series(facts: DataFacts) -> bool:
    """Whether windows over a series are to be continued."""
    return bool(facts.targets) and all(c.steps and c.shape for c in facts.columns)


def suggest_series(facts: DataFacts, dataset: ObjectSpec, size: str, name: str) -> TrainingSpec:
    """A training for such a dataset; ``size`` is one of ``SERIES_SIZES``."""
    draft, columns = Draft(), dict[str, object]()
    past = facts.inputs[0]
    scaled, *ahead = _add_inputs(draft, facts.inputs, columns)
    last = draft.add(_layer("ops.get_item", key=(WHOLE, LAST)), scaled, name="last_step")
    change = draft.add(_layer("ops.subtract"), scaled, last, name="against_last")
    read = [draft.add(_layer("Flatten"), change, name="window")]
    if layers := _window_layers(SERIES_SIZES[size]):
        read.append(draft.chain(layers, change))
    read.append(draft.add(_layer("Flatten"), last, name="level"))
    read += [draft.add(_layer("Flatten"), node) for node in ahead]
    joined = draft.add(_layer("Concatenate"), *read)
    ends = {}
    for target in facts.targets:
        place = past.features.index(target.name)
        key = (WHOLE, -1, Config(start=place, stop=place + 1, step=None))
        label = usable(target.name, "value")
        level = draft.add(_layer("ops.get_item", key=key), scaled, name=f"last_{label}")
        steps = draft.add(_layer("Dense", units=target.shape[0]), joined, name=f"{label}_change")
        total = draft.add(_layer("Add"), steps, level)
        mean, deviation = _spread(past.ranges[place])
        end = draft.add(_layer("Rescaling", scale=deviation, offset=mean), total, name=label)
        ends[end], columns[end] = 1 / deviation**2, target.name
    return TrainingSpec(
        draft.model(name, tuple(ends)),
        *(dataset, Config(columns), _compile(ends), _fit(facts.n_train)),
        seed=0,
    )


def _window_layers(size: SeriesSize) -> list[ObjectSpec]:
    """What makes one row of numbers of a window, beside its values as they are."""
    if size.units:
        return [_layer("GRU", units=size.units)]
    look: dict[str, object] = {"filters": 32, "kernel_size": 3, "padding": "causal"}
    further = [{"dilation_rate": rate} if rate > 1 else {} for rate in size.rates]
    layers = [_layer("Conv1D", **look, **apart, activation="relu") for apart in further]
    return [*layers, _layer("Flatten")] if layers else []


def _add_inputs(
    draft: Draft, inputs: tuple[ColumnFacts, ...], columns: dict[str, object]
) -> list[str]:
    """The Inputs of the columns, each scaled by what the training steps have; the last nodes."""
    doors = []
    for column in inputs:
        title = usable(column.name, "input")
        doors.append(draft.add(find_kind(column.kind).input_layer(column), name=title))
        columns[doors[-1]] = column.name
    ends = []
    for door, column in zip(doors, inputs, strict=True):
        spreads = [_spread(spread) for spread in column.ranges]
        known = {"mean": [m for m, _ in spreads], "variance": [d**2 for _, d in spreads]}
        ends.append(draft.add(_layer("Normalization", **known), door, name=f"{door}_scaled"))
    return ends


def _spread(spread: Range) -> tuple[float, float]:
    """Mean and deviation; 1 for a channel that never changes."""
    return spread.mean, spread.deviation or 1.0


def _compile(ends: dict[str, float]) -> Config:
    loss, metrics = _layer("MeanSquaredError"), (_layer("MeanAbsoluteError"),)
    optimizer = _layer("Adam", learning_rate=RATE)
    if len(ends) == 1:
        return Config(optimizer=optimizer, loss=loss, metrics=metrics)
    return Config(
        optimizer=optimizer,
        loss=dict.fromkeys(ends, loss),
        loss_weights=ends,
        metrics=dict.fromkeys(ends, metrics),
    )


def _fit(windows: int) -> Config:
    """Until the last windows before the test say that nothing more is learned."""
    many = windows > LONG
    stop = _layer("EarlyStopping", patience=5 if many else 20, restore_best_weights=True)
    return Config(
        epochs=20 if many else 200,
        batch_size=256 if many else 32,
        validation_split=0.15,
        callbacks=(stop,),
    )
