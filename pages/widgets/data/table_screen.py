"""A person's own table: what is predicted from what, the model for it, cards of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from builder import formatting
from builder.datasets.table_file import ENTRY, SPLITS
from builder.errors import DataError
from builder.facts import DataFacts
from builder.spec import ObjectSpec, TrainingSpec
from builder.suggest import series_dataset, table_dataset, table_model
from builder.tables.profiling.table_warnings import FEWEST
from builder.tables.profiling.task_guess import guess_target, guess_task
from builder.tables.table_records import (
    TableFormat,
    TableOverview,
    TableWarning,
)
from pages.widgets.data import column_choice, further_file, open_table
from pages.widgets.session import current_project, engine_facts, tab_state, widget_sync
from pages.widgets.shared import asset_files, example_row, page_frame
from pages.widgets.shared.page_frame import escape_md

ASKED = ("file", "name", "format", "inputs", "targets", "split", "by", "weight", "more", "names")
"""Settings of the dataset that this screen asks for."""


def show(dataset: ObjectSpec) -> Any:
    """The screen of this table; the container in which ``choose_model`` belongs.

    Raises:
        DataError: the file is not here or cannot be read.
    """
    st.html(asset_files.ROOT / "assets" / "table.css")
    seen = open_table.look(dataset)
    name = escape_md(str(dataset.config["name"]))
    st.subheader(name, anchor=False)
    st.markdown(_size_of_all(dataset, seen))
    _choose_targets(dataset, seen)
    model_place = st.container()
    _show_warnings(dataset, seen)
    if any(c.even for c in seen.profile.columns):
        st.button(
            "Forecast it as a series instead",
            key="table-as-series",
            help="The rows follow each other in time: the next ones are forecast from the last",
            on_click=arrive_again,
            args=(str(dataset.config["file"]), str(dataset.config["name"]), True),
        )
    names = ("Columns", "Rows", "Test rows", "How it is read")
    cards, rows, test, reading = st.tabs(names, key="table-tabs")
    with cards:
        column_choice.show(dataset, seen)
    with rows:
        show_rows(seen, can_try=True)
    with test:
        _choose_split(dataset, seen)
    with reading:
        _show_format(dataset, seen)
    return model_place


def _size_sentence(seen: TableOverview) -> str:
    rows, columns = seen.profile.rows, len(seen.profile.columns)
    reason = f" {escape_md(seen.task.reason)}" if seen.task else ""
    return f"{formatting.number(rows)} rows, {formatting.plural(columns, 'column')}.{reason}"


def _size_of_all(dataset: ObjectSpec, seen: TableOverview) -> str:
    """As ``_size_sentence``, with the further files, which the cards do not show."""
    test, train = (
        [escape_md(name) for name, one in dataset.config.get("more", {}).items()
         if one["part"] == part]
        for part in ("test", "train")
    )  # fmt: skip
    said = [f"The rows of {' and '.join(train)} are learned from, too."] if train else []
    said += [f"The rows of {' and '.join(test)} are the test."] if test else []
    return " ".join([_size_sentence(seen), *said])


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
        open_table.use(table_dataset.set_targets(dataset, seen.profile, chosen))


def choose_model(facts: DataFacts | None) -> None:
    """Which suggested model it is, and the others beside it; nothing where the table cannot be
    loaded as it is chosen."""
    if facts is None:
        return
    training, sizes = current_project.training(), table_model.sizes(facts)
    size = table_model.suggested_size(training, facts)
    if size is None:
        st.markdown(":material/edit: The model on the canvas is your own; it stays as it is.")
    with st.container(horizontal=True, gap="xsmall", key="table-models"):
        for name, offered in sizes.items():
            st.button(
                offered.title,
                key=f"table-model-{name}",
                type="primary" if name == size else "secondary",
                help=offered.sentence,
                on_click=_use_model,
                args=(facts, name),
            )
    if size is not None:
        st.caption(sizes[size].sentence)


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
    settled = {"drop_duplicates": "unique", "drop_rare": "fewest"}
    for i, warning in enumerate((*seen.profile.notes, *seen.warnings)):
        if dataset.config.get(settled.get(warning.remedy, "")):
            continue
        with st.container(key=f"problem-advice-table-{i}", gap="xsmall"):
            st.markdown(f":material/lightbulb: {escape_md(warning.message)}")
            remedy = _remedy(dataset, warning)
            if remedy is not None:
                label, changed = remedy
                if st.button(label, key=f"table-fix-{warning.code}-{i}", icon=":material/build:"):
                    open_table.use(changed)


def _remedy(dataset: ObjectSpec, warning: TableWarning) -> tuple[str, ObjectSpec] | None:
    """The button of a warning and what it makes of the dataset."""
    columns, changed = warning.columns, dataset
    if warning.remedy == "drop_duplicates":
        return "Take each row only once", dataset.with_(unique=True)
    if warning.remedy == "drop_rare":
        return f"Leave out classes with fewer than {FEWEST} rows", dataset.with_(fewest=FEWEST)
    for column in columns:
        if warning.remedy == "leave_out" and column in dataset.config["inputs"]:
            changed = table_dataset.set_kind(changed, column, column_choice.LEFT_OUT)
        elif warning.remedy == "as_category":
            changed = table_dataset.set_kind(changed, column, "category")
    if changed == dataset:
        return None
    verb = "Leave out" if warning.remedy == "leave_out" else "Take as categories:"
    return f"{verb} {', '.join(columns[:3])}{' …' if len(columns) > 3 else ''}", changed


# --- columns, rows, format ----------------------------------------------------------------------


def show_rows(seen: TableOverview, can_try: bool = False) -> None:
    """The first rows, to sort and search; ``can_try``: one can be sent to Predict."""
    import pandas as pd  # not for those who have no table

    profile = seen.profile
    names = [c.name for c in profile.columns]
    frame = pd.DataFrame(profile.first, columns=names)
    if not can_try:
        st.dataframe(frame, hide_index=True, key="table-rows")
        st.caption(f"The first {len(profile.first)} rows; choose a heading to sort, or search.")
        return
    seen_rows: Any = st.dataframe(
        frame, hide_index=True, key="table-rows", on_select="rerun", selection_mode="single-row"
    )
    st.caption(
        f"The first {len(profile.first)} rows; choose a heading to sort, or search. Choose a row to"
        " try it on Predict."
    )
    if (chosen := [*seen_rows.selection.rows][:1]) and st.button(
        f"Try row {chosen[0] + 1} on Predict", key="try-row", icon=":material/table_edit:"
    ):
        cells = dict(zip(names, ([cell] for cell in profile.first[chosen[0]]), strict=True))
        example_row.try_on_predict(f"row {chosen[0] + 1} of the table", cells)


SPLIT_WORDS = {
    "random": "By chance",
    "time": "The last ones by time",
    "group": "Whole groups",
    "column": "As a column says",
    "file": "The rows of a second file",
}


def _choose_split(dataset: ObjectSpec, seen: TableOverview) -> None:
    """How the rows of the final exam are set aside."""
    config = {**ENTRY.args, **dataset.config}
    further_file.list_files(dataset)
    has_test = any(one["part"] == "test" for one in config["more"].values())
    ways = [way for way in SPLITS if way != "file" or has_test]
    split = _select("How they are chosen", "table-split", ways, config["split"], SPLIT_WORDS)
    by = ""
    if split not in ("random", "file"):
        names = [c.name for c in seen.profile.columns]
        current = config["by"] if config["by"] in names else names[0]
        by = _select("By the column", "table-by", names, current, {})
    helps = ENTRY.extra["params"]["split"].help
    st.caption(helps)
    if (split, by) != (config["split"], config["by"]):
        open_table.use(dataset.with_(split=split, by=by))


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
    if len(seen.profile.members) > 1:
        tables = list(seen.profile.members)
        words["member"] = st.selectbox("Table in the ZIP", tables, tables.index(form.member or ""))
    if seen.profile.sheets:
        sheets = list(seen.profile.sheets)
        words["sheet"] = st.selectbox("Sheet", sheets, sheets.index(form.sheet or sheets[0]))
    changed = {k: v for k, v in words.items() if v != getattr(form, k) and v != ""}
    if changed and st.button("Read it like this", key="table-reread"):
        tab_state.add_note("The table is read anew; choose again what is to be predicted.")
        other = TableFormat() if "member" in changed else form  # of which nothing is known yet
        arrive(str(dataset.config["file"]), str(dataset.config["name"]), replace(other, **changed))
        st.rerun()


@page_frame.safe
def arrive_again(file: str, name: str, forecast: bool) -> None:
    """A callback: the file as a series, or as a table of rows that know nothing of each other."""
    arrive(file, name, forecast=forecast)


def arrive(
    file: str,
    name: str,
    form: TableFormat = TableFormat(),  # noqa: B008 - frozen
    forecast: bool | None = None,
) -> None:
    """Put a project on screen that learns from this file: its likeliest target, a model for it.

    Args:
        forecast: whether it is a series to be continued; None guesses.

    Raises:
        LayerwiseError: the file is no table, or nothing in it can be predicted.
    """
    profile = open_table.read_profile(file, name, form)
    if not (target := guess_target(profile)):
        raise DataError(
            f"Nothing in {name} can be predicted: no column of numbers or categories is left.",
            "Choose a table with one.",
            "dataset.targets",
        )
    dataset = table_dataset.table_dataset(file, name, profile, [target])
    if guess_task(profile, [target], forecast=forecast).task == "forecasting":
        path = open_table.find_path({"file": file, "name": name})
        task = open_table.read(path, profile.format, {}, [target], [], forecast).task
        assert task is not None
        series = series_dataset.series_dataset(file, name, profile, task)
        found = engine_facts.find_facts(replace(current_project.training(), dataset=series))
        if found.data is not None or forecast:
            dataset = series
        else:
            tab_state.add_note(f"{name} is taken row by row: {found.errors[0].message}")
    facts = engine_facts.find_facts(replace(current_project.training(), dataset=dataset))
    if facts.data is None:
        raise DataError(facts.errors[0].message, facts.errors[0].hint, "dataset")
    title = name.rpartition(".")[0] or name
    current_project.open_training(table_model.suggest(facts.data, dataset), title)
