"""A card for each column of a table, with its kind to choose, and what is odd about its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from builder.datasets._table_format import table_format
from builder.datasets.contract import weight_column
from builder.kinds.registry import all_kinds, find_kind
from builder.spec import Config, ObjectSpec
from builder.suggest import table_dataset
from builder.tables.table_records import ColumnProfile, SuspiciousValue, TableOverview
from pages.widgets.data import open_table, table_cards
from pages.widgets.session import widget_sync
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md

CARDS = 60
"""Columns whose cards are drawn; a wider table is searched."""

LEFT_OUT = ""
"""The choice of a column that is neither read nor predicted."""

WEIGHT = "(weight)"
"""The choice of the column that says how much each row counts in training."""

OTHERS = {LEFT_OUT: "Left out", WEIGHT: "How much a row counts"}
"""Choices that are no kinds, for people."""


def show(dataset: ObjectSpec, seen: TableOverview) -> None:
    """The cards, three beside each other."""
    columns = seen.profile.columns
    if len(columns) > CARDS:
        word = st.text_input("Find a column", key="table-find", placeholder="Part of its name")
        columns = tuple(c for c in columns if (word or "").lower() in c.name.lower())[:CARDS]
    for start in range(0, len(columns), 3):
        for place, column in zip(st.columns(3), columns[start : start + 3], strict=False):
            with place, st.container(border=True, gap="xsmall"):
                _show_card(dataset, column, seen.profile.rows)


def _show_card(dataset: ObjectSpec, column: ColumnProfile, rows: int) -> None:
    targets, inputs = dataset.config["targets"], dataset.config["inputs"]
    is_target = column.name in targets
    badge = " :green-badge[predicted]" if is_target else ""
    st.markdown(f"**{escape_md(column.name)}**{badge}")
    current = targets.get(column.name) or inputs.get(column.name) or LEFT_OUT
    if column.name == weight_column(dataset):
        badge, current = " :blue-badge[weight]", WEIGHT
    kinds = [k.name for k in all_kinds().values() if k.in_tables]
    options = [k for k in kinds if find_kind(k).task] if is_target else [*kinds, LEFT_OUT]
    if current == WEIGHT or (
        not is_target and find_kind(table_dataset.input_kind(column)).reads_numbers
    ):
        options.append(WEIGHT)
    key = f"table-kind-{column.name}"
    at = widget_sync.option_index(options, widget_sync.sync_widget(key, current, current))
    chosen = st.selectbox(
        f"Kind of {column.name}",
        options,
        at,
        key=key,
        format_func=lambda k: OTHERS[k] if k in OTHERS else find_kind(k).title,
        label_visibility="collapsed",
    )
    widget_sync.record_value(key, chosen)
    st.html(table_cards.facts_html(column, rows))
    for sentence in _remarks(column, current):
        st.caption(escape_md(sentence))
    if column.mark:
        st.caption(f"Cells name several labels at once, with “{column.mark}” between two.")
        st.button(
            "A column for each label", key=f"table-labels-{column.name}", icon=":material/build:",
            on_click=split_labels, args=(dataset, column.name, column.mark),
        )  # fmt: skip
    for value in column.suspicious[:2]:
        _offer_missing(dataset, column.name, value)
    if chosen == WEIGHT != current:
        open_table.use(table_dataset.set_weight(dataset, column.name))
    elif chosen is not None and chosen != current:
        open_table.use(table_dataset.set_kind(dataset, column.name, str(chosen)))


def _remarks(column: ColumnProfile, current: str) -> Sequence[str]:
    """What is to be said of a column beside its values."""
    left_out = [column.left_out] if column.left_out and not current else []
    return [*left_out, *([column.reason] if column.reason else [])]


def _offer_missing(dataset: ObjectSpec, column: str, value: SuspiciousValue) -> None:
    """What is odd about a value, and a button that counts it as missing where that may be so."""
    st.caption(escape_md(value.message))
    if value.remedy != "missing":
        return
    form = dataset.config.get("format") or {}
    missing = (*form.get("missing", ()), (column, value.value))
    st.button(
        f"Count {value.value} as missing",
        key=f"table-missing-{column}-{value.value}",
        icon=":material/build:",
        on_click=_use_format,
        args=(dataset, {**form, "missing": missing}),
    )


@page_frame.safe
def split_labels(dataset: ObjectSpec, column: str, mark: str) -> None:
    """A callback: yes or no for each label that the cells of a column name."""
    config = dataset.config
    form = config.get("format") or Config()
    labels = (*form.get("labels", ()), (column, mark))
    read = table_format({**form, "labels": labels})
    profile = open_table.read_profile(str(config["file"]), str(config["name"]), read)
    open_table.follow(table_dataset.split_labels(dataset, profile, column))


@page_frame.safe
def _use_format(dataset: ObjectSpec, form: Mapping[str, Any]) -> None:
    open_table.follow(dataset.with_(format=Config(form)))
