"""Recognise the functions and classes that our own exported scripts carry."""

from __future__ import annotations

import ast
import functools
from dataclasses import replace
from types import ModuleType
from typing import Any

from builder.binding import has_own_names
from builder.catalog.layers import own
from builder.code import custom_layer_source, reshuffle
from builder.datasets import registry
from builder.datasets.contract import Contents, Program
from builder.errors import DataError
from builder.facts import ColumnFacts
from builder.kinds.registry import find_kind
from builder.parse.awaited import awaited_array
from builder.parse.data import loaders
from builder.parse.data.arrays import Bunch, DataArray, LoadedData
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    CannotEvaluate,
    Keywords,
    Opaque,
    Unknown,
    UserFunction,
    is_small,
)
from builder.parse.text import syntax_tree
from builder.parse.text.fingerprint import fingerprint
from builder.parse.text.remarks import Remarks
from builder.spec import Config, freeze

RESHUFFLED = "layerwise.Reshuffled"
"""The dotted name of the class with which our own scripts shuffle anew in every epoch."""


def read_class(node: ast.ClassDef) -> str:
    """The dotted name of a class that our own scripts carry; "" for any other."""
    if node.name == "Reshuffled" and fingerprint(node) == _source_print(reshuffle.CLASS):
        return RESHUFFLED
    if node.name in own.BY_NAME:
        text = custom_layer_source.sources().get(node.name)
        if text is not None and fingerprint(node) == _source_print(text):
            return f"keras.layers.{node.name}"
    return ""


@functools.cache
def _source_print(text: str) -> str:
    """The fingerprint of the first definition in a text."""
    return fingerprint(ast.parse(text).body[0])


@functools.cache
def _programs() -> dict[str, ModuleType]:
    """Function that our own scripts call for data → the dataset it makes."""
    modules = (m for m in registry.all_datasets().values() if hasattr(m, "PROGRAM"))
    return {_last(m.PROGRAM): m for m in modules}


def _last(program: Program) -> str:
    return program.functions[-1].partition(".")[2]


def read_function(interp: Interpreter, function: UserFunction, args: Args, kw: Keywords) -> Any:
    """The data that a function of our own scripts makes; None for everybody else's."""
    node = function.node
    module = _programs().get(node.name) if isinstance(node, ast.FunctionDef) else None
    if module is None or not _is_ours(function, module):
        return None
    arguments = _arguments(function, args, kw)
    if hasattr(module, "awaits"):
        return _made_up_data(interp, module, arguments)
    if module.CONTENTS.is_guess:  # only the project knows which file it is
        return Opaque()
    if _fixed_arguments(module, arguments) != _usual_arguments(interp, module):
        return None
    drawn = _drawn_from(arguments)
    if drawn is None:
        function.drawn += 1
    return _loader_result(interp, module, arguments, drawn, is_first=function.drawn == 1)


def _made_up_data(interp: Interpreter, module: ModuleType, arguments: dict[str, Any]) -> Any:
    """What the script says of data to come: examples and labels of both parts."""
    given = {k: freeze(v) for k, v in arguments.items() if k in module.ENTRY.args and is_small(v)}
    usual = {k: v for k, v in module.ENTRY.args.items() if not isinstance(v, Config)}
    config = Config({k: v for k, v in given.items() if v != usual.get(k)})
    try:
        columns = module.columns(config)
    except DataError as error:
        raise CannotEvaluate(error.message) from None
    data = awaited_array.load_awaited(interp.line)
    data.config = dict(config)
    if not has_own_names(c.name for c in columns):
        kind, classes = find_kind(columns[0].kind), len(columns[1].classes)
        data.kind, data.classes, data.shape = kind, classes, columns[0].shape
        return [[DataArray(data, side, part) for side in "xy"] for part in ("train", "test")]
    return [
        [
            Bunch({c.name: _named(data, c, side, part) for c in columns if c.role == role})
            for side, role in (("x", "input"), ("y", "target"))
        ]
        for part in ("train", "test")
    ]


def _named(data: LoadedData, column: ColumnFacts, side: str, part: str) -> DataArray:
    kind, classes = find_kind(column.kind), len(column.classes)
    about = replace(data, column=column.name, kind=kind, classes=classes, shape=column.shape)
    return DataArray(about, side, part)


