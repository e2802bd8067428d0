"""Arrays of data that are not here: what the code says of them, until it comes to fit."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from builder.check.graph.asked_columns import AskedColumns
from builder.code.author_names import OURS, is_free
from builder.datasets import data_to_come
from builder.kinds.registry import find_kind
from builder.parse.data.arrays import DataArray, LoadedData
from builder.spec import Config, ObjectSpec

NAME = data_to_come.ENTRY.class_name


@dataclass(eq=False, frozen=True, slots=True)
class Awaited(DataArray):
    """An array of data to come; its ``data.config`` says what is known of all of them.

    Args:
        facts: of this array alone, settings of its column.
    """

    facts: dict[str, Any] = field(default_factory=dict)


def load_awaited(line: int, **said: Any) -> LoadedData:
    """Data that are not here, of which the code says this."""
    kind = find_kind("array")
    return LoadedData(NAME, kind, 0, True, {"said": said}, line=line)


def dataset_spec(asked: AskedColumns, x: Any, y: Any, names: dict[str, str]) -> ObjectSpec:
    """The dataset to come: columns as the model asks for them, with what the code says."""
    told = x if isinstance(x, DataArray) else y
    config = dict(told.data.config) if isinstance(told, DataArray) else {}
    if not config.get("inputs"):
        config |= {"inputs": asked.inputs, "targets": asked.targets}
    labels = {"labels": asked.labels} if asked.labels != "integers" else {}
    kept = {"said": config.pop("said", None), "names": names}
    return ObjectSpec(NAME, Config(config, **labels, **{k: v for k, v in kept.items() if v}))


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
    return {ours: name for ours, name in names.items() if name != ours and is_free(name)}


def _pair(call: ast.Call) -> list[str]:
    """The names of x and y among the arguments of a call."""
    named = {k.arg: k.value for k in call.keywords}
    parts = [*call.args[:2], *(named[k] for k in "xy" if k in named)]
    return [_name(part) for part in parts]


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""
