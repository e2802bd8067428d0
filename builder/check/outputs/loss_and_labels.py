"""Check the loss of each output against its task, its labels and the last layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from builder import binding, catalog
from builder.catalog import Entry
from builder.check.outputs import metrics_fit, output_layer
from builder.check.outputs.metrics_fit import LABEL_WORDS
from builder.check.outputs.output_facts import Head, find_head
from builder.check.repair import fixes
from builder.check.repair.fixes import Fixes
from builder.check.repair.per_output import output_views
from builder.check.repair.recommended import BINARY_LOSS, CLASS_NUMBER_LOSS, recommend_loss
from builder.check.values.catalog_lookup import resolve
from builder.facts import DataFacts, Fix, ModelFacts, Problem
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec, TrainingSpec


def problems(
    training: TrainingSpec, data: DataFacts, model: ModelFacts | None
) -> Iterator[Problem]:
    """Loss against task and labels, then the last layer against the loss, then the metrics; of
    each output in turn."""
    for view in output_views(training, data):
        if view.data and not has_settings_by_output(view.training):
            yield from view.map_problems(_check_output(view.training, view.data, model))


def has_settings_by_output(training: TrainingSpec) -> bool:
    """Whether one output has the settings of several, which ``column_bindings`` checks."""
    return any(isinstance(training.compile.get(key), Mapping) for key in binding.PER_OUTPUT)


def _check_output(
    training: TrainingSpec, data: DataFacts, model: ModelFacts | None
) -> Iterator[Problem]:
    """What is wrong with the only output."""
    head = find_head(training.model, model)
    problem, loss = _loss(training, data, head)
    if find_kind(data.target.kind).any_loss:
        if problem and training.compile.get("loss") is None:
            yield problem
        return
    if problem:
        yield problem
    if head and loss:
        yield from output_layer.problems(training, data, head, loss)
    yield from metrics_fit.problems(training, data, head)


def required_output(
    training: TrainingSpec, data: DataFacts, head: Head | None
) -> output_layer.RequiredOutput:
    """What the last layer has to be for the loss that is chosen, or that should be."""
    loss = _loss(training, data, head)[1]
    return output_layer.required_output(data, loss or suitable_loss(data, head))


def _loss(
    training: TrainingSpec, data: DataFacts, head: Head | None
) -> tuple[Problem | None, ObjectSpec | None]:
    """What is wrong with the loss, and the loss to judge the last layer by."""
    best = suitable_loss(data, head)
    row = catalog.entry("losses", best.class_name)
    use = Fix(f"Use {row.alias}", training.with_compile(loss=best))
    given = training.compile.get("loss")
    if given is None:
        message = (
            f"No loss is chosen, so training cannot tell good from bad. {recommend_loss(data)[2]}"
        )
        return Problem("compile.loss", message, f"Use {row.alias}.", (use,)), best
    loss = resolve("losses", given)
    entry = catalog.find("losses", loss.class_name) if loss else None
    if loss is None or entry is None:
        return None, None  # arguments.problems has said so
    wrong = _task_mismatch(training, data, entry, use)
    if wrong:
        return wrong, best
    if data.target.labels not in entry.labels and data.target.task == "classification":
        return _label_mismatch(training, data, head, loss)
    return None, loss


def suitable_loss(data: DataFacts, head: Head | None) -> ObjectSpec:
    """The recommended loss; for two classes the one that suits the width of the last layer."""
    two = data.target.labels == "integers" and len(data.target.classes) == 2
    if two and head and head.width == 2:
        return CLASS_NUMBER_LOSS
    return recommend_loss(data)[0]


def _task_mismatch(
    training: TrainingSpec, data: DataFacts, entry: Entry, use: Fix
) -> Problem | None:
    name, many = entry.alias or entry.class_name, len(data.target.classes)
    if data.target.is_shares and "sigmoid" in entry.extra.get("activation", ()):
        return None
    if data.target.task not in entry.tasks:
        message = f"{name} is a loss for {' or '.join(entry.tasks)}, but {data.title} is"
        message += f" a {data.target.task} task."
        # Squared errors of one-hot rows are odd but sound: Keras trains them.
        severe = data.target.task == "regression" or data.target.labels not in entry.labels
        return Problem("compile.loss", message, f"{use.label}.", (use,), severe)
    if entry.extra.get("binary") and many > 2 and data.target.labels == "integers":
        message = (
            f"{name} answers yes-or-no questions (labels 0 and 1), but {data.title} has"
            f" {many} classes."
        )
        return Problem("compile.loss", message, f"{use.label}.", (use,))
    return None


def _label_mismatch(
    training: TrainingSpec, data: DataFacts, head: Head | None, loss: ObjectSpec
) -> tuple[Problem, ObjectSpec]:
    entry = catalog.entry("losses", loss.class_name)
    needs, name = entry.labels[0], entry.alias or entry.class_name
    message = (
        f"{name} expects {LABEL_WORDS[needs]} labels, but {data.title} gives"
        f" {LABEL_WORDS[data.target.labels]} labels ({_example(data)})."
    )
    better = _alternatives(data, head, loss)
    remedies = tuple(_use_loss(training, data, head, new) for new in better)
    hint = f"Set the dataset's labels to {needs}."
    if better:
        hint = f"Use {catalog.entry('losses', better[0].class_name).alias}, or s{hint[1:]}"
    remedies += _relabel(training, data, head, loss, needs)
    return Problem("compile.loss", message, hint, remedies), better[0] if better else loss


def _alternatives(data: DataFacts, head: Head | None, loss: ObjectSpec) -> tuple[ObjectSpec, ...]:
    """Losses for these labels, the one that asks least of the model first."""
    losses: list[ObjectSpec] = []
    twin = catalog.traits_of(loss.class_name, "losses").counterparts.get(data.target.labels)
    if twin:
        row = catalog.entry("losses", twin)
        kept = {k: v for k, v in loss.config.items() if k in row.args}
        losses.append(ObjectSpec(twin, Config(kept)))
    if data.target.labels == "integers" and len(data.target.classes) == 2:
        logits = {k: v for k, v in loss.config.items() if k == "from_logits"}
        binary = BINARY_LOSS.with_(**logits)
        losses.insert(0 if head and head.width == 1 else len(losses), binary)
    return tuple(losses)


def _use_loss(training: TrainingSpec, data: DataFacts, head: Head | None, loss: ObjectSpec) -> Fix:
    """The fix that takes this loss, and the last layer it needs when that has another size."""
    label = f"Use {catalog.entry('losses', loss.class_name).alias}"
    return output_layer.resize_with(label, training.with_compile(loss=loss), data, head, loss)


def _relabel(
    training: TrainingSpec, data: DataFacts, head: Head | None, loss: ObjectSpec, labels: str
) -> Fixes:
    """The fix that encodes the labels as the loss wants them, the last layer's size with them."""
    many = (len(data.target.classes),) if labels == "one_hot" else ()
    target = replace(data.target, labels=labels, shape=many)
    then = replace(data, columns=(*data.inputs, target))
    return tuple(
        output_layer.resize_with(fix.label, fix.training, then, head, loss)
        for fix in fixes.dataset(f"Set the labels to {labels}", training, labels=labels)
    )


def _example(data: DataFacts) -> str:
    if data.target.labels == "one_hot":
        return "rows like 0 0 1 0" if len(data.target.classes) > 3 else "rows like 0 1"
    return f"0 to {len(data.target.classes) - 1}"
