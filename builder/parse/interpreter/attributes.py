"""``value.name``: what the attributes of everything a name can hold come to."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import array_methods
from builder.parse.data.arrays import Array, Batches, Bunch, Generator, Length, Scaler, Stat
from builder.parse.interpreter import imports
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import (
    After,
    Bound,
    Class,
    Instance,
    Options,
    Ref,
    Strange,
    Unknown,
)
from builder.parse.keras import model_calls
from builder.parse.keras.symbolic_model import Layer, Model, Shape, Tensor


def attribute(state: State, node: ast.Attribute, value: Any, name: str) -> Any:
    """``value.name``."""
    match value:
        case Ref():
            path = f"{value.path}.{name}"
            if len(path) > 300:
                raise Strange("the name is too long")
            return constant_of(imports.canonical(path))
        case Unknown() | After():
            return value
        case Model():
            return model_calls.attribute(state, node, value, name)
        case Layer():
            plain = name in ("input", "output", "weights", "name", "mean", "variance", "kernel")
            if name == "units" and value.spec is not None:
                return value.spec.config.get("units", Unknown())
            return After() if plain else Bound(value, name)
        case Instance():
            return _field(state, node, value, name)
        case Tensor():
            if name == "shape":
                return Shape(value.call.last if value.index == 0 else None)
            return Unknown() if name in ("dtype", "ndim") else Bound(value, name)
        case Options() if not name.startswith(("add_", "parse_", "set_")):
            return value.values.get(name, Unknown())
        case Class():
            return value.methods.get(name, Bound(value, name))
        case Array() | Stat() | Length() | Scaler() | Bunch() | Batches() | Generator():
            return array_methods.attribute(state, node, value, name)
    return _sizes(value) if name == "shape" and isinstance(value, list) else Bound(value, name)


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
        return After()
    return Ref(path)


def _field(state: State, node: ast.AST, value: Instance, name: str) -> Any:
    if name in value.fields:
        return value.fields[name]
    if name in value.of.methods:
        return Bound(value, name)
    if value.of.base == "model":
        return Bound(model_calls.as_model(state, value), name)
    return After() if value.of.base != "layer" else Bound(value, name)
