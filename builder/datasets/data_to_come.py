"""The data of pasted code that are not here yet: what they will be, and made-up rows like them."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Mapping
from typing import Any

from builder.binding import has_own_names
from builder.catalog.entry import Param
from builder.datasets import _made_up, _program, _said_of_data
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.errors import CatalogError, DataError
from builder.facts import ColumnFacts
from builder.kinds.contract import Array, Column, Kind
from builder.kinds.registry import find_kind
from builder.spec import Config

TITLE = "Data to come"
OFFLINE = True
ENTRY = entry(
    "DataToCome",
    92,
    "My files",
    {
        "inputs": Config(x=Config(kind="vector", shape=(10,))),
        "targets": Config(y=Config(kind="category", classes=2)),
        "labels": "integers",
        **{"said": Config(), "names": Config(), "rows": 300, "seed": 0},
    },
    params={
        "inputs": Param("json", "What the model reads, each with its kind and shape."),
        "targets": Param("json", "What the model answers, each with its kind, shape or classes."),
        "said": Param("json", "What the code says of its data: file, target, scaling …"),
        "names": Param("json", "What the code calls its arrays."),
        "rows": Param("int", "How many rows are made up.", 10, 10_000, 10),
        "seed": Param("int", "The same number makes up the same rows.", 0, 2**31 - 1, 1),
    },
    summary=(
        "The data that pasted code asks for and that are not here. Until they are, rows are made up"
        " that have their shapes, so that training can be seen to run."
    ),
    analogy="A laid table before the guests arrive.",
    url="https://keras.io/guides/training_with_built_in_methods/",
)
CONTENTS = Contents({}, {}, is_guess=True)
PROGRAM = Program(
    tuple(f"_made_up.{name}" for name in ("made_up_values", "made_up_answers", "make_up"))
)

LARGEST = 5_000_000
"""Numbers of one example, at most; more is a mistake."""

NUMBERS = ("low", "high")
PLACES = frozenset(("kind", "shape", "low", "high", "whole", "dtype", "words", "classes"))
"""What can be said of a column."""

MOST_CLASSES = 1000

MADE_UP = "Until they are here, rows of the same shapes are made up, so that the script runs."

WIDTH = 86
"""Letters of a line of the script, about."""


def load(config: Config) -> Raw:
    """Made-up rows of every column, the same for the same settings.

    Raises:
        DataError: a column is said in a way that cannot be.
    """
    settings = resolve_settings(ENTRY, config)
    inputs, targets = (_columns(settings, side) for side in ("inputs", "targets"))
    parts = _made_up.make_up(inputs, targets, settings["rows"], settings["seed"])
    (x, y), (x_test, y_test) = parts
    if not has_own_names((*inputs, *targets)):
        x, x_test, y, y_test = {"x": x}, {"x": x_test}, {"y": y}, {"y": y_test}
    columns = [Column(n, c["kind"], "input", x[n], x_test[n]) for n, c in inputs.items()]
    for name, column in targets.items():
        classes = tuple(map(str, range(column.get("classes", 0))))
        columns.append(Column(name, column["kind"], "target", y[name], y_test[name], classes))
    return Raw(tuple(columns), " ".join(describe(config)))


def _columns(settings: Mapping[str, Any], side: str) -> dict[str, dict[str, Any]]:
    """Column → what is said of it.

    Raises:
        DataError: it cannot be made up.
    """
    given = settings[side]
    if not given or len(given) > 100:
        raise _refusal(side, f"{len(given)} columns are named")
    return {name: _column(settings, side, name) for name in given}


def _column(settings: Mapping[str, Any], side: str, name: str) -> dict[str, Any]:
    said = settings[side][name]
    if not isinstance(said, Mapping) or not set(said) <= PLACES:
        raise _refusal(side, f"of '{name}' is said {str(said)[:60]!r}")
    column, shape = dict(said), said.get("shape", ())
    kind = _kind(column.get("kind"))
    if kind is None or (side == "targets" and not kind.task):
        raise _refusal(side, f"'{name}' is of the kind {str(column.get('kind'))[:40]!r}")
    if not isinstance(shape, tuple) or not all(_is_size(n) for n in shape) or len(shape) > 6:
        raise _refusal(side, f"'{name}' has the shape {str(shape)[:60]}")
    if math.prod(shape) > LARGEST:
        raise _refusal(side, f"one '{name}' holds {math.prod(shape):,} numbers")
    limits = [column.get(key, 0) for key in NUMBERS]
    if not all(isinstance(n, int | float) and abs(n) <= 1e9 for n in limits):
        raise _refusal(side, f"'{name}' goes from {limits[0]!r} to {limits[1]!r}")
    counts = {"classes": MOST_CLASSES, "words": 10**6}
    for key, most in counts.items():
        if key in column and not (_is_size(column[key]) and column[key] <= most):
            raise _refusal(side, f"'{name}' has {str(column[key])[:40]} {key}")
    if column.get("dtype", "float32") not in ("float32", "int32"):
        raise _refusal(side, f"'{name}' is of the type {str(column['dtype'])[:40]!r}")
    if kind.task == "classification" and side == "targets" and "classes" not in column:
        raise _refusal(side, f"'{name}' has no number of classes")
    return column


def _kind(name: Any) -> Kind | None:
    try:
        return find_kind(str(name))
    except CatalogError:
        return None


def _is_size(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


def _refusal(side: str, why: str) -> DataError:
    return DataError(
        f"The data to come cannot be made up: {why}.",
        "Paste the code again, or drop the file.",
        f"dataset.{side}",
    )


def decode(config: Config, rows: Array) -> list[str]:
    """Word numbers as text: nobody knows the words yet."""
    return [" ".join(f"word{n}" for n in row if n) for row in rows.tolist()]


def awaits(config: Mapping[str, Any]) -> str:
    """One sentence on which data are to come."""
    if config.get("said", Config()).get("form") == "model":
        return "This model came without its data; those here are made up."
    name = _said_of_data.file_name(config.get("said", Config()))
    return f"The data of this code are not here{f' ({name})' if name else ''}; these are made up."


def describe(config: Mapping[str, Any]) -> list[str]:
    """What the code says of the data, in sentences; raises as ``load``."""
    return _said_of_data.describe(resolve_settings(ENTRY, config)["said"], _shapes(config))


def remedy(config: Mapping[str, Any]) -> str:
    """One sentence on what to do until they are here."""
    if config.get("said", Config()).get("form") == "model":
        return "Use it as it is on the page Predict or Draw, or choose data before you train it."
    form = config.get("said", Config()).get("form")
    if not is_file(config) and form != "pictures":
        return "Train to see it run."
    folder = form in ("texts", "pictures")
    what = "folder, or a ZIP of it," if folder else "file"
    return f"Train to see it run, and drop the {what} on the Data page when you have it."


def is_file(config: Mapping[str, Any]) -> bool:
    """Whether they are a table, texts or a series, so that a file can be what is awaited."""
    said = config.get("said", Config())
    targets = config.get("targets", Config()).values()
    fits = {
        "table": not said.get("shifted"),  # steps beside each other are no columns of the file
        "texts": not {"window", "letters"} & set(said),  # letters of a book have no classes
        "windows": not any("classes" in column for column in targets),  # series are forecast
    }
    return fits.get(str(said.get("form")), False) and not said.get("gives_back")


def source(config: Config) -> str:
    """The same made-up rows in a script, with what the code says of the real ones."""
    settings = resolve_settings(ENTRY, config)
    inputs, targets = (_columns(settings, side) for side in ("inputs", "targets"))
    said = _plain(settings["said"])
    handed = ", said=said" if said else ""
    words = [*describe(config), MADE_UP]
    lines = [
        *(f"# {line}" for text in words for line in textwrap.wrap(text, WIDTH)),
        f"inputs = {_literal(inputs)}",
        f"targets = {_literal(targets)}",
        *([f"said = {_literal(said)}"] if said else []),
        f"parts = make_up(inputs, targets, {settings['rows']}, {settings['seed']}{handed})",
        "(x_train, y_train), (x_test, y_test) = parts",
    ]
    functions = _program.functions_source(*PROGRAM.functions)
    return "import numpy as np\n\n\n" + functions + "\n\n" + "\n".join(lines) + "\n"


def columns(config: Mapping[str, Any]) -> tuple[ColumnFacts, ...]:
    """The columns as code asks for them; raises as ``load``."""
    settings = resolve_settings(ENTRY, config)
    found = []
    for side, role in (("inputs", "input"), ("targets", "target")):
        for name, column in _columns(settings, side).items():
            facts = ColumnFacts(
                *(name, role, column["kind"], column.get("shape", ()), ""),
                low=float(column.get("low", -2.0)),
                high=float(column.get("high", 2.0)),
                whole=bool(column.get("whole", False)),
                classes=tuple(map(str, range(column.get("classes", 0)))),
            )
            found.append(find_kind(facts.kind).expect(facts, settings))
    return tuple(found)


def _shapes(config: Mapping[str, Any]) -> str:
    """``29 numbers → one of 2 classes``, for people."""
    sides: dict[str, list[str]] = {"input": [], "target": []}
    for column in columns(config):
        sides[column.role].append(find_kind(column.kind).describe(column))
    return " → ".join(", ".join(words) for words in sides.values())


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _literal(value: Any, indent: str = "") -> str:
    """A value as Python, its parts on lines of their own where it is long."""
    if isinstance(value, Mapping):
        items = [f"{_literal(k)}: {_literal(v, indent + '    ')}" for k, v in value.items()]
        line = f"{{{', '.join(items)}}}"
        if len(line) < WIDTH and "\n" not in line:
            return line
        return "{\n" + "".join(f"{indent}    {item},\n" for item in items) + indent + "}"
    if isinstance(value, tuple):
        parts = ", ".join(map(_literal, value))
        return f"({parts},)" if len(value) == 1 else f"({parts})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
