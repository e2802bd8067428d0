"""``data FILE``: what is in a table or in folders of pictures, as JSON: what the page says."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from builder.cli.shared_options import Verb
from builder.tables.table_records import KINDS, TableFormat

TEXT_FIELDS = {
    "kind": "text, excel, parquet, arrow, json or json_lines",
    "member": "the table inside a ZIP",
    "sheet": "the sheet of a workbook",
    "encoding": "such as utf-8 or cp1252",
    "delimiter": "between two values; 'tab' for a tab",
    "quote": "around values; '' for none",
    "comment": "what lines that are no rows begin with",
    "decimal": "'.' or ','",
    "thousands": "the mark within whole numbers",
}
"""Fields of a table's format that are texts, and what to give."""


def run(given: argparse.Namespace) -> int:
    """Prints the overview."""
    from builder.media import picture_overview, sound_overview
    from builder.tables import table_overview

    if Path(given.file).is_file():
        found: Any = picture_overview.overview_file(given.file)
        if found := found or sound_overview.overview_file(given.file):
            told = {k: v for k, v in asdict(found).items() if k not in ("shown", "heard")}
            print(json.dumps(told, indent=2, ensure_ascii=False))
            return 0
    fixed = TableFormat(**{f.name: _fixed(given, f.name) for f in fields(TableFormat)})
    kinds = dict(given.column or ())
    seen: Any
    if given.preview:
        seen = table_overview.preview(Path(given.file), fixed, kinds)
    else:
        seen = table_overview.overview(
            *(Path(given.file), fixed, kinds, given.predict or (), given.inputs or ())
        )
    print(json.dumps(asdict(seen), indent=2, ensure_ascii=False, default=str))
    return 0


def _fixed(given: argparse.Namespace, name: str) -> Any:
    value = getattr(given, name)
    return tuple(value) if isinstance(value, list) else value


def _delimiter(text: str) -> str:
    return {"tab": "\t", "\\t": "\t", "space": " "}.get(text, text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(n.strip() for n in text.split(",") if n.strip())


def _kind(text: str) -> tuple[str, str]:
    name, equals, kind = text.rpartition("=")
    if not equals or kind not in KINDS:
        raise argparse.ArgumentTypeError(f"must be COLUMN=KIND, KIND one of {', '.join(KINDS)}")
    return name, kind


def _missing(text: str) -> tuple[str, str]:
    name, _, value = text.rpartition("=")
    return name, value


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="CSV, Excel, Parquet, Arrow, JSON, or a ZIP of pictures, sounds",
    )
    parser.add_argument("--predict", type=_names, metavar="COLUMN,…", help="what is predicted")
    parser.add_argument(
        "--from", type=_names, dest="inputs", metavar="COLUMN,…", help="from which columns"
    )
    parser.add_argument(
        *("--column", "-c"), action="append", type=_kind, metavar="COLUMN=KIND", help="set a kind"
    )
    parser.add_argument("--preview", action="store_true", help="only the file's beginning")
    for name, text in TEXT_FIELDS.items():
        made = _delimiter if name == "delimiter" else str
        parser.add_argument(f"--{name}", type=made, help=text)
    for name in ("header", "day_first"):
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, action=argparse.BooleanOptionalAction, dest=name, default=None)
    parser.add_argument(
        *("--missing",), action="append", type=_missing, default=[], metavar="[COLUMN=]TEXT",
        help="a text that counts as no value",
    )  # fmt: skip
    parser.add_argument(
        *("--labels",), action="append", type=_missing, default=[], metavar="COLUMN=MARK",
        help="cells name several labels, with that mark between two: a column for each",
    )  # fmt: skip


VERB = Verb("data", "print what is in a table or in folders of pictures, as JSON", _arguments, run)
