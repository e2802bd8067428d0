"""What a model asks of its data: the shapes it reads, and the answers that its loss learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from builder import binding, catalog, edit
from builder.binding import X, Y
from builder.catalog import Entry
from builder.check.graph.ranks import gives_one_row
from builder.check.graph.value_kinds import value_sources
from builder.check.outputs.output_facts import Head, find_head
from builder.check.repair.graph_edits import find_layer
from builder.check.repair.per_output import output_views
from builder.check.values.catalog_lookup import resolve
from builder.facts import ModelFacts
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, active

MOST_CLASSES = 1000
"""More answers than this are amounts, not classes."""

SIDE, STEPS = 32, 20
"""Sizes of pictures and of sequences where the model takes any."""

Said = dict[str, Any]
"""What is said of a column: ``kind``, ``shape``, ``low``, ``high``, ``classes`` …"""


@dataclass(frozen=True, slots=True)
class AskedColumns:
    """The columns for which a model is made.

    Args:
        inputs, targets: by name, ``x`` and ``y`` where there is one of each: settings of
            ``DataToCome``.
        labels: how classes are encoded: ``one_hot`` or ``integers``.
    """

    inputs: Config
    targets: Config
    labels: str


def ask(training: TrainingSpec, facts: ModelFacts | None = None) -> AskedColumns:
    """What the model and the loss of a training ask for.

    Args:
        facts: what Keras said of the model; without it, an output with several axes is taken to
            have those of the Input.
    """
    model = training.model
    single = binding.is_single_column(training)
    shapes = {n: _sizes(edit.layer_of(model, n)) for n in binding.inputs(model)}
    readers = _readers(training)
    inputs = {
        X if single else n: _input(edit.layer_of(model, n), readers.get(n, []), shape)
        for n, shape in shapes.items()
    }
    first = next(iter(shapes.values()), ())
    targets: dict[str, Said] = {}
    labels = ""
    for view in output_views(training):
        end = _innermost(view.training.model)
        inside = end is not view.training.model
        head = find_head(end, None if inside else facts)
        loss = resolve("losses", view.training.compile.get("loss"))
        shape = _answer_shape(end, head, _first_input(end) if inside else first)
        encoding, target = _target(shape, loss, head.activation if head else None)
        if "classes" in target:
            if labels and encoding != labels:
                target = _numbers_for(target, encoding)
            labels = labels or encoding
        targets[Y if single else view.output or binding.outputs(model)[0]] = target
    return AskedColumns(Config(inputs), Config(targets), labels or "integers")


def _innermost(model: ModelSpec) -> ModelSpec:
    """The model whose last layer answers: one inside, where a model ends with a model."""
    last = model.by_name.get(model.outputs[0]) if len(model.outputs) == 1 else None
    inner = model.layers.get(last.layer) if last is not None else None
    return _innermost(inner) if isinstance(inner, ModelSpec) else model


def _first_input(model: ModelSpec) -> tuple[int, ...]:
    rows = (model.layers.get(n.layer) for n in model.nodes if edit.is_input(model, n.name))
    return next((_sizes(row) for row in rows if isinstance(row, ObjectSpec)), ())


def _sizes(layer: ObjectSpec) -> tuple[int, ...]:
    """The shape an Input reads, with usual sizes where it takes any."""
    shape = layer.config.get("shape")
    sizes = shape if isinstance(shape, tuple) else ()
    usual = SIDE if len(sizes) > 2 else STEPS
    return tuple(n if isinstance(n, int) and n > 0 else usual for n in sizes)


def _input(layer: ObjectSpec, readers: list[ObjectSpec], shape: tuple[int, ...]) -> Said:
    if layer.config.get("dtype") == "string":
        return {"kind": "text", "words": 1000}
    for reader in readers:
        known = reader.config.get(catalog.traits_of(reader.class_name).index_range)
        if isinstance(known, int) and known > 0:
            return _whole_numbers(shape, known - 1)
        if "int" in catalog.traits_of(reader.class_name).reads:
            return _whole_numbers(shape, 9)
    steps = any(catalog.traits_of(r.class_name).recurrent for r in readers)
    if not shape:
        return {"kind": "number"}
    if len(shape) == 1:
        return {"kind": "vector", "shape": shape}
    square = len(shape) == 2 and shape[0] == shape[1] and not steps
    if not square and not (len(shape) == 3 and shape[-1] in (1, 3)):
        return {"kind": "array", "shape": shape}
    if any(catalog.traits_of(r.class_name).rescales for r in readers):
        return {"kind": "image", "shape": shape, "low": 0, "high": 255, "whole": True}
    return {"kind": "image", "shape": shape, "low": 0.0, "high": 1.0}


def _whole_numbers(shape: tuple[int, ...], high: int) -> Said:
    kind = "sequence" if len(shape) == 1 else "array"
    return {
        **{"kind": kind, "shape": shape or (1,), "low": 0, "high": high},
        **{"whole": True, "dtype": "int32"},
    }


def _readers(training: TrainingSpec) -> dict[str, list[ObjectSpec]]:
    """The layers that calculate with what each Input gives."""
    spec, found = active(training.model), dict[str, list[ObjectSpec]]()
    for reader, source in value_sources(spec).items():
        layer = find_layer(spec, reader)
        if source is not None and reader != source and layer is not None:
            found.setdefault(source, []).append(layer)
    return found


def _answer_shape(model: ModelSpec, head: Head | None, read: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of one answer: as Keras says, else a row, or the axes of what is read."""
    if head is None:
        return (1,)
    if head.shape:
        return tuple(n or STEPS for n in head.shape[1:])
    width = head.width or 1
    return (width,) if _is_row(model, head.node) else (*read[:-1], width)


