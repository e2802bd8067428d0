"""The lines of a script that read a table with pandas as it was read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from builder.datasets import _program
from builder.datasets._table_format import FILE_PART
from builder.kinds.registry import find_kind

READERS = {
    "excel": "pd.read_excel({file}, sheet_name={sheet!r}, engine='calamine')",
    "parquet": "pd.read_parquet({file})",
    "arrow": "pd.read_feather({file})",
    "json": "pd.read_json({file})",
    "json_lines": "pd.read_json({file}, lines=True)",
}
"""Kind of file that says its types → the call that reads it."""

SPLIT_LABELS = "tables/reading/label_columns.split_labels"


def read_lines(settings: Mapping[str, Any], dates: Sequence[str] = ()) -> str:
    """``table = pd.read_csv(…)``, and what its names, numbers and dates need beside; the rows of
    further files behind those of the first.

    Args:
        settings: ``name``, ``format`` (fields of ``TableFormat``), ``inputs`` and ``targets``;
            ``more`` and ``split`` where there are such.
        dates: columns that hold points in time.
    """
    parts = settings.get("split") == "file"
    lines = [_read_one(settings, "table", dates, "train" if parts else "")]
    for name, other in settings.get("more", {}).items():
        one = {**settings, "name": name, "format": other.get("format") or {}}
        lines.append(_read_one(one, "more", dates, other.get("part", "train") if parts else ""))
        lines.append("table = pd.concat([table, more], ignore_index=True)\n")
    files = (settings, *settings.get("more", {}).values())
    if any((one.get("format") or {}).get("labels") for one in files):
        lines.insert(0, f"{_program.function_source(SPLIT_LABELS)}\n\n")
    return "".join(lines)


def _read_one(settings: Mapping[str, Any], variable: str, dates: Sequence[str], part: str) -> str:
    """The lines for one file; ``part``, where it is not empty, says what its rows are for."""
    form, name = settings["format"], settings["name"] or "table.csv"
    member = form.get("member")
    file = f"archive.open({member!r})" if member else repr(name)
    if form.get("kind") == "texts":
        lines = [_read_texts(name, variable)]
    elif reader := READERS.get(form.get("kind") or ""):
        lines = [f"{variable} = {reader.format(file=file, sheet=form.get('sheet') or 0)}"]
    else:
        lines = [f"{variable} = pd.read_csv({', '.join([file, *_read_csv_arguments(form)])})"]
    if member and form.get("kind") != "texts":
        lines = [f"import zipfile\n\nwith zipfile.ZipFile({name!r}) as archive:\n    {lines[0]}"]
    if form.get("kind") not in (*READERS, "texts"):
        lines += _mend_cells(settings, variable)
    for column, mark in form.get("labels", ()):
        lines.append(f"{variable} = split_labels({variable}, {column!r}, {mark!r})")
    for column in dates:
        cells = f"{variable}[{column!r}]"
        lines.append(f"{cells} = read_times({cells}, day_first={bool(form.get('day_first'))})")
    if part:
        lines.append(f"{variable}[{FILE_PART!r}] = {part!r}")
    return "\n".join(lines) + "\n"


def _mend_cells(settings: Mapping[str, Any], variable: str) -> list[str]:
    """What a file of texts needs beside ``read_csv``: names, marks in numbers, missing values."""
    form, lines = settings["format"], []
    if form.get("header") is False:
        count = f"range({variable}.shape[1])"
        lines.append(f'{variable}.columns = [f"column_{{i + 1}}" for i in {count}]')
    for column, text in form.get("missing", ()):
        if column:
            cells = f"{variable}[{column!r}]"
            lines.append(f"{cells} = {cells}.replace({text!r}, None)")
    kinds = {**settings["inputs"], **settings["targets"]}
    numbers = [n for n, kind in kinds.items() if find_kind(kind).reads_numbers]
    decimal, thousands = form.get("decimal") or ".", form.get("thousands") or ""
    if numbers and (decimal != "." or thousands):
        lines.append(f"for name in {numbers!r}:")
        written = f"{variable}[name]"
        for old, new in ((thousands, ""), (decimal, ".")):
            if old and old != new:
                written += f".str.replace({old!r}, {new!r})"
        lines.append(f"    {variable}[name] = {written}")
    return lines


def _read_texts(name: str, variable: str) -> str:
    return (
        "import zipfile\n\n\n"
        f"{_program.function_source('tables/reading/text_folders.text_rows')}\n\n"
        f"with zipfile.ZipFile({name!r}) as archive:\n"
        "    texts = [n for n in archive.namelist() if n.lower().endswith('.txt')]\n"
        f"    {variable} = pd.DataFrame(text_rows({{n: archive.read(n) for n in texts}}))"
    )


def _read_csv_arguments(form: Mapping[str, Any]) -> list[str]:
    """What differs from pandas's own guess, and that every cell is read as it stands."""
    from builder.tables.reading.cell_values import MISSING

    told: dict[str, str] = {}
    if form.get("delimiter", ",") == " ":
        told["sep"] = repr(r"\s+")
    elif form.get("delimiter", ",") != ",":
        told["sep"] = repr(form["delimiter"])
    if (form.get("encoding") or "utf-8") not in ("utf-8", "ascii"):
        told["encoding"] = repr(form["encoding"])
    if form.get("header") is False:
        told["header"] = "None"
    if form.get("comment"):
        told["comment"] = repr(form["comment"])
    if form.get("quote") not in (None, "", '"'):
        told["quotechar"] = repr(form["quote"])
    missing = [text for text in MISSING if text]
    missing += [text for column, text in form.get("missing", ()) if not column]
    told |= {"dtype": "str", "keep_default_na": "False", "na_values": repr(["", *missing])}
    return [f"{key}={value}" for key, value in told.items()]