def _is_ours(function: UserFunction, module: ModuleType) -> bool:
    """Whether it, and all it needs, are what our own scripts carry."""
    for name, text in registry.program_sources(module).items():
        is_called = name == _last(module.PROGRAM)
        part = function if is_called else function.home.names.get(name)
        if not isinstance(part, UserFunction):
            return False
        part.print = part.print or fingerprint(part.node)
        if part.print != _source_print(text):
            return False
    return True


def _arguments(function: UserFunction, args: Args, kw: Keywords) -> dict[str, Any]:
    return dict(zip([a.arg for a in function.node.args.args], args, strict=False)) | kw


def _drawn_from(arguments: dict[str, Any]) -> DataArray | None:
    """The data of another dataset that it is made from."""
    return next((a for a in arguments.values() if isinstance(a, DataArray)), None)


def _settings(module: ModuleType, arguments: dict[str, Any]) -> dict[str, Any]:
    """Setting → what the call says of it."""
    named = {module.PROGRAM.settings.get(k, k): v for k, v in arguments.items()}
    return {k: v for k, v in named.items() if k in module.ENTRY.args}


def _fixed_arguments(module: ModuleType, arguments: dict[str, Any]) -> str:
    """All that is handed over beside the settings: words, how drawings were made …"""
    names = {module.PROGRAM.settings.get(k, k): k for k in arguments}
    settings = {names[setting] for setting in _settings(module, arguments)}
    fixed = [(k, v) for k, v in arguments.items() if k not in settings and is_small(v)]
    if drawn := _drawn_from(arguments):
        made = sorted(drawn.data.config.items())
        fixed += [(k, v) for k, v in made if k not in module.ENTRY.args]
    return repr(fixed)


_usual: dict[str, str] = {}


def _usual_arguments(interp: Interpreter, module: ModuleType) -> str:
    """``_fixed_arguments`` of the call in our own script, which is read for that once."""
    name = module.ENTRY.class_name
    if name not in _usual:
        seen: list[str] = []

        def watch(inner: Interpreter, function: UserFunction, args: Args, kw: Keywords) -> Any:
            if getattr(function.node, "name", "") != _last(module.PROGRAM):
                return read_function(inner, function, args, kw)
            seen.append(_fixed_arguments(module, _arguments(function, args, kw)))
            return Unknown()

        page = syntax_tree.read_page(str(module.source(Config())), Remarks())
        reader = Interpreter(page, Remarks(), replace(interp.rules, own_functions=watch))
        reader.run(page.tree.body)
        _usual[name] = next(iter(seen), "")
    return _usual[name]


def _loader_result(
    interp: Interpreter,
    module: ModuleType,
    arguments: dict[str, Any],
    drawn: DataArray | None,
    is_first: bool,
) -> Any:
    """What the call gives: examples and labels of one part, of both, or of all."""
    settings = _settings(module, arguments)
    config = {k: v for k, v in settings.items() if isinstance(v, int | float)}
    data = loaders.load_dataset(
        module,
        config,
        interp.line,
        dict(module.ENTRY.args) | config if len(config) == len(settings) else None,
    )
    match module.PROGRAM.gives:
        case "whole":
            return [DataArray(data, side, "all") for side in "xy"]
        case "split":
            return [_sides(module.CONTENTS, data, part) for part in ("train", "test")]
    part = drawn.part if drawn else ("train" if is_first else "test")
    data.config = config if part == "train" else {}
    if drawn:
        more = {k: v for k, v in drawn.data.config.items() if k in module.ENTRY.args}
        data.config = data.config | more
    return _sides(module.CONTENTS, data, part)


def _sides(contents: Contents, data: LoadedData, part: str) -> Any:
    """Examples and labels of one part; bunches of them where columns have names."""
    if not contents.is_named:
        return [DataArray(data, side, part) for side in "xy"]
    return [Bunch(_columns(contents, data, side, part)) for side in "xy"]


def _columns(contents: Contents, data: LoadedData, side: str, part: str) -> dict[str, Any]:
    """The inputs (``x``) or targets of a dataset of several columns, by name."""
    of_column: dict[str, dict[str, Any]] = {
        name: {"kind": find_kind(kind), "classes": 0, "shape": shape}
        for name, (kind, shape) in contents.inputs.items()
    }
    if side == "y":
        of_column = {}
        for name in contents.targets:
            kind, classes, shape = contents.target(name)
            of_column[name] = {"kind": find_kind(kind), "classes": classes, "shape": shape}
    return {
        name: DataArray(replace(data, config=dict(data.config), column=name, **about), side, part)
        for name, about in of_column.items()
    }
