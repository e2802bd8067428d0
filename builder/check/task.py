"""Do the last layer, the loss and the labels speak of the same thing?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from builder import catalog, edit
from builder.catalog import Entry
from builder.check import fixes, metrics
from builder.check.arguments import named
from builder.check.head import Head, find_head
from builder.check.labels import COUNTERPART, WORDS
from builder.check.sensible import output_layer, sensible
from builder.facts import DataFacts, Fix, ModelFacts, Problem
from builder.spec import Config, ObjectSpec, TrainingSpec


@dataclass(frozen=True, slots=True)
class Aim:
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


def problems(
    training: TrainingSpec, data: DataFacts, model: ModelFacts | None
) -> Iterator[Problem]:
    """Loss against task and labels, then the last layer against the loss, then the metrics."""
    head = find_head(training.model, model)
    found, loss = _loss(training, data, head)
    if found:
        yield found
    entry = catalog.find("losses", loss.class_name) if loss else None
    if head and loss and entry:
        yield from _head(training, data, head, _aim(data, loss, entry))
    yield from metrics.problems(training, data, head)


def _loss(
    training: TrainingSpec, data: DataFacts, head: Head | None
) -> tuple[Problem | None, ObjectSpec | None]:
    """What is wrong with the loss, and the loss to judge the last layer by."""
    best = fitting_loss(data, head)
    row = catalog.entry("losses", best.class_name)
    use = Fix(f"Use {row.alias}", training.with_compile(loss=best))
    given = training.compile.get("loss")
    if given is None:
        message = f"No loss is chosen, so training cannot tell good from bad. {sensible(data)[2]}"
        return Problem("compile.loss", message, f"Use {row.alias}.", (use,)), best
    loss = named("losses", given)
    entry = catalog.find("losses", loss.class_name) if loss else None
    if loss is None or entry is None:
        return None, None  # arguments.problems has said so
    wrong = _task_mismatch(training, data, entry, use)
    if wrong:
        return wrong, best
    if data.labels not in entry.labels and data.task == "classification":
        return _label_mismatch(training, data, loss, entry)
    return None, loss


def fitting_loss(data: DataFacts, head: Head | None) -> ObjectSpec:
    """The sensible loss, with regard to a last layer that already has one unit a class."""
    two = data.task == "classification" and data.labels == "integers" and len(data.classes) == 2
    if two and head and head.width == 2:
        return ObjectSpec("SparseCategoricalCrossentropy")
    return sensible(data)[0]


def _task_mismatch(
    training: TrainingSpec, data: DataFacts, entry: Entry, use: Fix
) -> Problem | None:
    name, many = entry.alias or entry.class_name, len(data.classes)
    if data.task not in entry.tasks:
        message = f"{name} is a loss for {' or '.join(entry.tasks)}, but {data.title} is"
        message += f" a {data.task} task."
        # Squared errors of one-hot rows are odd but sound: Keras trains them.
        severe = data.task == "regression" or data.labels not in entry.labels
        return Problem("compile.loss", message, f"{use.label}.", (use,), severe)
    if entry.extra.get("binary") and many > 2 and data.labels == "integers":
        message = (
            f"{name} answers yes-or-no questions (labels 0 and 1), but {data.title} has"
            f" {many} classes."
        )
        return Problem("compile.loss", message, f"{use.label}.", (use,))
    return None


def _label_mismatch(
    training: TrainingSpec, data: DataFacts, loss: ObjectSpec, entry: Entry
) -> tuple[Problem, ObjectSpec]:
    twin = COUNTERPART.get((loss.class_name, data.labels))
    needs, name = entry.labels[0], entry.alias or entry.class_name
    message = (
        f"{name} expects {WORDS[needs]} labels, but {data.title} gives {WORDS[data.labels]}"
        f" labels ({_example(data)})."
    )
    found: tuple[Fix, ...] = ()
    hint = f"Set the dataset's labels to {needs}."
    if twin:
        row = catalog.entry("losses", twin)
        kept = {k: v for k, v in loss.config.items() if k in row.args}
        new = ObjectSpec(twin, Config(kept))
        found = (Fix(f"Use {row.alias}", training.with_compile(loss=new)),)
        hint = f"Use {row.alias}, or set the dataset's labels to {needs}."
    found += fixes.dataset(f"Set the labels to {needs}", training, labels=needs)
    return Problem("compile.loss", message, hint, found), (
        ObjectSpec(twin, Config(kept)) if twin else loss
    )


def _example(data: DataFacts) -> str:
    if data.labels == "one_hot":
        return "rows like 0 0 1 0" if len(data.classes) > 3 else "rows like 0 1"
    return f"0 to {len(data.classes) - 1}"


def _aim(data: DataFacts, loss: ObjectSpec, entry: Entry) -> Aim:
    if data.task == "regression":
        width = data.y_shape[-1] if data.y_shape else 1
    else:
        one = entry.extra.get("binary") and data.labels == "integers"
        width = 1 if one else len(data.classes)
    activations = tuple(entry.extra.get("activation", ()))
    if data.task == "classification" and "regression" in entry.tasks:
        activations = ("softmax", "sigmoid", "linear") if width > 1 else ("sigmoid", "linear")
    if loss.config.get("from_logits") is True:
        activations = ("linear",)
    return Aim(loss, entry, width, activations)


def _head(training: TrainingSpec, data: DataFacts, head: Head, aim: Aim) -> Iterator[Problem]:
    if head.rank is not None and head.rank > 2:
        yield _unflat(training, data, head)
        return
    binary = len(data.classes) == 2 and data.labels != "values"
    if head.width is not None and head.width != aim.width:
        if binary and {head.width, aim.width} == {1, 2}:
            yield _one_or_two(training, data, head, aim)
        else:
            yield _width(training, data, head, aim)
        return
    yield from _activation(training, data, head, aim)


def _unflat(training: TrainingSpec, data: DataFacts, head: Head) -> Problem:
    """The output is still a picture or a sequence."""
    shape = fixes.shape(head.shape)
    message = (
        f"{fixes.named(training.model, head.node)} is last and gives {shape}: still"
        f" {'a sequence' if head.rank == 3 else 'a picture'}. One row of numbers for each example"
        " is expected: (batch, numbers)."
    )
    found: tuple[Fix, ...] = ()
    before = head.sizer or head.node
    is_dense = edit.layer_of(training.model, before).class_name == "Dense"
    where = fixes.before if is_dense else None
    average = ObjectSpec(f"GlobalAveragePooling{(head.rank or 3) - 2}D")
    for layer in (ObjectSpec("Flatten"), average):
        if catalog.find("layers", layer.class_name) is None:
            continue
        if where:
            label = f"Insert {layer.class_name} before '{before}'"
            found += fixes.model(label, training, where(before, layer))
        else:
            label = f"Add {layer.class_name} and Dense"
            last = fixes.append(output_layer(data))
            found += fixes.model(label, training, fixes.append(layer), last)
    return Problem(f"model.{head.node}", message, "Flatten or average it before the end.", found)


def _one_or_two(training: TrainingSpec, data: DataFacts, head: Head, aim: Aim) -> Problem:
    """Two classes: one sigmoid unit with 0/1, or two softmax units, but not a mixture."""
    one = ObjectSpec("BinaryCrossentropy")
    sparse = ObjectSpec("SparseCategoricalCrossentropy")
    if head.width == 2:
        message = (
            f"{fixes.named(training.model, head.node)} gives 2 numbers, but {aim.name} with labels"
            " 0 and 1 expects 1, the probability of class 1."
        )
        other: tuple[Fix, ...] = (
            Fix("Use sparse_categorical_crossentropy", training.with_compile(loss=sparse)),
        )
        units = head.reshaped(training, "Set units to 1 with sigmoid", 1, "sigmoid")
        found = other + units if head.activation == "softmax" else units + other
        hint = "Use one unit with sigmoid, or the sparse loss with two units and softmax."
    else:
        message = (
            f"{fixes.named(training.model, head.node)} gives 1 number, but {aim.name} expects one"
            f" for each of the 2 classes ({', '.join(data.classes)})."
        )
        with_one = training.with_compile(loss=one)
        label = "Use binary_crossentropy"
        other = (Fix(label, with_one),)
        if data.labels == "one_hot":
            other = fixes.dataset(f"{label} with labels 0 and 1", with_one, labels="integers")
        units = head.reshaped(training, "Set units to 2 with softmax", 2, "softmax")
        found = other + units if head.activation == "sigmoid" else units + other
        hint = "Use binary_crossentropy, or two units with softmax."
    return Problem(f"model.{head.node}", message, hint, found)


def _width(training: TrainingSpec, data: DataFacts, head: Head, aim: Aim) -> Problem:
    name = fixes.named(training.model, head.node)
    if data.task == "regression":
        wanted = f"{aim.width}, {'the value' if aim.width == 1 else 'the values'} to predict"
    elif aim.width == 1:
        wanted = "1, the probability of class 1"
    else:
        wanted = f"{aim.width}, one for each class"
    gives = f"{head.width} number{'s' if head.width != 1 else ''}"
    message = f"{name} gives {gives}, but {data.title} needs {wanted}."
    activation = None if head.activation in aim.activations else aim.activations[0]
    found = head.reshaped(training, f"Set {head.arg} to {aim.width}", aim.width, activation)
    if not found:
        last = ObjectSpec("Dense", Config({"units": aim.width, **_act(aim)}))
        found = fixes.model(
            f"Add Dense with {fixes.units(aim.width)}", training, fixes.append(last)
        )
    return Problem(f"model.{head.node}", message, f"Make it {aim.width}.", found)


def _act(aim: Aim) -> dict[str, Any]:
    first = aim.activations[0] if aim.activations else "linear"
    return {} if first == "linear" else {"activation": first}


def _activation(training: TrainingSpec, data: DataFacts, head: Head, aim: Aim) -> Iterator[Problem]:
    if not aim.activations or head.activation in aim.activations or head.activation is None:
        return
    node = head.activator or head.node
    name, best = fixes.named(training.model, node), aim.activations[0]
    change = head.activated(training, f"Set the activation to {best}", best)
    found, severe = change, True
    message = f"{name} ends with {head.activation}; {aim.name} expects {best}{_why(aim, head)}."
    if aim.logits:
        off = aim.loss.config.without("from_logits")
        loss = replace(aim.loss, config=off)
        found = (Fix("Set from_logits=False", training.with_compile(loss=loss)), *change)
        if head.activation not in aim.entry.extra["activation"]:
            found = found[::-1]
    elif head.activation == "linear" and "from_logits" in aim.entry.args:
        loss = aim.loss.with_(from_logits=True)
        found += (Fix("Set from_logits=True", training.with_compile(loss=loss)),)
    elif head.activation == "softmax" and aim.width == 1:
        message = f"{name} ends with softmax over 1 unit, which is always exactly 1."
    elif data.task == "regression" or {head.activation, best} == {"sigmoid", "softmax"}:
        severe = False
    yield Problem(f"model.{node}", message, f"Use {best} in the last layer.", found, severe)


def _why(aim: Aim, head: Head) -> str:
    if aim.logits:
        return " (no activation), because from_logits=True applies it by itself"
    if aim.activations[0] == "softmax":
        return ", probabilities that add up to 1"
    if aim.activations[0] == "sigmoid":
        return ", a probability between 0 and 1"
    return ", so that every value can be reached" if head.activation != "linear" else ""
