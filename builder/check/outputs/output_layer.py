"""Check the last layer against the loss and the labels: rank, width and activation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from builder import catalog, edit, formatting
from builder.catalog import Entry
from builder.check.outputs.output_facts import Head, is_dense
from builder.check.repair import fixes, recommended
from builder.check.repair.fixes import Fixes
from builder.facts import DataFacts, Fix, Problem, Shape
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec, TrainingSpec


@dataclass(frozen=True, slots=True)
class RequiredOutput:
    """What the last layer has to be for this loss and these labels."""

    loss: ObjectSpec
    entry: Entry
    width: int
    activations: tuple[str, ...]

    @property
    def logits(self) -> bool:
        """The loss applies the softmax or sigmoid itself."""
        return self.loss.config.get("from_logits") is True

    @property
    def name(self) -> str:
        """The loss as people write it."""
        return self.entry.alias or self.entry.class_name

    @property
    def layer(self) -> ObjectSpec:
        """A last layer that meets all of it."""
        return recommended.dense(self.width, self.activations[0] if self.activations else None)


def required_output(data: DataFacts, loss: ObjectSpec) -> RequiredOutput:
    """What the last layer has to be; CatalogError when there is no such loss."""
    entry = catalog.entry("losses", loss.class_name)
    if data.target.task == "regression":
        width = data.target.shape[-1] if data.target.shape else 1
    else:
        one = entry.extra.get("binary") and data.target.labels == "integers"
        width = 1 if one else len(data.target.classes)
    activations = tuple(entry.extra.get("activation", ()))
    if data.target.is_shares and "regression" in entry.tasks:
        activations = ("sigmoid", "linear")
    if data.target.task == "classification" and "regression" in entry.tasks:
        activations = ("softmax", "sigmoid", "linear") if width > 1 else ("sigmoid", "linear")
    if loss.config.get("from_logits") is True:
        activations = ("linear",)
    return RequiredOutput(loss, entry, width, activations)


def resize_with(
    label: str, training: TrainingSpec, data: DataFacts, head: Head | None, loss: ObjectSpec
) -> Fix:
    """A fix that also resizes the last layer, where this loss needs another size."""
    aim = required_output(data, loss)
    if head is None or head.width is None or head.width == aim.width:
        return Fix(label, training)
    activation = aim.activations[0] if aim.activations else "linear"
    with_ = f"{label} with {fixes.units(aim.width)} and {activation}"
    return next(iter(head.resize(training, with_, aim.width, activation)), Fix(label, training))


def problems(
    training: TrainingSpec, data: DataFacts, head: Head, loss: ObjectSpec
) -> Iterator[Problem]:
    """A head of the wrong rank, width or activation, the first of them only."""
    aim = required_output(data, loss)
    if len(data.target.shape) > 1 and head.shape:
        yield from _wrong_shape(training, data, head, aim)
        return
    if head.rank is not None and head.rank > 2:
        yield _wrong_rank(training, data, head)
        return
    if head.width is not None and head.width < 1:
        return  # said where the size is set
    binary = len(data.target.classes) == 2 and data.target.labels != "values"
    if head.width != aim.width and (head.width is not None or head.shape):
        if binary and {head.width, aim.width} == {1, 2}:
            yield _one_or_two(training, data, head, aim)
        else:
            yield _wrong_width(training, data, head, aim)
        return
    yield from _wrong_activation(training, data, head, aim)


def _wrong_rank(training: TrainingSpec, data: DataFacts, head: Head) -> Problem:
    """The output is still a picture or a sequence."""
    shape = formatting.batch_shape(head.shape)
    message = (
        f"{fixes.layer_label(training.model, head.node)} is last and gives {shape}: still"
        f" {'a sequence' if head.rank == 3 else 'a picture'}. One row of numbers for each example"
        " is expected: (batch, numbers)."
    )
    remedies: Fixes = ()
    before, last = head.sizer or head.node, recommended.output_layer(data)
    average = recommended.average(head.rank or 3)
    for layer in (recommended.FLATTEN, average) if average else (recommended.FLATTEN,):
        if is_dense(edit.layer_of(training.model, before)):
            label = f"Insert {layer.class_name} before '{before}'"
            remedies += fixes.model(label, training, fixes.insert_before(before, layer))
        else:
            label = f"Add {layer.class_name} and {last.class_name}"
            remedies += fixes.model(label, training, fixes.append(layer), fixes.append(last))
    return Problem(f"model.{head.node}", message, "Flatten or average it before the end.", remedies)


def _wrong_shape(
    training: TrainingSpec, data: DataFacts, head: Head, aim: RequiredOutput
) -> Iterator[Problem]:
    """The answer is a picture or a window, and the output has another shape than it."""
    given, wanted = head.shape[1:], data.target.shape
    if given == wanted:
        yield from _wrong_activation(training, data, head, aim)
        return
    name = fixes.layer_label(training.model, head.node)
    message = (
        f"{name} is last and gives {formatting.batch_shape(head.shape)}, but the answer is"
        f" {find_kind(data.target.kind).describe(data.target)}:"
        f" {formatting.batch_shape((None, *wanted))} is expected."
    )
    layers = _shape_layers(given, wanted, aim)
    label = "Add " + " and ".join(layer.class_name for layer in layers)
    remedies = fixes.model(label, training, *map(fixes.append, layers))
    hint = "End with a layer of that shape; a Reshape only puts the same numbers in another order."
    yield Problem(f"model.{head.node}", message, hint, remedies)


def _shape_layers(
    given: Shape, wanted: tuple[int, ...], aim: RequiredOutput
) -> tuple[ObjectSpec, ...]:
    """The layers that bring an output to a shape."""
    last = aim.activations[0] if aim.activations else "linear"
    if None not in given and math.prod(n or 1 for n in given) == math.prod(wanted):
        return (recommended.reshape(*wanted),)
    if given[:-1] == wanted[:-1]:
        layer = recommended.resize_last_axis(len(wanted) + 1, wanted[-1])
        return (layer if last in recommended.NO_ACTIVATION else layer.with_(activation=last),)
    flat = recommended.flatten_if_needed(given)
    return (*flat, recommended.dense(math.prod(wanted), last), recommended.reshape(*wanted))


def _one_or_two(
    training: TrainingSpec, data: DataFacts, head: Head, aim: RequiredOutput
) -> Problem:
    """Two classes: one sigmoid unit with 0/1, or two softmax units, but not a mixture."""
    name = fixes.layer_label(training.model, head.node)
    if head.width == 2:
        message = (
            f"{name} gives 2 numbers, but {aim.name} with labels 0 and 1 expects 1, the probability"
            " of class 1."
        )
        sparse = training.with_compile(loss=recommended.CLASS_NUMBER_LOSS)
        other: Fixes = (Fix("Use sparse_categorical_crossentropy", sparse),)
        units = head.resize(training, "Set units to 1 with sigmoid", 1, "sigmoid")
        remedies = other + units if head.activation == "softmax" else units + other
        hint = "Use one unit with sigmoid, or the sparse loss with two units and softmax."
    else:
        message = (
            f"{name} gives 1 number, but {aim.name} expects one for each of the 2 classes"
            f" ({', '.join(data.target.classes)})."
        )
        other = _binary_loss(training, data)
        units = head.resize(training, "Set units to 2 with softmax", 2, "softmax")
        remedies = other + units if head.activation == "sigmoid" else units + other
        hint = "Use binary_crossentropy, or two units with softmax."
    return Problem(f"model.{head.node}", message, hint, remedies)


def _binary_loss(training: TrainingSpec, data: DataFacts) -> Fixes:
    """The fix that takes the loss for one probability, and the labels it needs."""
    label, binary = "Use binary_crossentropy", training.with_compile(loss=recommended.BINARY_LOSS)
    if data.target.labels == "one_hot":
        return fixes.dataset(f"{label} with labels 0 and 1", binary, labels="integers")
    return (Fix(label, binary),)


def _wrong_width(
    training: TrainingSpec, data: DataFacts, head: Head, aim: RequiredOutput
) -> Problem:
    name = fixes.layer_label(training.model, head.node)
    if data.target.task == "regression":
        wanted = f"{aim.width}, {'the value' if aim.width == 1 else 'the values'} to predict"
    elif aim.width == 1:
        wanted = "1, the probability of class 1"
    else:
        wanted = f"{aim.width}, one for each class"
    gives = f"{head.width} number{'s' if head.width != 1 else ''}"
    gives = "rows of no fixed length" if head.width is None else gives
    message = f"{name} gives {gives}, but {data.title} needs {wanted}."
    activation = None if head.activation in aim.activations else aim.activations[0]
    remedies = head.resize(training, f"Set {head.arg} to {aim.width}", aim.width, activation)
    if not remedies:
        label = f"Add {aim.layer.class_name} with {fixes.units(aim.width)}"
        remedies = fixes.model(label, training, fixes.append(aim.layer))
    return Problem(f"model.{head.node}", message, f"Make it {aim.width}.", remedies)


def _wrong_activation(
    training: TrainingSpec, data: DataFacts, head: Head, aim: RequiredOutput
) -> Iterator[Problem]:
    if not aim.activations or head.activation in aim.activations or head.activation is None:
        return
    node = head.activator or head.node
    name, best = fixes.layer_label(training.model, node), aim.activations[0]
    change = head.activate(training, f"Set the activation to {best}", best)
    remedies, severe = change, True
    message = f"{name} ends with {head.activation}; {aim.name} expects {best}{_why(aim, head)}."
    if aim.logits:
        off = aim.loss.config.without("from_logits")
        loss = replace(aim.loss, config=off)
        remedies = (Fix("Set from_logits=False", training.with_compile(loss=loss)), *change)
        if head.activation not in aim.entry.extra["activation"]:
            remedies = remedies[::-1]
    elif head.activation == "linear" and "from_logits" in aim.entry.args:
        loss = aim.loss.with_(from_logits=True)
        remedies += (Fix("Set from_logits=True", training.with_compile(loss=loss)),)
    elif head.activation == "softmax" and aim.width == 1:
        message = f"{name} ends with softmax over 1 unit, which is always exactly 1."
    elif data.target.task == "regression" or {head.activation, best} == {"sigmoid", "softmax"}:
        severe = False
    yield Problem(f"model.{node}", message, f"Use {best} in the last layer.", remedies, severe)


def _why(aim: RequiredOutput, head: Head) -> str:
    if aim.logits:
        return " (no activation), because from_logits=True applies it by itself"
    if aim.activations[0] == "softmax":
        return ", probabilities that add up to 1"
    if aim.activations[0] == "sigmoid":
        return ", a probability between 0 and 1"
    return ", so that every value can be reached" if head.activation != "linear" else ""
