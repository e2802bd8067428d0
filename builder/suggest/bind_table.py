"""Give pasted code its table: the author's model stays, and its Input is bound to the columns."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder import binding
from builder.datasets.registry import find_dataset
from builder.errors import DataError
from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, unique_name
from builder.suggest.draft import Draft
from builder.suggest.table_dataset import CLASS_NAME, input_kind, target_kind
from builder.suggest.table_model import FEATURES, add_features
from builder.tables.table_records import ColumnProfile, TableProfile


@dataclass(frozen=True, slots=True)
class BoundTable:
    """A training that reads its own table at last.

    Args:
        training: with the table as its dataset.
        remarks: what had to be done for it, or could not be, a sentence each.
    """

    training: TrainingSpec
    remarks: tuple[str, ...]


def awaits_table(training: TrainingSpec) -> bool:
    """Whether the data to come are the columns of a table, so that a table can be bound."""
    said = training.dataset.config.get("said")
    is_awaited = hasattr(find_dataset(training.dataset.class_name), "awaits")
    is_table = isinstance(said, Mapping) and said.get("form") == "table"
    return is_awaited and is_table and not (said and said.get("gives_back"))


def awaited_table(
    training: TrainingSpec, file: str, name: str, profile: TableProfile
) -> ObjectSpec:
    """The table as the code reads it: its columns by name or place, its target, its test rows.

    Args:
        training: for which ``awaits_table``.
        file, name: SHA-256 of the file, and what its owner calls it.

    Raises:
        DataError: a column is not there, or cannot be predicted.
    """
    config = training.dataset.config
    said: Mapping[str, Any] = config.get("said", Config())
    goals = _targets(said, profile)
    chosen = _inputs(said, profile, goals)
    targets = {c.name: _target_kind(c, config) for c in goals}
    form = dataclasses.asdict(profile.format)
    settings = {
        "file": file,
        "name": name,
        "format": {key: value for key, value in form.items() if value is not None},
        "inputs": {c.name: kind_read(c) for c in chosen},
        "targets": targets,
        "labels": config.get("labels", "integers"),
        "test_split": _test_share(said, profile.rows),
        "seed": int(said.get("random_state", 0)),
    }
    return ObjectSpec(CLASS_NAME, Config(settings))


def _test_share(said: Mapping[str, Any], rows: int) -> float:
    share = said.get("test_split", 0.2)
    if isinstance(count := said.get("test_rows"), int):
        share = count / max(rows, 1)
    return min(max(round(float(share), 6), 0.05), 0.5)


def _targets(said: Mapping[str, Any], profile: TableProfile) -> list[ColumnProfile]:
    """The column that the code predicts; without a word of it, the last one."""
    if "target" not in said:
        return [profile.columns[-1]]
    given = said["target"]
    return [_find(profile, one, said) for one in (given if isinstance(given, tuple) else (given,))]


def _inputs(
    said: Mapping[str, Any], profile: TableProfile, goals: Sequence[ColumnProfile]
) -> list[ColumnProfile]:
    if "inputs" in said:
        return [_find(profile, one, said) for one in said["inputs"]]
    without = [_place(profile, one, said) for one in said.get("without", ())]
    return [c for c in profile.columns if c not in goals and c not in without]


def _find(profile: TableProfile, one: Any, said: Mapping[str, Any]) -> ColumnProfile:
    column = _place(profile, one, said)
    if column is None:
        known = ", ".join(c.name for c in profile.columns[:20])
        what = f"column '{one}'" if isinstance(one, str) else f"column {one} (counted from 0)"
        raise DataError(
            f"The code reads the {what}, which this table does not have.",
            f"Its columns are {known}. Is it the right file?",
            "dataset.file",
        )
    return column


def _place(profile: TableProfile, one: Any, said: Mapping[str, Any]) -> ColumnProfile | None:
    """The column of a name, or at a place; names that the code gives go by their place."""
    columns = profile.columns
    if isinstance(one, int) and not isinstance(one, bool):
        return columns[one] if -len(columns) <= one < len(columns) else None
    if (found := profile.column(str(one))) is not None:
        return found
    given = said.get("columns", ())
    at = list(given).index(one) if one in given else len(columns)
    if at < len(columns):
        return columns[at]
    alike = [c for c in columns if c.name.strip().lower() == str(one).strip().lower()]
    return alike[0] if alike else None


def kind_read(column: ColumnProfile) -> str:
    """The kind as which code that knows nothing of kinds reads a column: a number where it can."""
    kind = find_kind(input_kind(column))
    return "number" if _is_number(column) and not kind.reads_numbers else kind.name


def _is_number(column: ColumnProfile) -> bool:
    if isinstance(column.low, int | float):
        return True
    texts = [text for text, _ in column.frequent]
    try:
        return bool(texts) and all(math.isfinite(float(text)) for text in texts)
    except ValueError:
        return False


def _target_kind(column: ColumnProfile, config: Config) -> str:
    """Classes where the model answers classes, else numbers.

    Raises:
        DataError: it cannot be predicted.
    """
    asked = next(iter(config.get("targets", Config()).values()), Config())
    kind = asked.get("kind")
    if isinstance(kind, str) and "classes" in asked:
        return kind
    return "number" if _is_number(column) else target_kind(column)


def bind_table(training: TrainingSpec, dataset: ObjectSpec, facts: DataFacts) -> BoundTable:
    """The training with that table: its Input reads the columns, its output answers the target.

    Numbers go into the author's own Input. What the code does to them beforehand stands behind it
    as layers: scaling, words by their numbers, names as ones among zeros.

    Args:
        training: for which ``awaits_table``.
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
        return BoundTable(replace(bound, columns=Config(columns)), _untold(said))
    model, more, remarks = _bind_input(training.model, doors[0], facts.inputs, said)
    bound = replace(bound, model=model, columns=Config({**columns, **more}))
    return BoundTable(bound, (*remarks, *_untold(said)))


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
    if len(columns) == 1 and columns[0].is_text and {"length", "words"} & set(said):
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
    layer = _layer(model, door)
    shape, count, remarks = layer.config.get("shape"), len(columns), list[str]()
    behind: list[ObjectSpec] = []
    if any(r.missing for c in columns for r in c.ranges):
        middles = tuple(c.ranges[0].middle if c.ranges else 0.0 for c in columns)
        fill = Config(nan=middles if count > 1 else middles[0])
        behind.append(ObjectSpec("ops.nan_to_num", fill))
        remarks.append("Missing numbers become the middle one of the training rows.")
    if said.get("scale"):
        behind.append(ObjectSpec("Normalization"))
        remarks.append(
            "What scales the columns in the code is the layer Normalization behind the Input: it"
            " learns mean and deviation of the training rows."
        )
    if isinstance(factor := said.get("factor"), int | float):
        behind.append(ObjectSpec("Rescaling", Config(scale=factor)))
    if isinstance(shape, tuple) and len(shape) > 1 and math.prod(n or 1 for n in shape) == count:
        behind.append(ObjectSpec("Reshape", Config(target_shape=shape)))
        model = _with_layer(model, door, layer.with_(shape=(count,)))
    elif said.get("guessed") and shape != (count,):
        model = _with_layer(model, door, layer.with_(shape=(count,)))
        remarks.append(f"The Input reads {count} columns, as many as the table has for it.")
    return _insert_behind(model, door, behind), read, remarks


