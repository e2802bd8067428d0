"""A person's own table: what is predicted from what, the model for it, cards of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from builder import formatting
from builder.datasets._folders import find_file
from builder.datasets._table_format import table_format
from builder.datasets.table_file import ENTRY, SPLITS
from builder.errors import DataError
from builder.facts import DataFacts
from builder.kinds.registry import all_kinds, find_kind
from builder.runs.engine_process import client
from builder.spec import ObjectSpec, TrainingSpec
from builder.suggest import table_dataset, table_model
from builder.tables.profiling.task_guess import guess_target
from builder.tables.table_records import (
    ColumnProfile,
    TableFormat,
    TableOverview,
    TableProfile,
    TableWarning,
)
from pages.widgets.data import table_cards
from pages.widgets.session import current_project, engine_facts, tab_state, widget_sync
from pages.widgets.shared import asset_files
from pages.widgets.shared.page_frame import escape_md

ASKED = ("file", "name", "format", "inputs", "targets", "split", "by")
"""Settings of the dataset that this screen asks for."""

CARDS = 60
"""Columns whose cards are drawn; a wider table is searched."""

LEFT_OUT = ""
"""The choice of a column that is neither read nor predicted."""


def show(dataset: ObjectSpec) -> Any:
    """The screen of this table; the container in which ``choose_model`` belongs.

    Raises:
        DataError: the file is not here or cannot be read.
    """
    st.html(asset_files.ROOT / "assets" / "table.css")
    seen = look(dataset)
    name = escape_md(str(dataset.config["name"]))
    st.subheader(name, anchor=False)
    st.markdown(_size_sentence(seen))
    _choose_targets(dataset, seen)
    model_place = st.container()
    _show_warnings(dataset, seen)
    names = ("Columns", "Rows", "Test rows", "How it is read")
    cards, rows, test, reading = st.tabs(names, key="table-tabs")
    with cards:
        _show_cards(dataset, seen)
    with rows:
        _show_rows(seen)
    with test:
        _choose_split(dataset, seen)
    with reading:
        _show_format(dataset, seen)
    return model_place


def look(dataset: ObjectSpec) -> TableOverview:
    """Profile, task and warnings of the table, from the engine's process, remembered.

    Raises:
        DataError: the file is not here or cannot be read.
    """
    config = {**ENTRY.args, **dataset.config}
    path = find_file(config.get("file"))
    if path is None:
        raise DataError(
            f"The file {config.get('name') or 'of this project'} is not in this workspace.",
            "Drop it here again: the project takes it from any computer.",
            "dataset.file",
        )
    kinds = {**config["inputs"], **config["targets"]}
    asked = (
        table_format(config["format"]),
        kinds,
        list(config["targets"]),
        list(config["inputs"]),
    )
    overview: TableOverview = engine_facts.get_or_make(
        ("table", dataset),
        lambda: _read(path, *asked),
    )
    return overview


def _read(path: Path, *asked: Any) -> TableOverview:
    """The overview of a file nobody vouches for, made where it can do no harm."""
    overview: TableOverview = client.call_guarded(
        "table_overview.overview_file", str(path.resolve()), *asked, reads=(path,), light=True
    )
    return overview


def _size_sentence(seen: TableOverview) -> str:
    rows, columns = seen.profile.rows, len(seen.profile.columns)
    reason = f" {escape_md(seen.task.reason)}" if seen.task else ""
    return f"{formatting.number(rows)} rows, {formatting.plural(columns, 'column')}.{reason}"


# --- what is predicted, and by which model -----------------------------------------------------


def _choose_targets(dataset: ObjectSpec, seen: TableOverview) -> None:
    names = [c.name for c in seen.profile.columns]
    current = [n for n in dataset.config["targets"] if n in names]
    key = "table-targets"
    shown = widget_sync.sync_widget(key, tuple(current), current)
    count = len(dataset.config["inputs"])
    chosen = st.multiselect(
        f"Predict, from the {formatting.plural(count, 'column')} that are read",
        names,
        shown,
        key=key,
        placeholder="Choose what is to be predicted",
    )
    widget_sync.record_value(key, tuple(chosen))
    if chosen and list(chosen) != current:
        use(table_dataset.set_targets(dataset, seen.profile, chosen))


def use(dataset: ObjectSpec) -> None:
    """Make it the dataset on screen; a suggested model follows it."""
    training = current_project.training()
    new = engine_facts.find_facts(replace(training, dataset=dataset))
    old = current_project.data_facts()
    if new.data is None or old is None:
        current_project.push(replace(training, dataset=dataset))
    else:
        current_project.push(table_model.follow(training, old, new.data, dataset))
    st.rerun()


def choose_model(facts: DataFacts | None) -> None:
    """Which suggested model it is, and the others beside it; nothing where the table cannot be
    loaded as it is chosen."""
    if facts is None:
        return
    training = current_project.training()
    size = table_model.suggested_size(training, facts)
    if size is None:
        st.markdown(":material/edit: The model on the canvas is your own; it stays as it is.")
    with st.container(horizontal=True, gap="xsmall", key="table-models"):
        for name, offered in table_model.SIZES.items():
            st.button(
                offered.title,
                key=f"table-model-{name}",
                type="primary" if name == size else "secondary",
                help=offered.sentence,
                on_click=_use_model,
                args=(facts, name),
            )
    if size is not None:
        st.caption(table_model.SIZES[size].sentence)


def _use_model(facts: DataFacts, size: str) -> None:
    training = current_project.training()
    new = table_model.suggest(facts, training.dataset, size)
    current_project.apply_fix(replace(new, fit=_fit(training, new), seed=training.seed))


def _fit(training: TrainingSpec, new: TrainingSpec) -> Any:
    """A person's own settings of the training stay where the model was suggested before."""
    was_table = training.dataset.class_name == new.dataset.class_name
    return training.fit if was_table and training.columns else new.fit


