"""Give pasted code its table: the author's model stays, and its Input is bound to the columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder import binding, catalog, edit
from builder.check.repair.graph_edits import find_layer
from builder.datasets import _said_of_data
from builder.errors import DataError
from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, unique_name
from builder.suggest.bind import awaited_scaling
from builder.suggest.bind.awaited_columns import (
    file_settings,
    find_inputs,
    find_targets,
    is_number,
    kind_read,
    test_share,
)
from builder.suggest.bind.model_surgery import insert_behind, renamed, with_layer
from builder.suggest.draft import Draft
from builder.suggest.table_dataset import CLASS_NAME, find_part, target_kind
from builder.suggest.table_model import FEATURES, add_features
from builder.tables.table_records import ColumnProfile, TableProfile

TEXT, CLASS = "text", "class"
"""The columns of a folder of texts that hold them, and their folder."""


@dataclass(frozen=True, slots=True)
class BoundData:
    """A training that reads its own data at last.

    Args:
        training: with the file as its dataset.
        remarks: what had to be done for it, or could not be, a sentence each.
    """

    training: TrainingSpec
    remarks: tuple[str, ...]


def awaited_table(
    training: TrainingSpec, file: str, name: str, profile: TableProfile
) -> ObjectSpec:
    """The table as the code reads it: its columns by name or place, its target, its test rows.

    Args:
        training: that awaits a table, or texts.
        file, name: SHA-256 of the file, and what its owner calls it.

    Raises:
        DataError: a column is not there, or cannot be predicted.
    """
    config = training.dataset.config
    said: Mapping[str, Any] = config.get("said", Config())
    more: dict[str, Any] = {}
    if said.get("form") == "texts":
        goals, inputs = _text_columns(profile)
        part = find_part(profile)
        more = {"split": "column", "by": part} if part else {}
    else:
        goals = find_targets(said, profile)
        inputs = {c.name: kind_read(c) for c in find_inputs(said, profile, goals)}
    settings = {
        **file_settings(file, name, profile),
        "inputs": inputs,
        "targets": {c.name: _target_kind(c, config) for c in goals},
        "labels": config.get("labels", "integers"),
        "test_split": test_share(said, profile.rows),
        "seed": int(said.get("random_state", 0)),
        "names": config.get("names", Config()),
        **more,
    }
    return ObjectSpec(CLASS_NAME, Config(settings))


def _text_columns(profile: TableProfile) -> tuple[list[ColumnProfile], dict[str, str]]:
    """The answers and the texts of a folder, or of a table that stands for one.

    Raises:
        DataError: the table has one column alone.
    """
    texts = profile.column(TEXT) or max(profile.columns, key=lambda c: c.words)
    rest = [c for c in profile.columns if c is not texts and c.name != find_part(profile)]
    if not rest:
        message = "The code reads texts and their classes, and this table has one column."
        raise DataError(message, "Is it the right file?", "dataset.file")
    return [profile.column(CLASS) or rest[-1]], {texts.name: "text"}


def _target_kind(column: ColumnProfile, config: Config) -> str:
    """Classes where the model answers classes, else numbers.

    Raises:
        DataError: it cannot be predicted.
    """
    asked = next(iter(config.get("targets", Config()).values()), Config())
    kind = asked.get("kind")
    if isinstance(kind, str) and "classes" in asked:
        return kind
    return "number" if is_number(column) else target_kind(column)


def bind_table(training: TrainingSpec, dataset: ObjectSpec, facts: DataFacts) -> BoundData:
    """The training with that table: its Input reads the columns, its output answers the target.

    Numbers go into the author's own Input. What the code does to them beforehand stands behind it
    as layers: scaling, words by their numbers, names as ones among zeros.

    Args:
        training: that awaits a table, or texts.
        dataset: from ``awaited_table``.
        facts: of ``dataset``.
    """
    said = training.dataset.config.get("said", Config())
    bound = replace(training, dataset=dataset)
    doors = binding.inputs(training.model)
    ends = dict(zip(binding.outputs(training.model), facts.targets, strict=False))
    columns: dict[str, object] = {output: c.name for output, c in ends.items()}
    if len(doors) != 1:
        columns |= _by_name(doors, facts.inputs)
        return BoundData(replace(bound, columns=Config(columns)), _untold(said))
    model, more, remarks = _bind_input(training.model, doors[0], facts.inputs, said)
    bound = replace(bound, model=model, columns=Config({**columns, **more}))
    goal = facts.targets[0]
    if _said_of_data.CLASSES in said.get("guessed", ()) and len(ends) == 1:
        bound = _fit_classes(bound, len(goal.classes))
    answers_number = len(facts.targets) == len(ends) == 1 and goal.task == "regression"
    if answers_number and (back := awaited_scaling.unscale_layer(said, goal.ranges)):
        bound = awaited_scaling.append(bound, back)
        remarks.append(awaited_scaling.UNSCALED)
    return BoundData(bound, (*remarks, *_untold(said)))


def _fit_classes(training: TrainingSpec, classes: int) -> TrainingSpec:
    """The training whose last layer with units has as many as there are classes, where the code
    left open how many that is."""
    model, node = training.model, binding.outputs(training.model)[0]
    while (layer := find_layer(model, node)) is not None and "units" not in layer.config:
        node = edit.source_of(model, node) or ""
    if layer is None or classes < 2 or layer.config["units"] == 1:
        return training
    return replace(training, model=with_layer(model, node, layer.with_(units=classes)))


def _by_name(doors: Sequence[str], columns: Sequence[ColumnFacts]) -> dict[str, object]:
    """Each Input of several → the column of its name, else the next that is left."""
    named = {c.name.lower(): c.name for c in columns}
    found: dict[str, object] = {n: named[n.lower()] for n in doors if n.lower() in named}
    rest = iter([c.name for c in columns if c.name not in found.values()])
    for door in doors:
        if door not in found and (name := next(rest, None)) is not None:
            found[door] = name
    return found


def _untold(said: Mapping[str, Any]) -> tuple[str, ...]:
    """What the code does that the table cannot have."""
    remarks = []
    if made := said.get("added"):
        remarks.append(f"The code makes {', '.join(made)} itself: no column of the table is that.")
    if said.get("chosen_rows"):
        remarks.append("The code takes only some of the rows; here all of the table are taken.")
    if said.get("in_order"):
        remarks.append(
            "The code takes the last rows for the test; here they are chosen by chance. Under 'Test"
            " rows' they can be the last ones by a column."
        )
    return tuple(remarks)


def _bind_input(
    model: ModelSpec, door: str, columns: tuple[ColumnFacts, ...], said: Mapping[str, Any]
) -> tuple[ModelSpec, dict[str, object], list[str]]:
    """The model whose only Input reads these columns."""
    if len(columns) == 1 and columns[0].is_text:
        if edit.layer_of(model, door).config.get("dtype") == "string":
            return model, {door: columns[0].name}, []
        if {"length", "words"} & set(said):
            return _read_words(model, door, columns[0], said)
    if not all(find_kind(c.kind).together for c in columns):
        return _encode(model, door, columns)
    names = tuple(c.name for c in columns)
    read: dict[str, object] = {door: names if len(names) > 1 else names[0]}
    return _read_numbers(model, door, columns, said, read)


def _read_numbers(
    model: ModelSpec,
    door: str,
    columns: tuple[ColumnFacts, ...],
    said: Mapping[str, Any],
    read: dict[str, object],
) -> tuple[ModelSpec, dict[str, object], list[str]]:
    layer = edit.layer_of(model, door)
    shape, count, remarks = layer.config.get("shape"), len(columns), list[str]()
    behind: list[ObjectSpec] = []
    if any(r.missing for c in columns for r in c.ranges):
        middles = tuple(c.ranges[0].middle if c.ranges else 0.0 for c in columns)
        fill = Config(nan=middles if count > 1 else middles[0])
        behind.append(ObjectSpec("ops.nan_to_num", fill))
        remarks.append("Missing numbers become the middle one of the training rows.")
    if scale := said.get("scale"):
        given = awaited_scaling.scale_layer(scale, said, [c.ranges[0] for c in columns])
        layer_name = given.class_name
        adapts = bool(catalog.traits_of(layer_name).adapts)
        behind.append(ObjectSpec(layer_name) if adapts else given)
        remarks.append(awaited_scaling.remark(scale, layer_name))
    if isinstance(factor := said.get("factor"), int | float):
        behind.append(ObjectSpec("Rescaling", Config(scale=factor)))
    if isinstance(shape, tuple) and len(shape) > 1 and math.prod(n or 1 for n in shape) == count:
        behind.append(ObjectSpec("Reshape", Config(target_shape=shape)))
        model = with_layer(model, door, layer.with_(shape=(count,)))
    elif said.get("guessed") and shape != (count,):
        model = with_layer(model, door, layer.with_(shape=(count,)))
        remarks.append(f"The Input reads {count} columns, as many as the table has for it.")
    return insert_behind(model, door, behind), read, remarks


def _read_words(
    model: ModelSpec, door: str, column: ColumnFacts, said: Mapping[str, Any]
) -> tuple[ModelSpec, dict[str, object], list[str]]:
    """The Input takes the texts themselves, and a TextVectorization numbers their words."""
    settings = Config(max_tokens=said.get("words"), **said.get("vectorizer", {}))
    if settings.get("output_mode", "int") != "int":
        pass
    elif _said_of_data.LONGEST_TEXT in said.get("guessed", ()) and column.ranges:
        settings = settings.with_(output_sequence_length=max(1, int(column.ranges[0].high)))
    elif "length" in said:
        settings = settings.with_(output_sequence_length=said["length"])
    else:
        settings = settings.with_(output_mode="multi_hot", pad_to_max_tokens=True)
    layer = find_kind(column.kind).input_layer(column)
    model = with_layer(model, door, layer)
    words = ObjectSpec("TextVectorization", settings)
    remark = (
        "What numbers the words in the code is the layer TextVectorization behind the Input: it"
        " learns the commonest words of the training rows, reads a text from its beginning, and"
        " fills it up at its end."
    )
    return insert_behind(model, door, [words]), {door: column.name}, [remark]


def _encode(
    model: ModelSpec, door: str, columns: tuple[ColumnFacts, ...]
) -> tuple[ModelSpec, dict[str, object], list[str]]:
    """A block that encodes columns of every kind stands in the place of the Input."""
    draft, read = Draft(), dict[str, object]()
    last = add_features(draft, columns, read)
    block = draft.model(FEATURES, (last,))
    taken = {n.name for n in model.nodes} - {door}
    names = {n.name: unique_name(n.name, taken) for n in block.nodes}
    new = tuple(
        replace(n, name=names[n.name], layer=names[n.layer], inbound=renamed(n.inbound, names))
        for n in block.nodes
    )
    kept = tuple(
        replace(n, inbound=renamed(n.inbound, {door: names[last]}))
        for n in model.nodes
        if n.name != door
    )
    layers = {names[k]: v for k, v in block.layers.items()}
    layers |= {k: v for k, v in model.layers.items() if k != model.node(door).layer}
    made = ModelSpec(model.name, Config(layers), (*new, *kept), model.outputs)
    words = ", ".join(c.name for c in columns if not find_kind(c.kind).together)
    remark = (
        f"The code makes numbers of {words} beforehand. Here the block '{names[last]}' does it,"
        " in the place of the Input: numbers are scaled, names become ones among zeros."
    )
    return made, {names[k]: v for k, v in read.items()}, [remark]
