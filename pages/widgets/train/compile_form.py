"""Form of the compile settings: optimizer, loss, metrics; around what fit takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import streamlit as st

from builder import binding, catalog, check
from builder.catalog import Entry
from builder.catalog.epoch_schedules import FUNCTIONS
from builder.check.training.memory import DEFAULT_BATCH
from builder.errors import LayerwiseError
from builder.facts import DataFacts, Problem
from builder.runs.engine_process import client
from builder.spec import ObjectSpec, TrainingSpec
from pages.widgets.forms import form
from pages.widgets.session import current_project, widget_sync
from pages.widgets.shared import problem_list
from pages.widgets.shared.page_frame import escape_md
from pages.widgets.train import fit_form, live_charts, performance_form

MEASURED = "What is measured beside the loss, for people: it does not steer the training."

QUIET = ("name", "dtype")
"""Arguments that change nothing a learner sees."""


def fill_defaults(training: TrainingSpec) -> TrainingSpec:
    """With an optimizer, and a loss and metrics for each output, where none was ever chosen."""
    compile, outputs = training.compile, binding.outputs(training.model)
    if compile.get("optimizer") is None:
        training = training.with_compile(optimizer=catalog.new("optimizers", "Adam"))
    data = current_project.data_facts()
    current = compile.get("loss")
    lacking = [o for o in outputs if o not in current] if isinstance(current, Mapping) else ()
    if data is None or not outputs or (current is not None and not lacking):
        return training
    if len(outputs) > 1:
        return check.adapt_to_outputs(training, data)
    loss, metrics, _ = check.recommend_loss(check.output_views(training, data)[0].data or data)
    return training.with_compile(loss=loss, metrics=compile.get("metrics", metrics))


def show(training: TrainingSpec, problems: Sequence[Problem]) -> TrainingSpec:
    """Draw the whole form and return what it says now.

    Args:
        training: what is on screen.
        problems: its problems; advice is shown at its place.
    """
    data = current_project.data_facts()
    with st.container(key="settings-fit"):
        training = fit_form.edit_numbers(training)
        _advice(problems, "fit", "fit.*")
    with st.container(key="settings-optimizer"):
        training = _optimizer(training, data)
        _advice(problems, "compile.optimizer", "compile.optimizer.*")
    with st.container(key="settings-loss"):
        training = _output_settings(training, data, problems)
    views = check.output_views(training, data)
    one = views[0].data if len(views) == 1 else None
    if one is not None and one.target.task == "classification":
        training = fit_form.edit_class_weights(training, one)
    training = fit_form.edit_callbacks(training)
    with st.container(key="settings-speed"):
        training = performance_form.show(training)
        _advice(problems, "compile.jit_compile", "compile.dtype_policy", "fit.shuffle")
    return training


def _output_settings(
    training: TrainingSpec, data: DataFacts | None, problems: Sequence[Problem]
) -> TrainingSpec:
    """Loss and metrics of each output; of a model that has none yet only when they were given."""
    outputs = binding.outputs(training.model)
    if not outputs and training.compile.get("loss") is None:
        st.caption("Loss and metrics come with the model's output, which it does not have yet.")
        return training
    for place, output in enumerate(outputs or ("",)):
        # looked at anew each time: what one output was given must not be lost by the next
        view = check.output_views(training, data)[place] if output else None
        training = _one_output(view, training, data, problems)
    return training


def _one_output(
    view: check.OutputView | None,
    training: TrainingSpec,
    data: DataFacts | None,
    problems: Sequence[Problem],
) -> TrainingSpec:
    """Loss and metrics of one output; of several, each under its name and with its weight."""
    if view is None or not view.output:
        seen = view.data if view else data
        training = _loss(training, seen)
        _advice(problems, "compile.loss", "compile.loss.*")
        training = _metrics(training, seen)
        _advice(problems, "compile.metrics", "compile.metrics.*")
        return training
    name, column = view.output, binding.output_columns(training)[view.output]
    with st.container(key=f"settings-output-{name}", border=True):
        learns = f" (learns {escape_md(column)})" if column != name else ""
        st.markdown(f"**Output {escape_md(name)}**{learns}")
        alone = _loss(view.training, view.data, f"-{name}")
        alone = _weight(alone, name)
        _advice(problems, f"compile.loss.{name}", f"compile.loss_weights.{name}")
        alone = _metrics(alone, view.data, f"-{name}")
        _advice(problems, f"compile.metrics.{name}")
    return view.merged(alone)


def _weight(training: TrainingSpec, output: str) -> TrainingSpec:
    """How much this output's loss counts in the sum that training makes small."""
    weight = training.compile.get("loss_weights")
    current = float(weight) if isinstance(weight, int | float) else 1.0
    key = f"loss-weight-{output}"
    stands = widget_sync.sync_widget(key, current, current)
    new = st.number_input("Loss weight", value=stands, key=key, step=0.1, format="%g", help=WEIGHT)
    widget_sync.record_value(key, new)
    if weight is None and new == 1.0:
        return training
    return training.with_compile(loss_weights=float(new))


