"""Datasets of several columns: arrays by name, as our own scripts make them and hand them over."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from typing import Any

from builder.parse.data import known_datasets, preparation
from builder.parse.data.arrays import Bunch, DataArray, LoadedData
from builder.parse.data.known_datasets import Known
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Scope, UserFunction, is_small
from builder.spec import Config, ModelSpec, ObjectSpec


@dataclass(frozen=True, slots=True)
class Columns:
    """A dataset of several columns.

    Args:
        parts: the functions that together make it.
        count: the argument that says how many rows, by place; -1 where the drawings say it.
        setting: what that argument, or the drawings', is called in the dataset's settings.
        given: fingerprint of the other plain arguments: only the same ones are ours.
        inputs, targets: by name: kind and shape of an example, number of classes.
    """

    name: str
    parts: tuple[str, ...]
    count: int
    setting: str
    given: str
    inputs: dict[str, tuple[str, tuple[int, ...]]]
    targets: dict[str, int]


MADE = {
    "covered": Columns(
        "CoveredDigits",
        ("outlines", "redraw", "digits", "measures", "note", "covered"),
        -1,
        "variants",
        "59955c2e3cbc",
        {"image": ("images", (28, 28)), "measures": ("table", (6,)), "note": ("sequences", (14,))},
        {"digit": 10, "ink": 0},
    ),
    "paired": Columns(
        "DigitPairs",
        ("outlines", "redraw", "digits", "paired"),
        2,
        "pairs",
        "531b43bc251c",
        {"first": ("images", (28, 28)), "second": ("images", (28, 28))},
        {"same": 2},
    ),
    "reviews": Columns(
        "Reviews",
        ("written", "reviews"),
        0,
        "reviews",
        "770348ab78a5",
        {"text": ("sequences", (14,)), "price": ("table", (1,))},
        {"sentiment": 2, "stars": 0},
    ),
}
"""Function of our own scripts → the dataset it makes."""


def made(interp: Interpreter, function: UserFunction, args: list[Any]) -> Any:
    """The two bunches, inputs and targets, that such a function gives; None: it is not ours."""
    node = function.node
    found = MADE.get(node.name) if isinstance(node, ast.FunctionDef) else None
    if found is None or not all(_is_ours(function.home, name) for name in found.parts):
        return None
    if fingerprint(found, args) != found.given:
        return None
    drawn = next((a for a in args if isinstance(a, DataArray)), None)
    if drawn is None:
        function.drawn += 1
    part = drawn.part if drawn is not None else ("train" if function.drawn == 1 else "test")
    config = {}
    if found.count >= 0 and part == "train" and isinstance(args[found.count], int):
        config = {found.setting: args[found.count]}
    elif drawn is not None and found.count < 0:
        config = {k: v for k, v in drawn.data.config.items() if k == found.setting}
    return [Bunch(_arrays(found, side, part, config, interp.line)) for side in ("x", "y")]


def fingerprint(found: Columns, args: list[Any]) -> str:
    """Twelve signs of all that is told beside how many rows: how drawings were made, words …"""
    plain = [a for i, a in enumerate(args) if i != found.count and is_small(a)]
    drawn = next((a.data.config for a in args if isinstance(a, DataArray)), {})
    plain += [(k, v) for k, v in sorted(drawn.items()) if k != found.setting]
    return hashlib.sha256(repr(plain).encode("utf-8", "replace")).hexdigest()[:12]


def _is_ours(home: Scope, name: str) -> bool:
    function = home.names.get(name)
    if not isinstance(function, UserFunction):
        return False
    function.print = function.print or known_datasets.fingerprint(function.node)
    return function.print == known_datasets.PRINTS[name]


def _arrays(
    found: Columns, side: str, part: str, config: dict[str, Any], line: int
) -> dict[str, Any]:
    rows = found.inputs if side == "x" else dict.fromkeys(found.targets, ("table", ()))
    arrays = {}
    for name, (kind, shape) in rows.items():
        known = Known(found.name, kind, shape, found.targets.get(name, 0), None, True)
        arrays[name] = DataArray(
            LoadedData(known, dict(config), shape, None, None, line, name), side, part
        )
    return arrays


# --- put together -------------------------------------------------------------------------------


def columns(given: Any) -> dict[str, DataArray]:
    """Arrays of named columns by the name they are handed over under; {} for anything else."""
    found = given if isinstance(given, dict) else {"": given}
    if found and all(isinstance(a, DataArray) and a.data.column for a in found.values()):
        return found
    return {}


def bound(
    spec: ModelSpec, inputs: list[str], x: dict[str, DataArray], y: dict[str, DataArray]
) -> Config:
    """Inputs and outputs → columns."""
    names = {name or (inputs[0] if inputs else ""): a.data.column for name, a in x.items()}
    ends = {renamed(spec, name): a.data.column for name, a in y.items()}
    return Config(names | ends)


def renamed(spec: ModelSpec, name: str) -> str:
    """The output a script calls ``name``: by the spec's name for it, or its layer's."""
    if not name and spec.outputs:
        return spec.outputs[0]
    if name in spec.outputs:
        return name
    nodes = {n.name: n.layer for n in spec.nodes}
    return next((ref for ref in spec.outputs if nodes.get(ref.partition(":")[0]) == name), name)


def compiled(spec: ModelSpec, settings: Config | None) -> Config | None:
    """The settings of each output under the spec's name for it."""
    if settings is None:
        return None
    each = {k: v for k, v in settings.items() if isinstance(v, Config)}
    return settings.with_(
        **{k: Config({renamed(spec, n): v for n, v in rows.items()}) for k, rows in each.items()}
    )


def dataset(interp: Interpreter, x: dict[str, DataArray], y: dict[str, DataArray]) -> ObjectSpec:
    """The dataset with its settings, from the columns ``fit`` was given."""
    first = next(iter(x.values()))
    config = dict(first.data.config)
    scaled = [a for a in x.values() if a.data.known.kind != "sequences"]
    for array in scaled[:1]:
        config["scale"] = preparation.scale(interp, array)
    classes = [a for a in y.values() if a.data.known.classes]
    if classes:
        config["labels"] = "one_hot" if classes[0].one_hot else "integers"
    if any(a.channel for a in x.values()):
        config["channel_axis"] = True
    return ObjectSpec(first.data.known.name, Config(config))
