"""Form that binds Inputs and outputs to dataset columns, and a preview of those columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from builder import binding, formatting
from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, TrainingSpec
from pages.widgets.session import widget_sync
from pages.widgets.shared.markup import image_data_url
from pages.widgets.shared.page_frame import escape_md

WIDEST = 6
"""Numbers of a row that are written out."""

NOTHING = ""
"""The option of an Input or output that is bound to nothing."""


def describe_column(column: ColumnFacts) -> str:
    """One column in words: ``picture 28 × 28``, ``one of 10 classes`` …"""
    return find_kind(column.kind).describe(column)


def summary_sentence(facts: DataFacts) -> str:
    """Sizes in words, then what a model may read and what it may answer."""
    many, test = formatting.number(facts.n_train), formatting.number(facts.n_test)
    inputs = ", ".join(f"**{escape_md(c.name)}** ({describe_column(c)})" for c in facts.inputs)
    targets = ", ".join(f"**{escape_md(c.name)}** ({describe_column(c)})" for c in facts.targets)
    return (
        f"{many} examples to learn from and {test} kept aside for the final exam. A model can read"
        f" {inputs} and answer with {targets}."
    )


def show(preview: Mapping[str, Any]) -> None:
    """The first examples, a row each, every column side by side; then each column in numbers."""
    columns: Sequence[Mapping[str, Any]] = preview["rows"]
    st.html(example_rows(columns, "The first examples of every column"))
    st.caption("Each column as it came, and as the model sees it")
    heads = ("Column", "Used as", "As it came", "For the model")
    head = "".join(f"<th>{name}</th>" for name in heads)
    lines = "".join(
        f'<tr><th scope="row">{escape(str(c["name"]))}</th>'
        f"<td>{c['role']}</td>"
        f"<td>{_describe_array(c['raw'])}</td><td>{_describe_array(c['prepared'])}</td></tr>"
        for c in columns
    )
    st.html(
        f'<div class="lw-scroll"><table class="lw-classes"><tr>{head}</tr>{lines}</table></div>'
    )
    for column in columns:
        if column.get("counts"):
            counts = ", ".join(f"{name}: {formatting.number(n)}" for name, n in column["counts"])
            st.caption(f"{escape_md(str(column['name']))}: {escape_md(counts)}")


def _describe_array(about_it: Mapping[str, Any]) -> str:
    ends, unit = [about_it[k] for k in ("min", "max")], "one number"
    if isinstance(ends[0], str):
        low, high, unit = *map(escape, ends), "one name"
    else:
        low, high = map(formatting.digits, ends)
    shape = formatting.short(tuple(about_it["shape"])[1:]) or unit
    return f"{shape}, {low} to {high} <code>{escape(str(about_it['dtype']))}</code>"


def example_rows(
    columns: Sequence[Mapping[str, Any]],
    caption: str,
    more: Sequence[tuple[str, Sequence[str]]] = (),
) -> str:
    """Examples as HTML, a row each.

    Args:
        columns: as ``engine.data.examples`` gives them.
        more: further columns of text, before the others: (head, one text a row).
    """
    parts = [(head, [escape(text) for text in texts]) for head, texts in more]
    parts += [(str(c["name"]), example_cells(c)) for c in columns]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name, _ in parts)
    count = min((len(cells) for _, cells in parts), default=0)
    body = "".join(
        "<tr>" + "".join(f"<td>{cells[i]}</td>" for _, cells in parts) + "</tr>"
        for i in range(count)
    )
    return (
        f'<div class="lw-scroll lw-rows lw-columns" tabindex="0" role="region"'
        f' aria-label="{escape(caption)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def example_cells(column: Mapping[str, Any]) -> list[str]:
    """The values of one column as HTML, one an example.

    Args:
        column: as ``engine.data.examples`` gives it.
    """
    name = escape(str(column["name"]))
    if "images" in column:
        images = np.asarray(column["images"])
        return [
            f'<img src="{image_data_url(image)}" alt="{name} of example {i + 1}">'
            for i, image in enumerate(images)
        ]
    if "texts" in column:
        return [escape(str(text)) for text in column["texts"]]
    if "rows" in column:
        return [_numbers(column, row) for row in column["rows"]]
    return [escape(v if isinstance(v, str) else _number(v)) or NOWHERE for v in column["values"]]


def _numbers(column: Mapping[str, Any], row: Sequence[float]) -> str:
    names = list(column["features"]) or [""] * len(row)
    if len(row) == 1:
        return _number(row[0])
    pairs = [f"{escape(n)} {_number(v, 3)}" for n, v in zip(names, row, strict=False)][:WIDEST]
    return ", ".join(pairs) + (" …" if len(row) > WIDEST else "")


def _number(value: float, count: int = 4) -> str:
    return NOWHERE if math.isnan(value) else formatting.digits(value, count)


NOWHERE = "–"
"""What stands for a value that is missing."""


# --- binding ---------------------------------------------------------------------------------


def edit_bindings(training: TrainingSpec, facts: DataFacts) -> TrainingSpec:
    """A select box for each Input and each output; returns the training with what was chosen."""
    read, answered = binding.input_columns(training), binding.output_columns(training)
    sides: tuple[tuple[str, Mapping[str, str], Sequence[ColumnFacts]], ...] = (
        ("Input", read, facts.inputs),
        ("Output", answered, answers(facts)),
    )
    if not any(bound for _, bound, _ in sides):
        return training
    st.subheader("What stands for what", anchor=False)
    st.caption("Each Input reads a column; each output learns to answer one.")
    columns = training.columns
    for word, bound, offered in sides:
        for node, name in bound.items():
            columns = _bind(training, columns, f"{word} {node}", node, name, offered)
    if columns != training.columns and binding.is_single_column(training):  # x and y no more
        columns = Config({**read, **answered, **columns})
    return replace(training, columns=columns)


def answers(facts: DataFacts) -> tuple[ColumnFacts, ...]:
    """The columns an output can learn to give: the targets, and inputs it may give back."""
    again = (c for c in facts.inputs if find_kind(c.kind).as_answer(c))
    return (*facts.targets, *again)


def edit_node_binding(training: TrainingSpec, facts: DataFacts, node: str) -> TrainingSpec:
    """The same for one node: its select boxes, and the training with what was chosen."""
    columns = training.columns
    for label, bound, offered in (
        ("Reads the column", binding.input_columns(training), facts.inputs),
        ("Answers the column", binding.output_columns(training), answers(facts)),
    ):
        if node in bound:
            columns = _bind(training, columns, label, node, bound[node], offered)
    return replace(training, columns=columns)


def _bind(
    training: TrainingSpec,
    columns: Config,
    label: str,
    node: str,
    name: str,
    offered: Sequence[ColumnFacts],
) -> Config:
    """The bindings with what is chosen for one Input or output."""
    several = binding.bound_columns(training).get(node, ())
    if len(several) > 1:
        names = [c.name for c in offered if find_kind(c.kind).together]
        key = f"bind-{node}"
        current = [n for n in several if n in names]
        shown = widget_sync.sync_widget(key, tuple(current), current)
        chosen = st.multiselect(escape_md(label), names, shown, key=key)
        widget_sync.record_value(key, tuple(chosen))
        if len(chosen) > 1 and tuple(chosen) != several:
            return columns.with_(**{node: tuple(chosen)})
        return columns
    one = _select(label, node, name, offered)
    return columns if one in (NOTHING, name) else columns.with_(**{node: one})


def _select(label: str, node: str, name: str, offered: Sequence[ColumnFacts]) -> str:
    columns = {c.name: c for c in offered}
    current = name if name in columns else NOTHING
    options = [*([] if current else [NOTHING]), *columns]
    key = f"bind-{node}"
    at = widget_sync.sync_choice(key, current, options)
    chosen = st.selectbox(
        escape_md(label), options, at, key=key, format_func=_option_label(columns)
    )
    widget_sync.record_value(key, chosen)
    return str(chosen or NOTHING)


def _option_label(columns: Mapping[str, ColumnFacts]) -> Callable[[str], str]:
    def text(name: str) -> str:
        return f"{name}: {describe_column(columns[name])}" if name in columns else "Not bound yet"

    return text