WEIGHT = (
    "The losses of all outputs are multiplied by their weights and added up; training makes that"
    " sum small. Raise it for the output that matters more, or whose loss is small by nature."
)


def _advice(problems: Sequence[Problem], *places: str) -> None:
    mild = [p for p in problem_list.problems_at(problems, *places) if not p.severe]
    problem_list.show(mild, key=f"advice-{places[0]}")


# --- optimizer -----------------------------------------------------------------------------------


def _optimizer(training: TrainingSpec, data: DataFacts | None) -> TrainingSpec:
    """The class, its learning rate and that rate's curve; the other arguments one click away."""
    current = form.as_object("optimizers", training.compile.get("optimizer", "adam"))
    assert current is not None
    rest = [a for a in _arguments("optimizers", current) if a != RATE]
    new = form.choose(
        "optimizers",
        current,
        key="optimizer",
        label="Optimizer",
        help="Who corrects the weights after each batch, and how. The learning rate is the size"
        " of its steps: too large and the loss jumps, too small and nothing moves.",
        skip=rest,
    )
    assert new is not None
    _rate_curve(training.with_compile(optimizer=new), data)
    if new.class_name == current.class_name:
        new = _more_settings("optimizers", new, "Settings of the optimizer", (RATE,))
    return training.with_compile(optimizer=new)


RATE = "learning_rate"

LONGEST = 100_000
"""Epochs a curve is drawn for; a number beyond may stand in the field until it is refused."""


def _arguments(kind: str, obj: ObjectSpec) -> tuple[str, ...]:
    entry = catalog.find(kind, obj.class_name)
    return tuple(entry.args) if entry else ()


def _more_settings(
    kind: str, obj: ObjectSpec, label: str, skip: Sequence[str] = QUIET, key: str = ""
) -> ObjectSpec:
    """The arguments a beginner leaves alone, behind a line that says how many were changed."""
    arguments = [a for a in _arguments(kind, obj) if a not in skip]
    if not arguments:
        return obj
    changed = sum(a in obj.config for a in arguments)
    title = f"{label} ({changed} changed)" if changed else label
    place = f"more-{kind}-{obj.class_name}{key}"
    with st.expander(title, key=place):
        return form.edit(kind, obj, place, skip=skip)


def _rate_curve(training: TrainingSpec, data: DataFacts | None) -> None:
    """The learning rate over the training, when it is not the same all the time."""
    optimizer = training.compile["optimizer"]
    epochs = min(max(1, int(training.fit.get("epochs") or 1)), LONGEST)
    per_epoch = steps_per_epoch(training, data) if data else 100
    schedule = optimizer.config.get("learning_rate")
    if isinstance(schedule, ObjectSpec):
        try:
            points = _curve(optimizer, epochs * per_epoch)
        except LayerwiseError as error:
            st.caption(f"No curve yet: {escape_md(error.message)}")
            return
        live_charts.rate_curve(points, per_epoch, schedule.class_name, key="rate-curve")
    elif rule := _epoch_rule(training):
        live_charts.rate_curve(
            epoch_points(rule, learning_rate(optimizer), epochs),
            1,
            rule.class_name,
            key="rate-curve",
        )


@lru_cache(maxsize=64)
def _curve(optimizer: ObjectSpec, steps: int) -> tuple[tuple[float, float], ...]:
    """Keras's own values, asked for once."""
    return tuple((s, r) for s, r in client.call("learning_rate_curve.curve", optimizer, steps))


