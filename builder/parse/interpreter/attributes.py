"""``value.name``: what the attributes of everything a name can hold come to."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import array_methods
from builder.parse.data.arrays import (
    Batches,
    Bunch,
    DataArray,
    ImageGenerator,
    Length,
    Measure,
    Scaler,
)
from builder.parse.interpreter import imports
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    BoundMethod,
    CannotEvaluate,
    CommandLine,
    Opaque,
    Reference,
    Unknown,
    UserClass,
    UserInstance,
)
from builder.parse.keras import model_calls
from builder.parse.keras.symbolic_model import Layer, Model, Shape, Tensor


def attribute(interp: Interpreter, node: ast.Attribute, value: Any, name: str) -> Any:
    """``value.name``."""
    match value:
        case Reference():
            path = f"{value.path}.{name}"
            if len(path) > 300:
                raise CannotEvaluate("the name is too long")
            return constant_of(imports.canonical(path))
        case Unknown() | Opaque():
            return value
        case Model():
            return model_calls.attribute(interp, node, value, name)
        case Layer():
            plain = name in ("input", "output", "weights", "name", "mean", "variance", "kernel")
            if name == "units" and value.spec is not None:
                return value.spec.config.get("units", Unknown())
            return Opaque() if plain else BoundMethod(value, name)
        case UserInstance():
            return _field(interp, node, value, name)
        case Tensor():
            if name == "shape":
                return Shape(value.call.last if value.index == 0 else None)
            return Unknown() if name in ("dtype", "ndim") else BoundMethod(value, name)
        case CommandLine() if not name.startswith(("add_", "parse_", "set_")):
            return value.values.get(name, Unknown())
        case UserClass():
            return value.methods.get(name, BoundMethod(value, name))
        case DataArray() | Measure() | Length() | Scaler() | Bunch() | Batches() | ImageGenerator():
            return array_methods.attribute(interp, node, value, name)
    return (
        _sizes(value) if name == "shape" and isinstance(value, list) else BoundMethod(value, name)
    )


def _sizes(value: Any) -> list[int]:
    """The shape of numbers in nested lists, by the first of each."""
    found: list[int] = []
    while isinstance(value, list) and len(found) < 8:
        found.append(len(value))
        value = value[0] if value else None
    return found


def constant_of(path: str) -> Any:
    """A few attributes of modules are plain values."""
    if path in ("math.pi", "numpy.pi"):
        return 3.141592653589793
    if path in ("numpy.newaxis", "tensorflow.newaxis"):
        return None
    if path == "tensorflow.data.AUTOTUNE":
        return Opaque()
    return Reference(path)


def _field(interp: Interpreter, node: ast.AST, value: UserInstance, name: str) -> Any:
    if name in value.fields:
        return value.fields[name]
    if name in value.of.methods:
        return BoundMethod(value, name)
    if value.of.base == "model":
        return BoundMethod(model_calls.as_model(interp, value), name)
    return Opaque() if value.of.base != "layer" else BoundMethod(value, name)
