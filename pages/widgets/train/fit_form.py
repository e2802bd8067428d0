"""Form of the fit settings: epochs, batch size, split, seed, class weights, callbacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from builder import binding, catalog
from builder.catalog.entry import Param
from builder.check.training import class_weights
from builder.check.training.memory import DEFAULT_BATCH
from builder.facts import DataFacts
from builder.spec import Config, TrainingSpec
from pages.widgets.forms import field, form
from pages.widgets.session import current_project, widget_sync
from pages.widgets.shared import explanation, page_frame
from pages.widgets.shared.page_frame import escape_md

OUR_FILES = ("filepath", "log_dir", "filename", "verbose")
"""Arguments of callbacks nobody is asked for: where a run writes is its own folder."""

BY_HAND = 24
"""Up to so many classes get a field each for their weight."""

HELP = {
    "epochs": "One epoch = once through all your training examples, as a student reads all notes"
    " once. More epochs learn more, until the model begins to learn by heart.",
    "batch_size": "How many examples the model looks at before it corrects itself once. Small"
    " batches: many rough corrections; large ones: few precise ones.",
    "validation_split": "The share of the training examples kept aside as a small quiz after every"
    " epoch. The model never learns from it, so it shows whether it understands or memorizes.",
    "seed": "Where chance begins: with the same seed the same training gives the same numbers."
    " Empty: different each time.",
    "class_weight": "How much a mistake in each class counts. Balanced: rare classes count more,"
    " so that the model cannot win by ignoring them.",
    "callbacks": "Helpers that watch the training after every epoch and step in: stop early, lower"
    " the learning rate, keep the best model.",
}
"""The hidden words, one hover away."""


def edit_numbers(training: TrainingSpec) -> TrainingSpec:
    """Epochs, batch size, validation split and seed."""
    fit = training.fit
    left, right = st.columns(2, gap="small")
    with left:
        epochs = fit.get("epochs")
        epochs = _number("epochs", "Epochs", 1 if epochs is None else epochs)
        split = _number(
            "validation_split",
            "Validation split",
            float(fit.get("validation_split") or 0.0),
            float,
        )
    with right:
        batch = fit.get("batch_size")
        batch = _number("batch_size", "Batch size", DEFAULT_BATCH if batch is None else batch)
        seed = _number("seed", "Seed", training.seed, empty="by chance")
    new = training.with_fit(epochs=epochs, batch_size=batch, validation_split=split)
    # what was absent and still has its default stays absent, so that looking changes nothing
    usual = {"epochs": 1, "batch_size": DEFAULT_BATCH, "validation_split": 0.0}
    idle = [k for k, v in usual.items() if k not in fit and new.fit[k] == v]
    return replace(new, seed=seed, fit=new.fit.without(*idle))


def _number(name: str, label: str, value: Any, kind: type = int, empty: str = "") -> Any:
    """One field; ``empty`` is what leaving it empty means, where that is allowed."""
    step = None if kind is int else 0.05
    param = Param(kind.__name__, HELP[name], step=step, optional=bool(empty))
    return field.number(f"fit-{name}", label, value, param, HELP[name], kind, empty=empty)


# --- class weights -------------------------------------------------------------------------------


def edit_class_weights(training: TrainingSpec, data: DataFacts) -> TrainingSpec:
    """How much each class counts: equal, balanced by its count, or by hand."""
    weights = training.fit.get("class_weight") or Config()
    label = "Class weights" if weights else "Class weights: all equal"
    with st.expander(label, key="class-weights"):
        st.caption(HELP["class_weight"])
        with st.container(horizontal=True, gap="xsmall"):
            st.button("Balance the classes", key="weights-balance", on_click=_balance)
            if weights:
                st.button("All equal", key="weights-equal", on_click=_make_equal)
        if not weights:
            return training
        if len(data.target.classes) > BY_HAND:
            st.caption(f"Weights are set for {len(weights)} classes.")
            return training
        cells = st.columns(2, gap="small")
        new = {}
        for i, name in enumerate(data.target.classes):
            with cells[i % 2]:
                new[str(i)] = _weight(i, name, float(weights.get(str(i), 1.0)))
    return training.with_fit(class_weight=Config(new))


def _weight(index: int, name: str, value: float) -> float:
    key = f"weight-{index}"
    current = widget_sync.sync_widget(key, value, value)
    new = st.number_input(escape_md(name), 0.0, value=current, key=key, step=0.1, format="%.4g")
    widget_sync.record_value(key, new)
    return new


@page_frame.safe
def _balance() -> None:
    training, data = current_project.training(), current_project.data_facts()
    column = next(iter(binding.output_columns(training).values()), binding.Y)
    target = data.column(column) if data else None
    if target is not None:
        weights = class_weights.balanced_weights(target.counts)
        current_project.apply_fix(training.with_fit(class_weight=weights))


def _make_equal() -> None:
    training = current_project.training()
    current_project.apply_fix(replace(training, fit=training.fit.without("class_weight")))


# --- callbacks -----------------------------------------------------------------------------------


def edit_callbacks(training: TrainingSpec) -> TrainingSpec:
    """Each callback's form with a way out, and one line to add another."""
    added = list(training.fit.get("callbacks", ()))
    for i, callback in enumerate(added):
        with st.container(key=f"callback-{i}", border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{escape_md(callback.class_name)}**")
                if entry := catalog.find("callbacks", callback.class_name):
                    explanation.show(entry, key=f"callback-explain-{i}")
                st.button(
                    "Remove", key=f"callback-remove-{i}", type="tertiary", on_click=_drop, args=(i,)
                )
            key = f"callback-{i}-{callback.class_name}"
            added[i] = form.edit("callbacks", callback, key, skip=OUR_FILES)
    st.selectbox(
        "Callbacks",
        [e.class_name for e in catalog.entries("callbacks")],
        index=None,
        key="callback-add",
        placeholder="Add a callback",
        on_change=_add,
        help=HELP["callbacks"],
    )
    if not added and "callbacks" not in training.fit:
        return training
    return training.with_fit(callbacks=tuple(added))


@page_frame.safe
def _add() -> None:
    name = widget_sync.widget_value("callback-add")
    widget_sync.clear_widget("callback-add")
    if name:
        training = current_project.training()
        callbacks = (*training.fit.get("callbacks", ()), catalog.new("callbacks", name))
        current_project.push(training.with_fit(callbacks=callbacks))


def _drop(index: int) -> None:
    training = current_project.training()
    callbacks = list(training.fit.get("callbacks", ()))
    del callbacks[index]
    current_project.push(training.with_fit(callbacks=tuple(callbacks)))
