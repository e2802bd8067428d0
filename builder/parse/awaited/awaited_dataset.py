"""Data to come as a dataset: columns as the model asks for them, with what the code says."""

from __future__ import annotations

import ast
from typing import Any

from builder.check.graph.asked_columns import AskedColumns
from builder.code.author_names import OURS, is_free
from builder.datasets import data_to_come, numbers_in_code
from builder.kinds.registry import find_kind
from builder.parse.awaited.awaited_array import NAME, Awaited
from builder.parse.data.arrays import DataArray, Measure
from builder.parse.data.written_numbers import write
from builder.parse.interpreter.values import Opaque, is_small
from builder.spec import Config, ObjectSpec, freeze

MOST = 200
"""Names of columns that are kept."""


def dataset_spec(
    asked: AskedColumns, x: Any, y: Any, names: dict[str, str], rows: int
) -> ObjectSpec:
    """The dataset to come: columns as the model asks for them, with what the code says.

    Args:
        x, y: what ``fit`` was given.
        rows: how many are to be made up.
    """
    told = x if isinstance(x, DataArray) else y
    config = dict(told.data.config) if isinstance(told, DataArray) else {}
    if not config.get("inputs"):
        inputs, targets = _inputs(asked, x), _targets(asked, y)
        config = {"inputs": inputs, "targets": targets, "said": said_of(x, y)}
        if asked.labels != "integers":
            config["labels"] = asked.labels
        if rows != data_to_come.ENTRY.args["rows"]:
            config["rows"] = rows
    if isinstance(y, DataArray) and y.one_hot and _has_classes(config["targets"]):
        config["labels"] = "one_hot"
    kept = {k: v for k, v in {**config, "names": names}.items() if v}
    return ObjectSpec(NAME, Config(kept))


def numbers_dataset(
    asked: AskedColumns, x: Any, y: Any, names: dict[str, str]
) -> ObjectSpec | None:
    """The numbers that the code writes down, as a dataset; None where it writes none that fit."""
    given = {"x": x, "y": y}
    named = {"x": asked.inputs.get("x"), "y": asked.targets.get("y")}
    if not all(isinstance(v, list) and is_numbers(v) for v in given.values()):
        return None
    numbers = {n: numbers_in_code.shaped(given[n], c) for n, c in named.items() if c}
    if len(numbers) < 2 or None in numbers.values() or len(x) != len(y):
        return None
    config: dict[str, Any] = {"numbers": numbers, "names": names}
    config |= {"inputs": asked.inputs, "targets": asked.targets}
    if asked.labels != "integers":
        config["labels"] = asked.labels
    usual = numbers_in_code.ENTRY.args
    kept = {k: v for k, v in config.items() if v and freeze(v) != usual.get(k)}
    return ObjectSpec(numbers_in_code.ENTRY.class_name, Config(kept))


def is_numbers(values: list[Any]) -> bool:
    """Whether it is an array of plain numbers."""
    return write(values) is not None


def _inputs(asked: AskedColumns, x: Any) -> Config:
    """The asked inputs; a form that the code says is told from plain numbers."""
    if len(asked.inputs) != 1 or not isinstance(x, Awaited):
        return asked.inputs
    ((name, column),) = asked.inputs.items()
    form, kind = x.said.get("form"), find_kind(column["kind"])
    if form == "windows" and kind.has_pixels:
        column = Config(kind=x.data.kind.name, shape=column["shape"])
    if form == "pictures" and kind.has_pixels and not _divided(x):
        column = column.with_(low=0, high=255, whole=True)
    if x.scaled == "unit" and kind.scales and not kind.has_pixels:
        column = column.with_(low=0.0, high=1.0)
    return Config({name: column})


def _divided(x: Awaited) -> bool:
    """Whether pixels were brought to small numbers."""
    return any(sign in "/*" for sign, _ in x.done) or bool(x.scaled)


def _targets(asked: AskedColumns, y: Any) -> Config:
    """The asked targets; several answers at once that the code made of classes are one class."""
    if len(asked.targets) != 1 or not isinstance(y, Awaited):
        return asked.targets
    ((name, column),) = asked.targets.items()
    width = column.get("shape", ())
    if y.one_hot and len(width) == 1 and 1 < width[0] <= 1000:
        return Config({name: {"kind": "category", "classes": width[0]}})
    return asked.targets


def _has_classes(targets: Config) -> bool:
    return any("classes" in column for column in targets.values())