# --- warnings -----------------------------------------------------------------------------------


def _show_warnings(dataset: ObjectSpec, seen: TableOverview) -> None:
    for i, warning in enumerate((*seen.profile.notes, *seen.warnings)):
        with st.container(key=f"problem-advice-table-{i}", gap="xsmall"):
            st.markdown(f":material/lightbulb: {escape_md(warning.message)}")
            remedy = _remedy(dataset, warning)
            if remedy is not None:
                label, changed = remedy
                if st.button(label, key=f"table-fix-{warning.code}-{i}", icon=":material/build:"):
                    use(changed)


def _remedy(dataset: ObjectSpec, warning: TableWarning) -> tuple[str, ObjectSpec] | None:
    """The button of a warning and what it makes of the dataset."""
    columns, changed = warning.columns, dataset
    for column in columns:
        if warning.remedy == "leave_out" and column in dataset.config["inputs"]:
            changed = table_dataset.set_kind(changed, column, LEFT_OUT)
        elif warning.remedy == "as_category":
            changed = table_dataset.set_kind(changed, column, "category")
    if changed == dataset:
        return None
    verb = "Leave out" if warning.remedy == "leave_out" else "Take as categories:"
    return f"{verb} {', '.join(columns[:3])}{' …' if len(columns) > 3 else ''}", changed


# --- columns, rows, format ----------------------------------------------------------------------


def _show_cards(dataset: ObjectSpec, seen: TableOverview) -> None:
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
    kinds = [k.name for k in all_kinds().values() if k.in_tables]
    options = [k for k in kinds if find_kind(k).task] if is_target else [*kinds, LEFT_OUT]
    key = f"table-kind-{column.name}"
    at = widget_sync.option_index(options, widget_sync.sync_widget(key, current, current))
    chosen = st.selectbox(
        f"Kind of {column.name}",
        options,
        at,
        key=key,
        format_func=lambda k: find_kind(k).title if k else "Left out",
        label_visibility="collapsed",
    )
    widget_sync.record_value(key, chosen)
    st.html(table_cards.facts_html(column, rows))
    for sentence in _remarks(column, current):
        st.caption(escape_md(sentence))
    if chosen is not None and chosen != current:
        use(table_dataset.set_kind(dataset, column.name, str(chosen)))


def _remarks(column: ColumnProfile, current: str) -> Sequence[str]:
    """What is to be said of a column beside its values."""
    left_out = [column.left_out] if column.left_out and not current else []
    return [*left_out, *([column.reason] if column.reason else []), *_suspicious(column)]


