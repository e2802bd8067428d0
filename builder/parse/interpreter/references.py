"""Attributes and calls of imported things that no other rule knows better."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from builder.parse.interpreter import imports, python_builtins
from builder.parse.interpreter.interpreter import Handlers, Interpreter, LibraryCall
from builder.parse.interpreter.values import (
    Args,
    BoundMethod,
    CannotEvaluate,
    CommandLine,
    Keywords,
    Opaque,
    Origin,
    Reference,
    Super,
    TrainingFlag,
    Unknown,
    opaque_of,
)

FORMULAS = ("math.", "numpy.", "tensorflow.exp", "tensorflow.math.", "keras.ops.")
"""Where functions of plain numbers come from."""

CALCULATES = ("numpy.", "scipy.", "pandas.")
"""Packages whose further functions are not read: what comes of it is told where it is used."""

FUNCTIONS: dict[str, LibraryCall] = {
    "os.path.exists": lambda interp, node, path, args, kw: False,
    "os.path.isfile": lambda interp, node, path, args, kw: False,
    "os.path.isdir": lambda interp, node, path, args, kw: False,
    "os.path.join": lambda interp, node, path, args, kw: (
        "/".join(args) if all(isinstance(a, str) for a in args) else Opaque()
    ),
    "argparse.ArgumentParser": lambda interp, node, path, args, kw: CommandLine(),
    "numpy.random.default_rng": lambda interp, node, path, args, kw: Opaque(),
    "numpy.prod": lambda interp, node, path, args, kw: python_builtins.call_builtin(
        interp, node, "prod", args, kw
    ),
    "math.prod": lambda interp, node, path, args, kw: python_builtins.call_builtin(
        interp, node, "prod", args, kw
    ),
}
"""Functions of Python's and NumPy's libraries; on this computer nothing is kept yet."""

CONSTANTS: Mapping[str, Any] = {
    "math.pi": 3.141592653589793,
    "numpy.pi": 3.141592653589793,
    "numpy.newaxis": None,
    "tensorflow.newaxis": None,
}
"""Attributes of modules that are plain values."""


def _attribute(interp: Interpreter, node: ast.Attribute, value: Reference, name: str) -> Any:
    path = f"{value.path}.{name}"
    if len(path) > 300:
        raise CannotEvaluate("the name is too long")
    path = imports.canonical_name(path)
    if path in CONSTANTS:
        return CONSTANTS[path]
    return Opaque() if path == "tensorflow.data.AUTOTUNE" else Reference(path)


def _call(interp: Interpreter, node: ast.Call, value: Reference, args: Args, kw: Keywords) -> Any:
    path = value.path
    if path in FUNCTIONS:
        return FUNCTIONS[path](interp, node, path, args, kw)
    for read in interp.rules.library:
        if (result := read(interp, node, path, args, kw)) is not None:
            return result
    if path.startswith("builtins."):
        return python_builtins.call_builtin(interp, node, path.removeprefix("builtins."), args, kw)
    name = path.rpartition(".")[2]
    is_formula = path.startswith(FORMULAS) and name in python_builtins.FORMULAS
    if is_formula and (result := python_builtins.call_formula(name, args)) is not None:
        return result
    return _skip(interp, node, path, args, kw)


def _skip(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """What a call of a function that is not read comes to."""
    values = [*args, *kw.values()]
    if imports.foreign_framework(path):
        interp.note_foreign(node, path)
        return Unknown()
    if what := imports.outside_purpose(path):
        interp.report_outside(node, what)
        return Opaque()
    if any(isinstance(v, Opaque) for v in values):
        return opaque_of(*(v for v in values if isinstance(v, Opaque | Origin)))
    if any(isinstance(v, Unknown) for v in values) and not path.startswith("keras"):
        return Unknown()
    if path.startswith(CALCULATES):
        return Opaque(next((a for a in args if isinstance(a, Origin)), None))
    return interp.report_unknown(node, "not understood: left out")


def _call_method(
    interp: Interpreter, node: ast.Call, method: BoundMethod, args: Args, kw: Keywords
) -> Any:
    handler = interp.handlers(method.value).method
    if handler is None:
        raise CannotEvaluate("this method is not followed here")
    return handler(interp, node, method.value, method.name, args, kw)


def _itself(interp: Interpreter, node: ast.AST, value: Any, *_: Any) -> Any:
    return value


def _nothing(interp: Interpreter, node: ast.AST, value: Any, *_: Any) -> Any:
    return Opaque()


HANDLERS: dict[type, Handlers] = {
    Reference: Handlers(call=_call, attribute=_attribute, index=_nothing),
    BoundMethod: Handlers(call=_call_method),
    Unknown: Handlers(call=_itself, attribute=_itself, index=_itself),
    **dict.fromkeys(
        (Opaque, TrainingFlag), Handlers(method=_nothing, attribute=_itself, index=_itself)
    ),
    Super: Handlers(method=_nothing),
}
"""What can be done with things of imports, and with values nobody knows."""
