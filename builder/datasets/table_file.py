"""A person's own table: a file of rows and columns, some of which are to be predicted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.catalog.entry import Param
from builder.datasets import _program, _table_format, _table_source
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.errors import DataError
from builder.formatting import plural
from builder.kinds.contract import Column
from builder.kinds.registry import find_kind
from builder.spec import Config

TITLE = "My table"
OFFLINE = True
SPLITS = ("random", "time", "group", "column", "file")
ENTRY = entry(
    "TableFile",
    91,
    "My files",
    {
        **{"file": "", "name": "", "format": Config(), "inputs": Config(), "targets": Config()},
        **{"labels": "integers", "test_split": 0.2, "split": "random", "by": "", "seed": 0},
        **{"unique": False, "fewest": 0, "weight": "", "more": Config()},
        "names": Config(),
    },
    params={
        "file": Param("str", "SHA-256 of the file's content."),
        "name": Param("str", "What the file is called."),
        "format": Param("json", "How the file is read: delimiter, encoding, header …"),
        "inputs": Param("json", "Columns the model may read, each with its kind."),
        "targets": Param("json", "Columns to be predicted, each with its kind."),
        "split": Param(
            "choice",
            "How rows are set aside for the test. random: by chance. time: the last ones by a date"
            " column. group: all rows of a group together. column: as a column says. file: the rows"
            " of a second file.",
            choices=SPLITS,
        ),
        "by": Param("str", "The column that tells the time, the group or the part."),
        "seed": Param("int", "The same number sets the same rows aside.", 0, 2**31 - 1, 1),
        "unique": Param("bool", "Take a row that stands several times only once."),
        "fewest": Param("int", "Leave out classes with fewer rows than this.", 0, 1000, 1),
        "names": Param("json", "What pasted code calls its arrays."),
        "weight": Param("str", "The column that says how much each row counts in training."),
        "more": Param("json", "Further files of the same columns, each for training or the test."),
    },
    summary=(
        "A table of your own, a row for each example: CSV, Excel, Parquet or JSON. You say which"
        " columns are to be predicted from which."
    ),
    analogy="Your own notebook of cases, with one column to learn to fill in.",
    url="https://keras.io/examples/structured_data/structured_data_classification_from_scratch/",
)
CONTENTS = Contents({}, {}, is_guess=True)
PROGRAM = Program(
    (
        *("_date_program.date_forms", "_date_program.read_times"),
        *(
            f"_table_program.{name}"
            for name in (
                *("class_order", "number", "category", "text", "yes_no", "date"),
                *("split_rows", "used_rows", "split_table"),
            )
        ),
    )
)

WAYS = ("test_split", "seed", "split", "by", "unique", "fewest")
"""Settings that say which rows are used and how they are split, in the order of ``split_table``."""

FEWEST = 10
"""With fewer rows than this nothing can be learned and tested."""

NAMES = 10_000
"""Different names of a category that are told; more are too many to choose from."""


def load(config: Config) -> Raw:
    """Every column by its kind: numbers float32 (n,) with NaN where a value is missing, names and
    texts (n,) of strings, "?" or "" where one is missing; rows without an answer are left out.

    Raises:
        DataError: a file is missing, cannot be read, lacks a column, or has too few rows.
    """
    settings = resolve_settings(ENTRY, config)
    inputs, targets = _kinds(settings, "inputs"), _kinds(settings, "targets")
    read = {**inputs, **_weight(settings)}
    others = {settings["by"]: "by"} if settings["split"] not in ("random", "file") else {}
    others |= dict.fromkeys(_weight(settings), "weight")
    table = _table_format.read_files(settings, {**read, **targets}, others).to_pandas()
    _check_rows(table, targets)
    (x, y), (x_test, y_test) = _split(table, settings, read, targets)
    _check_parts(y, y_test)
    columns = [
        Column(n, k, "input", x[n], x_test[n], _names(table[n], k)) for n, k in inputs.items()
    ]
    functions = {name: getattr(_table_program(), kind) for name, kind in targets.items()}
    chosen = settings["unique"], settings["fewest"]
    rows = _table_program().used_rows(table, functions, [*read, *targets], *chosen)
    for name, kind in targets.items():
        names = _names(table[name].iloc[rows], kind)
        columns.append(Column(name, kind, "target", y[name], y_test[name], names))
    for name, kind in _weight(settings).items():
        _check_weights(name, x[name])
        columns.append(Column(name, kind, "weight", x[name], x_test[name]))
    return Raw(tuple(columns), _warning(table, targets, len(rows)))


def _table_program() -> Any:
    """The functions that a script carries; they ask for pandas and scikit-learn."""
    from builder.datasets import _table_program

    return _table_program


def _split(
    table: Any, settings: Mapping[str, Any], read: Mapping[str, str], targets: Mapping[str, str]
) -> Any:
    """((x_train, y_train), (x_test, y_test)); DataError where the column to split by does not."""
    program = _table_program()
    try:
        return program.split_table(
            table,
            {name: getattr(program, kind) for name, kind in read.items()},
            {name: getattr(program, kind) for name, kind in targets.items()},
            *_ways(settings).values(),
        )
    except ValueError as error:
        raise DataError(
            f"The rows cannot be split by '{settings['by']}': {error}.",
            "Choose another way to split.",
            "dataset.split",
        ) from error


def _ways(settings: Mapping[str, Any]) -> dict[str, Any]:
    """``WAYS`` as ``split_table`` takes them: a second file is told by a column."""
    ways = {key: settings[key] for key in WAYS}
    is_file = ways["split"] == "file"
    return ways | ({"split": "column", "by": _table_format.FILE_PART} if is_file else {})


def _weight(settings: Mapping[str, Any]) -> dict[str, str]:
    """The column of sample weights by kind; {}: there is none.

    Raises:
        DataError: it is read or predicted, too.
    """
    name = settings["weight"]
    if name and name in (*settings["inputs"], *settings["targets"]):
        raise DataError(
            f"'{name}' says how much each row counts, so it cannot be read or predicted, too.",
            "Leave it out of the columns, or weigh by none.",
            "dataset.weight",
        )
    return {name: "number"} if name else {}


def _check_weights(name: str, weights: Any) -> None:
    """Raises DataError for weights that are missing or below 0, or that are all 0."""
    wrong = int((~(weights >= 0)).sum())
    if wrong or not weights.any():
        told = f"{plural(wrong, 'row')} without one or with one below 0" if wrong else "only zeros"
        raise DataError(
            f"'{name}' cannot say how much each training row counts: it has {told}.",
            "Choose a column with a number from 0 on in every row, or none.",
            "dataset.weight",
        )


def _kinds(settings: Mapping[str, Any], side: str) -> dict[str, str]:
    """Column → kind, as the settings say.

    Raises:
        DataError: none is named, or a kind that no column of a table can have.
    """
    named = _readable(settings, side)
    words = {"inputs": "to predict from", "targets": "to predict"}
    if not named:
        raise DataError(f"No column is chosen {words[side]}.", "Choose one.", f"dataset.{side}")
    for name, kind in named.items():
        if side == "targets" and not find_kind(kind).task:
            raise DataError(
                f"'{name}' cannot be predicted as {find_kind(kind).title.lower()}.",
                "Take it as a category or as a number.",
                "dataset.targets",
            )
    return named


def _readable(settings: Mapping[str, Any], side: str) -> dict[str, str]:
    """The columns of one side by kind; DataError for a kind that no column of a table can have."""
    for name, kind in settings[side].items():
        if not isinstance(kind, str) or not find_kind(kind).in_tables:
            raise DataError(
                f"'{name}' cannot be of the kind {kind!r}.",
                "Choose number, category, yes_no, date or text.",
                f"dataset.{side}",
            )
    return dict(settings[side])


def _check_rows(table: Any, targets: Mapping[str, str]) -> None:
    known = int(table[list(targets)].notna().all(axis=1).sum())
    if known < FEWEST:
        raise DataError(
            f"{known} rows with a value to predict are too few to learn from and to test.",
            f"Give a table of at least {FEWEST} such rows.",
            "dataset.targets",
        )
    for name in targets:
        if table[name].nunique() < 2:
            raise DataError(
                f"'{name}' is {str(table[name].dropna().iloc[0])[:40]!r} in every row: there is"
                " nothing to predict.",
                "Choose another column to predict.",
                "dataset.targets",
            )


def _check_parts(y: Mapping[str, Any], y_test: Mapping[str, Any]) -> None:
    for part, used in ((y, "to learn from"), (y_test, "for the test")):
        if not len(next(iter(part.values()))):
            raise DataError(
                f"Split like this, no row is left {used}.",
                "Choose another way to split, or another column to split by.",
                "dataset.split",
            )


def _names(values: Any, kind: str) -> tuple[str, ...]:
    """The different names of a column whose kind has names, in their order; () for too many."""
    if not find_kind(kind).named:
        return ()
    from builder.datasets._table_program import class_order

    names = sorted(values.dropna().unique(), key=class_order)
    return tuple(map(str, names)) if len(names) <= NAMES else ()


def _warning(table: Any, targets: Mapping[str, str], used: int) -> str:
    known = int(table[list(targets)].notna().all(axis=1).sum())
    said = []
    if unknown := len(table) - known:
        said.append(f"{plural(unknown, 'row')} without a value to predict are left out.")
    if dropped := known - used:
        said.append(f"Left out: {plural(dropped, 'row')} that stand twice or are of rare classes.")
    return " ".join(said)


def source(config: Config) -> str:
    """The same in a script standing alone, next to the file."""
    settings = resolve_settings(ENTRY, config)
    kinds = {side: _readable(settings, side) for side in ("inputs", "targets")}
    weight, ways = _weight(settings), _ways(settings)
    read = {"inputs": {**kinds["inputs"], **weight}, "targets": kinds["targets"]}
    dates = [n for n, kind in kinds["inputs"].items() if find_kind(kind).holds_times]
    if ways["split"] == "time" and ways["by"] not in dates:
        dates.append(ways["by"])
    given = ", ".join(repr(ways[key]) for key in WAYS[:4])
    more = {key: ways[key] for key in WAYS[4:] if ways[key]}
    given += "".join(f", {key}={value!r}" for key, value in more.items())
    inputs, targets = (
        ", ".join(f"{name!r}: {kind}" for name, kind in read[side].items()) for side in read
    )
    text = (
        "import numpy as np\nimport pandas as pd\n"
        "from sklearn.model_selection import GroupShuffleSplit, train_test_split\n\n\n"
        f"{_program.functions_source(*PROGRAM.functions)}\n\n"
        f"{_table_source.read_lines({**settings, **read}, dates)}"
        f"inputs = {{{inputs}}}\n"
        f"targets = {{{targets}}}\n"
        f"parts = split_table(table, inputs, targets, {given})\n"
        "(x_train, y_train), (x_test, y_test) = parts\n"
    )
    for name in weight:
        text += f"w_train, _ = x_train.pop({name!r}), x_test.pop({name!r})\n"
    return text