def _read_words(
    model: ModelSpec, door: str, column: ColumnFacts, said: Mapping[str, Any]
) -> tuple[ModelSpec, dict[str, object], list[str]]:
    """The Input takes the texts themselves, and a TextVectorization numbers their words."""
    settings = Config(max_tokens=said.get("words"))
    if "length" in said:
        settings = settings.with_(output_sequence_length=said["length"])
    else:
        settings = settings.with_(output_mode="multi_hot", pad_to_max_tokens=True)
    layer = find_kind(column.kind).input_layer(column)
    model = _with_layer(model, door, layer)
    words = ObjectSpec("TextVectorization", settings)
    remark = (
        "The Tokenizer of the code is the layer TextVectorization behind the Input: it learns the"
        " commonest words of the training rows, and fills up at the end of a text."
    )
    return _insert_behind(model, door, [words]), {door: column.name}, [remark]


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
        replace(n, name=names[n.name], layer=names[n.layer], inbound=_renamed(n.inbound, names))
        for n in block.nodes
    )
    kept = tuple(
        replace(n, inbound=_renamed(n.inbound, {door: names[last]}))
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


def _renamed(inbound: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(ref, ref) for ref in inbound)


def _layer(model: ModelSpec, node: str) -> ObjectSpec:
    layer = model.layers[model.node(node).layer]
    assert isinstance(layer, ObjectSpec)
    return layer


def _with_layer(model: ModelSpec, node: str, layer: ObjectSpec) -> ModelSpec:
    return replace(model, layers=model.layers.with_(**{model.node(node).layer: layer}))


def _insert_behind(model: ModelSpec, door: str, layers: list[ObjectSpec]) -> ModelSpec:
    """The layers, one after the other, between a node and all that read it."""
    last, made, nodes = door, dict(model.layers), list[Node]()
    for layer in layers:
        base = layer.class_name.rpartition(".")[2]
        name = unique_name(base.lower(), set(made) | {n.name for n in model.nodes})
        made[name] = layer
        nodes.append(Node(name, name, (last,)))
        last = name
    if not nodes:
        return model
    kept: list[Node] = []
    for node in model.nodes:
        kept.append(replace(node, inbound=_renamed(node.inbound, {door: last})))
        if node.name == door:
            kept += nodes
    return replace(model, layers=Config(made), nodes=tuple(kept))