def _is_row(model: ModelSpec, node: str) -> bool:
    """Whether a node gives one row of numbers for each example, as far as its layers say."""
    while True:
        layer = find_layer(model, node)
        if layer is None or gives_one_row(layer):
            return True
        if edit.is_input(model, node):
            return len(_sizes(layer)) < 2
        if catalog.traits_of(layer.class_name).index_range or "n" in layer.config:
            return False  # an Embedding and a RepeatVector add an axis
        node = edit.source_of(model, node) or ""
        if not node:
            return True


def _target(
    shape: tuple[int, ...], loss: ObjectSpec | None, activation: str | None
) -> tuple[str, Said]:
    """How classes are encoded, and the column: classes, one number, or numbers in any shape."""
    entry = catalog.find("losses", loss.class_name) if loss else None
    width = shape[-1] if shape else 1
    labels = _labels(entry, width, activation)
    if len(shape) > 1:
        return "", _array(shape, labels, activation)
    if labels == "values" or width > MOST_CLASSES:
        return "", {"kind": "array", "shape": (width,)} if width > 1 else {"kind": "number"}
    if labels == "several":
        return "", _array(shape, labels, activation)
    return labels, {"kind": "category", "classes": max(2, width)}


def _array(shape: tuple[int, ...], labels: str, activation: str | None) -> Said:
    """Answers in any shape: classes by number, zeros and ones, or amounts."""
    if labels == "integers" and shape[-1] > 1:
        return {
            "kind": "array",
            "shape": shape[:-1],
            "low": 0,
            "high": shape[-1] - 1,
            "whole": True,
        }
    if labels != "values" or activation == "sigmoid":
        return {"kind": "array", "shape": shape, "low": 0, "high": 1, "whole": True}
    return {"kind": "array", "shape": shape}


def _labels(entry: Entry | None, width: int, activation: str | None) -> str:
    """``integers``, ``one_hot``, ``several`` yes-or-no answers at once, or ``values``."""
    softmax = activation == "softmax"
    if entry is None:
        known = {"softmax": "integers", "sigmoid": "integers" if width == 1 else "several"}
        return known.get(activation or "", "values")
    if "regression" in entry.tasks:
        return "one_hot" if softmax and width > 1 and "one_hot" in entry.labels else "values"
    if entry.extra.get("binary") and width > 1 and not softmax:
        return "several"
    if "integers" in entry.labels and (width == 1 or "one_hot" not in entry.labels):
        return "integers"
    return str(entry.labels[-1])


def _numbers_for(target: Said, encoding: str) -> Said:
    """A column of classes as plain numbers, where another column encodes its classes otherwise."""
    classes = target["classes"]
    if encoding == "one_hot":
        return {"kind": "array", "shape": (classes,), "low": 0, "high": 1, "whole": True}
    return {"kind": "array", "shape": (1,), "low": 0, "high": classes - 1, "whole": True}
