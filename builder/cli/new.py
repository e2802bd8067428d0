"""``new FILE --predict COLUMN``: a table becomes a project with a suggested model."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from builder.cli.shared_options import OUT, Verb, write_output
from builder.document import to_json
from builder.errors import DataError, FileError
from builder.suggest import table_dataset, table_model
from builder.tables.table_records import TableProfile


def arguments(parser: argparse.ArgumentParser) -> None:
    """The table, its columns, and where the project goes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV, Excel, Parquet or JSON")
    by = "by name, or by place from 1 (from the end: -1)"
    parser.add_argument(
        "--predict", metavar="COLUMN[,COLUMN…]", required=True, help=f"what to predict, {by}"
    )
    parser.add_argument(
        "--from", metavar="COLUMN[,COLUMN…]", dest="inputs", default="",
        help="what to predict it from; otherwise all that can be learned from",
    )  # fmt: skip
    parser.add_argument(
        "--size", choices=tuple(table_model.SIZES), default="small", help="of the suggested model"
    )
    parser.add_argument("-o", "--output", metavar="PROJECT", type=Path, help=OUT)


def run(given: argparse.Namespace) -> int:
    """Keeps the file in the workspace and writes the project."""
    from builder.engine.data import loading
    from builder.runs.disk import data_files
    from builder.tables import table_overview

    path: Path = given.file
    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    profile = table_overview.overview(path).profile
    targets = find_columns(profile, given.predict)
    inputs = find_columns(profile, given.inputs) if given.inputs else ()
    with path.open("rb") as source, data_files.Upload(path.name, path.stat().st_size) as upload:
        shutil.copyfileobj(source, upload, 1 << 20)
        file = upload.keep()
    dataset = table_dataset.table_dataset(file, path.name, profile, targets, inputs)
    training = table_model.suggest(loading.describe(dataset), dataset, given.size)
    write_output(to_json(training, title=path.stem).encode() + b"\n", given.output)
    if given.output:
        said = f"{', '.join(targets)} from {', '.join(dataset.config['inputs'])}"
        print(f"A model to predict {said}; written to {given.output}.")
    return 0


def find_columns(profile: TableProfile, text: str) -> Sequence[str]:
    """The columns a list of names and places means.

    Raises:
        DataError: there is no such column.
    """
    names = [c.name for c in profile.columns]
    return [_find_column(names, word.strip()) for word in text.split(",")]


def _find_column(names: list[str], word: str) -> str:
    if word in names:
        return word
    if word.lstrip("-").isdigit() and 1 <= abs(int(word)) <= len(names):
        place = int(word)
        return names[place - 1 if place > 0 else place]
    raise DataError(
        f"The table has no column '{word}'.",
        f"Its {len(names)} columns are {', '.join(names[:20])}.",
    )


VERB = Verb("new", "turn a table into a project with a suggested model", arguments, run)
