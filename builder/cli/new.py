"""``new FILE --predict COLUMN``: a table, or pictures in folders, become a project with a model."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from builder.cli.shared_options import OUT, Verb, whole_number, write_output
from builder.document import to_json
from builder.errors import DataError, FileError
from builder.formatting import plural
from builder.spec import ObjectSpec
from builder.suggest import further_files, series_dataset, table_dataset, table_model
from builder.suggest.media import picture_dataset, sound_dataset
from builder.tables.table_records import TableFormat, TableOverview, TableProfile


def arguments(parser: argparse.ArgumentParser) -> None:
    """The table, its columns, and where the project goes."""
    several = "CSV, Excel, Parquet, JSON, or a ZIP of pictures or sounds; further tables have the"
    several += " same columns"
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help=several)
    by = "by name, or by place from 1 (from the end: -1)"
    parser.add_argument("--predict", metavar="COLUMN[,COLUMN…]", help=f"what to predict, {by}")
    parser.add_argument(
        "--from", metavar="COLUMN[,COLUMN…]", dest="inputs", default="",
        help="what to predict it from; otherwise all that can be learned from",
    )  # fmt: skip
    parser.add_argument(
        "--test", metavar="FILE", type=Path, help="a table of the same columns: the test"
    )
    parser.add_argument(
        "--weight", metavar="COLUMN", default="", help="how much each row counts in training"
    )
    parser.add_argument(
        "--labels", metavar="COLUMN", default="",
        help="a column whose cells name several labels: yes or no for each",
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
    parser.add_argument(
        "--group", metavar="COLUMN", default="",
        help="of a forecast: the column that names the series, where there are several",
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

    path, *further = given.files
    for one in (path, *further, *([given.test] if given.test else [])):
        if not one.is_file():
            raise FileError(f"There is no file {one}.")
    if pictures := picture_overview.overview_file(str(path)):
        dataset = picture_dataset.picture_dataset(_keep(path), path.name, pictures)
    elif sounds := sound_overview.overview_file(str(path)):
        dataset = sound_dataset.sound_dataset(_keep(path), path.name, sounds)
    else:
        dataset = _read_tables(given, path, further)
    training = table_model.suggest(loading.describe(dataset), dataset, given.size)
    write_output(to_json(training, title=path.stem).encode() + b"\n", given.output)
    if given.output:
        print(f"A model to {_describe(dataset)}; written to {given.output}.")
    return 0


def _read_tables(given: argparse.Namespace, path: Path, further: Sequence[Path]) -> ObjectSpec:
    """The dataset of one table, or of several with the same columns."""
    from builder.tables import table_overview

    if not given.predict:
        raise DataError("Which column is to be predicted?", "Say it with --predict COLUMN.")
    beginning, form = table_overview.preview(path), TableFormat()
    if given.labels:
        (column,) = find_columns(beginning, given.labels)
        card = beginning.column(column)
        form = TableFormat(labels=((column, (card and card.mark) or ";"),))
        beginning = table_overview.overview(path, form).profile
    targets = find_columns(beginning, given.predict)
    inputs = find_columns(beginning, given.inputs) if given.inputs else ()
    asked = True if given.forecast else False if given.table else None
    seen = table_overview.overview(path, form, targets=targets, inputs=inputs, forecast=asked)
    dataset = _make_dataset(given, _keep(path), seen, inputs)
    parts = [(one, "train") for one in further] + ([(given.test, "test")] if given.test else [])
    for one, part in parts:
        profile = table_overview.overview(one).profile
        dataset = further_files.add_file(dataset, _keep(one), one.name, profile, part)
    return dataset


def _keep(path: Path) -> str:
    """The SHA-256 of a file that is now in the workspace."""
    from builder.runs.disk import data_files

    with path.open("rb") as source, data_files.Upload(path.name, path.stat().st_size) as upload:
        shutil.copyfileobj(source, upload, 1 << 20)
        return upload.keep()


def _make_dataset(
    given: argparse.Namespace, file: str, seen: TableOverview, inputs: Sequence[str]
) -> ObjectSpec:
    """A series where the table is one, or is said to be; else a table."""
    profile, task, name = seen.profile, seen.task, given.files[0].name
    assert task is not None
    if task.task != "forecasting":
        made = table_dataset.table_dataset(file, name, profile, task.targets, inputs)
        weights = find_columns(profile, given.weight) if given.weight else [""]
        return table_dataset.set_weight(made, weights[0])
    if given.test or given.weight or len(given.files) > 1:
        raise DataError(
            "A series is one file, whose end is its test and whose steps all count the same.",
            "Say --table, or leave out --test, --weight and further files.",
        )
    known = find_columns(profile, given.known) if given.known else ()
    dataset = series_dataset.series_dataset(file, name, profile, task, known, inputs)
    if given.group:
        (group,) = find_columns(profile, given.group)
        others = {n: kind for n, kind in dataset.config["others"].items() if n != group}
        dataset = dataset.with_(group=group, others=others)
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
    """The columns a list of names and places means; the name of one that was split into labels
    means all of them.

    Raises:
        DataError: there is no such column.
    """
    names = [c.name for c in profile.columns]
    split = {column for column, _ in profile.format.labels}
    found: list[str] = []
    for word in map(str.strip, text.split(",")):
        if word in split:
            found += [n for n in names if n.startswith(f"{word}: ")]
        else:
            found.append(_find_column(names, word))
    return found


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