def _epoch_rule(training: TrainingSpec) -> ObjectSpec | None:
    for callback in training.fit.get("callbacks", ()):
        rule = callback.config.get("schedule")
        if callback.class_name == "LearningRateScheduler" and isinstance(rule, ObjectSpec):
            return rule
    return None


def epoch_points(rule: ObjectSpec, start: float, epochs: int) -> list[tuple[float, float]]:
    """(epoch, learning rate) under a LearningRateScheduler, from the optimizer's own rate on."""
    function, current, points = FUNCTIONS[rule.class_name], start, []
    for epoch in range(epochs):
        current = function(epoch, current, **rule.config)
        points.append((float(epoch), current))
    return points


def learning_rate(optimizer: ObjectSpec) -> float:
    """The optimizer's learning rate, Keras's default where none is given."""
    entry = catalog.entry("optimizers", optimizer.class_name)
    return float(optimizer.config.get("learning_rate", entry.args["learning_rate"]))


def steps_per_epoch(training: TrainingSpec, data: DataFacts) -> int:
    """Batches in an epoch, as Keras splits and counts them."""
    split = float(training.fit.get("validation_split") or 0)
    count = math.floor(data.n_train * (1 - split))
    return max(1, math.ceil(count / int(training.fit.get("batch_size") or DEFAULT_BATCH)))


# --- loss and metrics ----------------------------------------------------------------------------


def fits_data(entry: Entry, data: DataFacts) -> bool:
    """Whether a loss or metric measures what this data asks for."""
    many = data.target.labels == "integers" and len(data.target.classes) != 2
    return (
        (not entry.tasks or data.target.task in entry.tasks)
        and (not entry.labels or data.target.labels in entry.labels)
        and not (many and entry.extra.get("binary"))
    )


def _order_classes(kind: str, data: DataFacts | None, first: Sequence[str]) -> list[str]:
    """Class names of a kind: ``first``, then what fits the data, then the rest."""
    entries = catalog.entries(kind)
    if data is not None:
        entries = tuple(sorted(entries, key=lambda e: not fits_data(e, data)))
    return list(dict.fromkeys([*first, *(e.class_name for e in entries)]))


def _loss(training: TrainingSpec, data: DataFacts | None, key: str = "") -> TrainingSpec:
    """The loss of a training of one output; ``key`` tells several on one page apart."""
    current = form.as_object("losses", training.compile.get("loss"))
    usual, _, why = check.recommend_loss(data) if data else (None, (), "")
    shown = current or usual
    new = form.choose(
        "losses",
        shown,
        key=f"loss{key}",
        label="Loss",
        options=_order_classes("losses", data, [usual.class_name] if usual else []),
        optional=current is None and usual is None,
        help="How wrong the model is, as one number; training makes it small. Those that fit your"
        " data come first.",
        skip=_arguments("losses", shown) if shown else (),
    )
    if usual and new:
        suits = new.class_name == usual.class_name
        st.caption(escape_md(why if suits else f"Usual here is {usual.class_name}. {why}"))
    if new and shown and new.class_name == shown.class_name:
        new = _more_settings("losses", new, "Settings of the loss", key=key)
    return training.with_compile(loss=new) if new and new != current else training


def _metrics(training: TrainingSpec, data: DataFacts | None, key: str = "") -> TrainingSpec:
    metrics_given = training.compile.get("metrics", ())
    current = {m.class_name: m for m in (form.as_object("metrics", g) for g in metrics_given) if m}
    usual = [m.class_name for m in check.recommend_loss(data)[1]] if data else []
    names = tuple(current)
    stands = widget_sync.sync_widget(f"metrics{key}", names, list(names))
    offered = _order_classes("metrics", data, usual)
    there = [name for name in stands if name in offered]
    chosen = st.multiselect("Metrics", offered, there, key=f"metrics{key}", help=MEASURED)
    widget_sync.record_value(f"metrics{key}", tuple(chosen))
    metrics = [current.get(n) or catalog.new("metrics", n) for n in chosen]
    metrics = [
        _more_settings("metrics", m, f"Settings of {m.class_name}", key=key) for m in metrics
    ]
    if not metrics and "metrics" not in training.compile:
        return training
    return training.with_compile(metrics=tuple(metrics))
