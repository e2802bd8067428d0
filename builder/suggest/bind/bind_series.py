"""Give pasted code its series: the author's model stays, and reads the author's windows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from builder import binding, edit
from builder.check.graph.legal_names import usable
from builder.errors import DataError
from builder.facts import DataFacts, Range
from builder.formatting import plural
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, unique_name
from builder.suggest.bind import awaited_scaling
from builder.suggest.bind.awaited_columns import file_settings, find, is_number, test_share
from builder.suggest.bind.bind_table import BoundData
from builder.suggest.bind.model_surgery import insert_behind, with_layer
from builder.suggest.series_dataset import CLASS_NAME
from builder.suggest.series_model import WHOLE
from builder.tables.table_records import LEFT_OUT, ColumnProfile, TableProfile


def awaited_series(
    training: TrainingSpec, file: str, name: str, profile: TableProfile
) -> tuple[ObjectSpec, ...]:
    """The series as the code cuts it: by its rows; and before that, where there is one, by its
    column of dates. That is the better one if it loses no window.

    Args:
        training: that awaits windows over a series.
        file, name: SHA-256 of the file, and what its owner calls it.

    Raises:
        DataError: a column is not there, or holds no numbers.
    """
    config = training.dataset.config
    said: Mapping[str, Any] = config.get("said", Config())
    read, asked = _columns(said, profile, _channels(training, said))
    rest = [c.name for c in read if c not in asked]
    dataset = ObjectSpec(
        CLASS_NAME,
        Config(
            **file_settings(file, name, profile),
            values={c.name: "number" for c in asked},
            others=dict.fromkeys(rest, "number"),
            window=(said.get("window", 1) - 1) * said.get("sampling_rate", 1) + 1,
            horizon=said.get("horizon", 1),
            stride=said.get("sequence_stride", 1),
            delay=said.get("delay", 0),
            test_split=test_share(said, profile.rows),
            names=config.get("names", Config()),
        ),
    )
    dates = [c.name for c in profile.columns if isinstance(c.low, str)]
    return (*(dataset.with_(time=name) for name in dates[:1]), dataset)


def _channels(training: TrainingSpec, said: Mapping[str, Any]) -> int | None:
    """How many numbers a step has, by what the model reads; None where nothing says it."""
    doors = binding.inputs(training.model)
    shape = edit.layer_of(training.model, doors[0]).config.get("shape") if doors else None
    if not isinstance(shape, tuple) or said.get("guessed"):
        return None
    numbers, window = math.prod(n or said.get("window", 1) for n in shape), said.get("window", 1)
    return numbers // window if numbers % window == 0 else None


def _columns(
    said: Mapping[str, Any], profile: TableProfile, channels: int | None
) -> tuple[list[ColumnProfile], list[ColumnProfile]]:
    """The columns that are read, and those that are asked.

    Raises:
        DataError: one is not there, or is no column of numbers.
    """
    numbers = [c for c in profile.columns if is_number(c) and c.kind not in LEFT_OUT]
    named = said.get("inputs", (said["column"],) if "column" in said else ())
    read = [find(profile, one, said) for one in named]
    if not read:
        without = [str(one) for one in said.get("without", ())]
        read = [c for c in numbers if c.name not in without][: channels or None]
    given = said.get("target", ())
    asked = [find(profile, n, said) for n in (given if isinstance(given, tuple) else (given,))]
    asked = asked or read[: 1 if channels in (None, 1) else None]
    for column in (*read, *asked):
        if not is_number(column):
            raise DataError(
                f"The code reads '{column.name}' as a series of numbers, and it holds none.",
                f"Its columns of numbers are {', '.join(c.name for c in numbers[:20]) or 'none'}.",
                "dataset.values",
            )
    if not asked:
        message = "The code reads a series of numbers, and this table has none."
        raise DataError(message, "Is it the right file?", "dataset.values")
    return read, asked


def bind_series(training: TrainingSpec, dataset: ObjectSpec, facts: DataFacts) -> BoundData:
    """The training with that series: its Input reads the windows, its output answers what follows.

    What the code does to the numbers beforehand stands behind the Input as layers, and what it does
    to the answers behind the output, the other way round.

    Args:
        training: that awaits windows over a series, with one Input and one output.
        dataset: one of ``awaited_series``.
        facts: of ``dataset``.
    """
    said = training.dataset.config.get("said", Config())
    (door,), (end,) = binding.inputs(training.model), binding.outputs(training.model)
    columns = Config({door: facts.inputs[0].name, end: facts.targets[0].name})
    bound, remarks = _bind_windows(training, door, facts, said)
    asked = training.dataset.config.get("targets", Config())
    bound = _flat_answer(replace(bound, dataset=dataset, columns=columns), facts, asked)
    ranges = [_range(facts, c.name) for c in facts.targets]
    if back := awaited_scaling.unscale_layer(said, ranges):
        bound = awaited_scaling.append(bound, back)
        remarks.append(awaited_scaling.UNSCALED)
    if len(facts.targets) > 1:
        bound = _split_answer(bound, facts, said, ranges)
    return BoundData(bound, (*remarks, *_untold(dataset, said)))


def _bind_windows(
    training: TrainingSpec, door: str, facts: DataFacts, said: Mapping[str, Any]
) -> tuple[TrainingSpec, list[str]]:
    """The training whose Input reads the past, and what had to be done for it."""
    past, remarks, behind = facts.inputs[0], list[str](), list[ObjectSpec]()
    layer = edit.layer_of(training.model, door)
    shape, channels = layer.config.get("shape"), _channels(training, said)
    names = past.features[max(0, len(past.features) - (channels or len(past.features))) :]
    window = said.get("window", 1)
    if past.shape != (window, len(names)):
        first = len(past.features) - len(names)
        every = Config(WHOLE, step=said.get("sampling_rate"))
        key = (WHOLE, every, *([Config(WHOLE, start=first)] if first else []))
        behind.append(ObjectSpec("ops.get_item", Config(key=key)))
    if scale := said.get("scale"):
        scaling = awaited_scaling.scale_layer(scale, said, [_range(facts, n) for n in names])
        behind.append(scaling)
        remarks.append(awaited_scaling.remark(scale, scaling.class_name))
    if isinstance(factor := said.get("factor"), int | float):
        behind.append(ObjectSpec("Rescaling", Config(scale=factor)))
    if isinstance(shape, tuple) and not _fits(shape, (window, len(names))):
        if math.prod(n or window for n in shape) == window * len(names):
            sizes = tuple(n or -1 for n in shape)
            behind.append(ObjectSpec("Reshape", Config(target_shape=sizes)))
        else:
            text = f"The Input reads {window} steps of {plural(len(names), 'number')} each."
            remarks.append(text)
    if not _fits(shape, past.shape):
        layer = layer.with_(shape=past.shape)
    model = insert_behind(with_layer(training.model, door, layer), door, behind)
    return replace(training, model=model), remarks


def _range(facts: DataFacts, name: str) -> Range:
    """Of a column over all steps before the test: those that are read, and those that are asked."""
    past = facts.inputs[0]
    spread = past.ranges[past.features.index(name)]
    target = facts.column(name)
    ends = [spread, *(target.ranges if target else ())]
    return replace(spread, low=min(r.low for r in ends), high=max(r.high for r in ends))


def _flat_answer(training: TrainingSpec, facts: DataFacts, asked: Config) -> TrainingSpec:
    """Answers of (steps, 1) become as many numbers, as the horizon has them."""
    shape = next(iter(asked.values()), Config()).get("shape", ())
    if len(shape) < 2 or math.prod(shape) != math.prod(facts.targets[0].shape):
        return training
    return awaited_scaling.append(training, ObjectSpec("Flatten"))


def _fits(shape: Any, other: Sequence[int]) -> bool:
    """Whether an Input of that shape reads what has the other."""
    if not isinstance(shape, tuple) or len(shape) != len(other):
        return False
    return all(n in (None, m) for n, m in zip(shape, other, strict=True))


def _split_answer(
    training: TrainingSpec, facts: DataFacts, said: Mapping[str, Any], ranges: Sequence[Range]
) -> TrainingSpec:
    """One output for each column, cut out of the one that answers all of them, with losses that
    add up to the author's."""
    model, compile = training.model, training.compile
    (end,) = binding.outputs(model)
    layers, ends, nodes = dict(model.layers), dict[str, str](), list(model.nodes)
    for place, target in enumerate(facts.targets):
        name = unique_name(usable(target.name, "value"), set(layers) | {n.name for n in nodes})
        key = (WHOLE, Config(WHOLE, start=place, stop=place + 1))
        layers[name] = ObjectSpec("ops.get_item", Config(key=key))
        nodes.append(Node(name, name, (end,)))
        ends[name] = target.name
    made = ModelSpec(model.name, Config(layers), tuple(nodes), tuple(ends))
    weights = _weights(compile.get("loss"), said, ranges)
    each = {k: dict.fromkeys(ends, compile[k]) for k in ("loss", "metrics") if k in compile}
    compile = compile.with_(**each, loss_weights=dict(zip(ends, weights, strict=True)))
    columns = Config({**training.columns.without(end), **ends})
    return replace(training, model=made, compile=compile, columns=columns)


def _weights(loss: Any, said: Mapping[str, Any], ranges: Sequence[Range]) -> list[float]:
    """How much the loss of each column counts, so that all are as large as when they are scaled."""
    squares = isinstance(loss, ObjectSpec) and loss.class_name == "MeanSquaredError"
    scale = said.get("target_scale")
    factors = [awaited_scaling.factor(scale, said, r) if scale else 1.0 for r in ranges]
    return [abs(f) ** (2 if squares else 1) / len(factors) for f in factors]


def _untold(dataset: ObjectSpec, said: Mapping[str, Any]) -> Iterator[str]:
    """What is otherwise than in the code."""
    if not dataset.config.get("time"):
        yield (
            "Windows are cut by the order of the rows, as in the code. Under 'In the order of' a"
            " column of dates can be chosen."
        )
    if "test_split" in said and not said.get("in_order"):
        yield (
            "The code sets windows aside by chance, and they overlap: here the end of the series is"
            " the test."
        )