def said_of(x: Any, y: Any) -> dict[str, Any]:
    """What the code says of the data it hands to ``fit``."""
    first = next((v for v in (x, y) if isinstance(v, Awaited)), None)
    if first is None:
        return {}
    said = {k: v for k, v in first.said.items() if is_small(v) and k != "heard"}
    if isinstance(x, Awaited):
        said |= _inputs_said(x)
    if isinstance(y, Awaited):
        said |= _target_said(y, first)
    if isinstance(x, Awaited) and isinstance(y, Awaited):
        said |= _windows_said(x, y, said)
    if said.get("form") == "windows" and len(said.get("inputs", ())) == 1:
        said["column"] = said.pop("inputs")[0]
        if said.get("target") == said["column"]:
            said.pop("target")
    if isinstance(x, Awaited) and x.head and not {"test_split", "test_rows"} & set(said):
        said |= {"train_rows": x.head, "in_order": True}
    if x is y:
        said["gives_back"] = True
    share = first.data.config.get("test_split")
    if share and 0 < share < 1 and not {"test_split", "test_rows"} & set(said):
        said["test_split"] = round(share, 6)
    return {k: _short(v) for k, v in said.items() if v not in (None, "", (), [], {})}


def _windows_said(x: Awaited, y: Awaited, said: dict[str, Any]) -> dict[str, Any]:
    """How a loop cuts windows of several steps out of a series or a text, and what follows each."""
    if not (x.at and y.at and x.cut):
        return {}
    every = said.get("sampling_rate", 1)
    window = -(-(x.at[1] - x.at[0]) // every)
    last = x.at[0] + (window - 1) * every
    found: dict[str, Any] = {"window": window, "horizon": 1 if y.at == x.at else y.at[1] - y.at[0]}
    if (delay := y.at[0] - last - 1) > 0:
        found["delay"] = delay
    return found if said.get("form") == "texts" else {"form": "windows", **found}


def _short(value: Any) -> Any:
    value = freeze(value)
    return value[:MOST] if isinstance(value, tuple) else value


def _inputs_said(x: Awaited) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if x.chosen:
        said["inputs"] = x.chosen
    if x.without:
        said["without"] = x.without
    if x.added:
        said["added"] = x.added
    if scale := x.scaled or _measured(x):
        said["scale"] = scale
    if x.scaled_to:
        said["scale_range"] = x.scaled_to
    if factor := _factor(x):
        said["factor"] = factor
    return said


def _factor(array: Awaited) -> float:
    """What every number is multiplied by; 0 where nothing, or more, is done to them."""
    if len(array.done) != 1 or array.done[0][0] not in "/*":
        return 0
    sign, number = array.done[0]
    if not isinstance(number, int | float):
        return 0
    return number if sign == "*" else 1 / (number or 1)


def _measured(x: Awaited) -> str:
    """``standard`` or ``unit``, where the code scales by numbers it measured."""
    if [sign for sign, value in x.done if isinstance(value, Opaque)] == ["-", "/"]:
        return "standard"
    names = [value.name for _, value in x.done if isinstance(value, Measure)]
    known = {("mean", "std"): "standard", ("min", "span"): "unit", ("max",): "max_abs"}
    return known.get(tuple(names), "")


def _target_said(y: Awaited, first: Awaited) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if y.data is not first.data and y.said.get("file"):
        said["target_file"] = y.said["file"]
    if y.chosen:
        said["target"] = y.chosen[0] if len(y.chosen) == 1 else y.chosen
    if y.scaled:
        said["target_scale"] = y.scaled
    elif factor := _factor(y):
        said["target_factor"] = factor
    return said


def author_names(tree: ast.Module, fit: ast.AST | None) -> dict[str, str]:
    """Our name of an array → the code's, as it hands them to ``fit`` and ``evaluate``."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    tested = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "evaluate"]
    names: dict[str, str] = {}
    if isinstance(fit, ast.Call):
        names |= dict(zip(OURS[:2], _pair(fit), strict=False))
        held = next((k.value for k in fit.keywords if k.arg == "validation_data"), None)
        if isinstance(held, ast.Tuple) and not tested:
            names |= dict(zip(OURS[2:], map(_name, held.elts), strict=False))
    for call in tested[:1]:
        names |= dict(zip(OURS[2:], _pair(call), strict=False))
    if not all(names.get(ours) for ours in OURS[:2]):
        return {}
    if names[OURS[0]] == names[OURS[1]]:
        names.pop(OURS[1])  # it gives back what it reads
    for ours in OURS[2:]:
        if names.get(ours) in (names[OURS[0]], names.get(OURS[1])):
            names.pop(ours, None)  # it tests with what it learned from
    return {ours: name for ours, name in names.items() if name != ours and is_free(name)}


def _pair(call: ast.Call) -> list[str]:
    """The names of x and y among the arguments of a call, or of what hands them over in batches."""
    if call.args and isinstance(call.args[0], ast.Call):
        return _pair(call.args[0])
    named = {k.arg: k.value for k in call.keywords}
    parts = [*call.args[:2], *(named[k] for k in "xy" if k in named)]
    return [_name(part) for part in parts]


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""