def _suspicious(column: ColumnProfile) -> list[str]:
    return [value.message for value in column.suspicious[:2]]


def _show_rows(seen: TableOverview) -> None:
    import pandas as pd  # not for those who have no table

    profile = seen.profile
    frame = pd.DataFrame(profile.first, columns=[c.name for c in profile.columns])
    st.dataframe(frame, hide_index=True, key="table-rows")
    st.caption(f"The first {len(profile.first)} rows; choose a heading to sort, or search.")


SPLIT_WORDS = {
    "random": "By chance",
    "time": "The last ones by time",
    "group": "Whole groups",
    "column": "As a column says",
}


def _choose_split(dataset: ObjectSpec, seen: TableOverview) -> None:
    """How the rows of the final exam are set aside."""
    config = {**ENTRY.args, **dataset.config}
    split = _select(
        "How they are chosen", "table-split", list(SPLITS), config["split"], SPLIT_WORDS
    )
    by = ""
    if split != "random":
        names = [c.name for c in seen.profile.columns]
        current = config["by"] if config["by"] in names else names[0]
        by = _select("By the column", "table-by", names, current, {})
    helps = ENTRY.extra["params"]["split"].help
    st.caption(helps)
    if (split, by) != (config["split"], config["by"]):
        use(dataset.with_(split=split, by=by))


def _select(
    label: str, key: str, options: Sequence[str], current: str, words: Mapping[str, str]
) -> str:
    at = widget_sync.option_index(options, widget_sync.sync_widget(key, current, current))
    chosen = st.selectbox(label, options, at, key=key, format_func=lambda o: words.get(o, o))
    widget_sync.record_value(key, chosen)
    return str(chosen or current)


def _show_format(dataset: ObjectSpec, seen: TableOverview) -> None:
    form = seen.profile.format
    st.caption("How the file was understood; change what was guessed wrong.")
    words: dict[str, Any] = {}
    if form.delimiter:
        words["delimiter"] = st.text_input("Between two values", form.delimiter or "", max_chars=1)
        words["decimal"] = st.selectbox(
            "Decimal mark", [".", ","], [".", ","].index(form.decimal or ".")
        )
        words["encoding"] = st.text_input("Encoding", form.encoding or "")
        words["header"] = st.checkbox("The first row holds the names", bool(form.header))
    if seen.profile.sheets:
        sheets = list(seen.profile.sheets)
        words["sheet"] = st.selectbox("Sheet", sheets, sheets.index(form.sheet or sheets[0]))
    changed = {k: v for k, v in words.items() if v != getattr(form, k) and v != ""}
    if changed and st.button("Read it like this", key="table-reread"):
        tab_state.add_note("The table is read anew; choose again what is to be predicted.")
        arrive(str(dataset.config["file"]), str(dataset.config["name"]), replace(form, **changed))
        st.rerun()


def read_profile(
    file: str,
    name: str,
    form: TableFormat = TableFormat(),  # noqa: B008 - frozen
) -> TableProfile:
    """What is in a file; raises as ``arrive``."""
    path = find_file(file)
    if path is None:
        raise DataError(f"{name} is no longer here.", "Drop it again.", "dataset.file")
    return _read(path, form).profile


def arrive(file: str, name: str, form: TableFormat = TableFormat()) -> None:  # noqa: B008 - frozen
    """Put a project on screen that learns from this file: its likeliest target, a model for it.

    Raises:
        LayerwiseError: the file is no table, or nothing in it can be predicted.
    """
    profile = read_profile(file, name, form)
    if not (target := guess_target(profile)):
        raise DataError(
            f"Nothing in {name} can be predicted: no column of numbers or categories is left.",
            "Choose a table with one.",
            "dataset.targets",
        )
    dataset = table_dataset.table_dataset(file, name, profile, [target])
    facts = engine_facts.find_facts(replace(current_project.training(), dataset=dataset))
    if facts.data is None:
        raise DataError(facts.errors[0].message, facts.errors[0].hint, "dataset")
    title = name.rpartition(".")[0] or name
    current_project.open_training(table_model.suggest(facts.data, dataset), title)
