"""``new FILE --predict COLUMN``: a table, or pictures in folders, become a project with a model."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from builder.cli.shared_options import OUT, Verb, whole_number, write_output
from builder.document import to_json
from builder.errors import DataError, FileError
from builder.facts import DataFacts
from builder.formatting import plural
from builder.spec import ObjectSpec
from builder.suggest import (
    picture_dataset,
    series_dataset,
    sound_dataset,
    table_dataset,
    table_model,
)
from builder.tables.table_records import TableOverview, TableProfile


def arguments(parser: argparse.ArgumentParser) -> None:
    """The table, its columns, and where the project goes."""
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="CSV, Excel, Parquet, JSON, or a ZIP of pictures, sounds",
    )
    by = "by name, or by place from 1 (from the end: -1)"
    parser.add_argument("--predict", metavar="COLUMN[,COLUMN…]", help=f"what to predict, {by}")
    parser.add_argument(
        "--from", metavar="COLUMN[,COLUMN…]", dest="inputs", default="",
        help="what to predict it from; otherwise all that can be learned from",
    )  # fmt: skip
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--forecast", action="store_true", help="the rows follow each other in time: forecast"
    )
    how.add_argument("--table", action="store_true", help="each row is an example by itself")
    parser.add_argument(
        "--known", metavar="COLUMN[,COLUMN…]", default="",
        help="of a forecast: what is known in advance",
    )  # fmt: skip
    for name, text in (("window", "sees"), ("horizon", "forecasts")):
        help_ = f"of a forecast: how many steps the model {text}"
        parser.add_argument(f"--{name}", metavar="STEPS", type=whole_number, help=help_)
    parser.add_argument(
        "--size", choices=tuple(table_model.SIZES), default="small", help="of the suggested model"
    )
    parser.add_argument("-o", "--output", metavar="PROJECT", type=Path, help=OUT)


def run(given: argparse.Namespace) -> int:
    """Keeps the file in the workspace and writes the project."""
    from builder.engine.data import loading
    from builder.media import picture_overview, sound_overview
    from builder.tables import table_overview

    path: Path = given.file
    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    if pictures := picture_overview.overview_file(str(path)):
        dataset = picture_dataset.picture_dataset(_keep(path), path.name, pictures)
        return _write(given, dataset, loading.describe(dataset))
    if sounds := sound_overview.overview_file(str(path)):
        dataset = sound_dataset.sound_dataset(_keep(path), path.name, sounds)
        return _write(given, dataset, loading.describe(dataset))
    if not given.predict:
        raise DataError("Which column is to be predicted?", "Say it with --predict COLUMN.")
    beginning = table_overview.preview(path)
    targets = find_columns(beginning, given.predict)
    inputs = find_columns(beginning, given.inputs) if given.inputs else ()
    asked = True if given.forecast else False if given.table else None
    seen = table_overview.overview(path, targets=targets, inputs=inputs, forecast=asked)
    dataset = _make_dataset(given, _keep(path), seen, inputs)
    return _write(given, dataset, loading.describe(dataset))


def _keep(path: Path) -> str:
    """Copies the file into the workspace; its SHA-256."""
    from builder.runs.disk import data_files

    with path.open("rb") as source, data_files.Upload(path.name, path.stat().st_size) as upload:
        shutil.copyfileobj(source, upload, 1 << 20)
        return upload.keep()


def _write(given: argparse.Namespace, dataset: ObjectSpec, facts: DataFacts) -> int:
    training = table_model.suggest(facts, dataset, given.size)
    write_output(to_json(training, title=given.file.stem).encode() + b"\n", given.output)
    if given.output:
        print(f"A model to {_describe(dataset)}; written to {given.output}.")
    return 0


def _make_dataset(
    given: argparse.Namespace, file: str, seen: TableOverview, inputs: Sequence[str]
) -> ObjectSpec:
    """A series where the table is one, or is said to be; else a table."""
    profile, task, name = seen.profile, seen.task, given.file.name
    assert task is not None
    if task.task != "forecasting":
        return table_dataset.table_dataset(file, name, profile, task.targets, inputs)
    known = find_columns(profile, given.known) if given.known else ()
    dataset = series_dataset.series_dataset(file, name, profile, task, known, inputs)
    sizes = {k: getattr(given, k) for k in ("window", "horizon") if getattr(given, k) is not None}
    return dataset.with_(**sizes)


def _describe(dataset: ObjectSpec) -> str:
    """What a model learns from this dataset."""
    config = dataset.config
    if "classes" in config:
        return f"tell {', '.join(config['classes'])} apart"
    if "targets" in config:
        return f"predict {', '.join(config['targets'])} from {', '.join(config['inputs'])}"
    steps, past = plural(config["horizon"], "step"), plural(config["window"], "step")
    return f"forecast {', '.join(config['values'])}, the next {steps} from the last {past}"


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


VERB = Verb("new", "turn a table or pictures into a project with a suggested model", arguments, run)
