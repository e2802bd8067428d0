"""The lines of a script that read a table with pandas as it was read here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.datasets import _program
from builder.kinds.registry import find_kind

READERS = {
    "excel": "pd.read_excel({file}, sheet_name={sheet!r}, engine='calamine')",
    "parquet": "pd.read_parquet({file})",
    "arrow": "pd.read_feather({file})",
    "json": "pd.read_json({file})",
    "json_lines": "pd.read_json({file}, lines=True)",
}
"""Kind of file that says its types → the call that reads it."""


def read_lines(settings: Mapping[str, Any]) -> str:
    """``table = pd.read_csv(…)``, and what its names and numbers need beside.

    Args:
        settings: ``name``, ``format`` (fields of ``TableFormat``), ``inputs`` and ``targets``.
    """
    form, name = settings["format"], settings["name"] or "table.csv"
    if form.get("kind") == "texts":
        return _read_texts(name)
    member = form.get("member")
    file = f"archive.open({member!r})" if member else repr(name)
    if reader := READERS.get(form.get("kind") or ""):
        table = f"table = {reader.format(file=file, sheet=form.get('sheet') or 0)}"
    else:
        table = f"table = pd.read_csv({', '.join([file, *_read_csv_arguments(form)])})"
    if member:
        table = f"import zipfile\n\nwith zipfile.ZipFile({name!r}) as archive:\n    {table}"
    if form.get("kind") in READERS:
        return table + "\n"
    lines = [table]
    if form.get("header") is False:
        lines.append('table.columns = [f"column_{i + 1}" for i in range(table.shape[1])]')
    kinds = {**settings["inputs"], **settings["targets"]}
    numbers = [n for n, kind in kinds.items() if find_kind(kind).reads_numbers]
    decimal, thousands = form.get("decimal") or ".", form.get("thousands") or ""
    if numbers and (decimal != "." or thousands):
        lines.append(f"for name in {numbers!r}:")
        written = "table[name]"
        for old, new in ((thousands, ""), (decimal, ".")):
            if old and old != new:
                written += f".str.replace({old!r}, {new!r})"
        lines.append(f"    table[name] = {written}")
    return "\n".join(lines) + "\n"


def _read_texts(name: str) -> str:
    return (
        "import zipfile\n\n\n"
        f"{_program.function_source('tables/reading/text_folders.text_rows')}\n\n"
        f"with zipfile.ZipFile({name!r}) as archive:\n"
        "    texts = [n for n in archive.namelist() if n.lower().endswith('.txt')]\n"
        "    table = pd.DataFrame(text_rows({n: archive.read(n) for n in texts}))\n"
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
