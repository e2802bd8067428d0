"""Free names for nodes and layers, and removal of layers that no node calls."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from builder.errors import SpecError
from builder.spec import ModelSpec, ObjectSpec, snake_case, unique_name

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def used_names(model: ModelSpec) -> set[str]:
    """Every name in use, of a node or of a layer."""
    return {n.name for n in model.nodes} | set(model.layers)


def base_name(layer: ObjectSpec | ModelSpec) -> str:
    """The name Keras would begin with: ``"dense"``; of an operation its own, ``"reshape"``."""
    if isinstance(layer, ModelSpec):
        return layer.name if _NAME.fullmatch(layer.name) else "block"
    name = snake_case(layer.class_name.removeprefix("ops."))
    return name if _NAME.fullmatch(name) else "layer"


def fresh_name(model: ModelSpec, layer: ObjectSpec | ModelSpec) -> str:
    """A free name as Keras gives it: ``dense``, ``dense_1`` …"""
    return unique_name(base_name(layer), used_names(model))


class FreeNames:
    """Names for many new nodes or layers, each like the one it is made for.

    Args:
        used: names that others have.
    """

    def __init__(self, used: Iterable[str]) -> None:
        self._used = set(used)
        self._counts: dict[str, int] = {}

    def like(self, name: str, layer: ObjectSpec | ModelSpec) -> str:
        """``name`` if it is free and can be a name, else the next one like it."""
        stem = name if _NAME.fullmatch(name) and len(name) < 56 else base_name(layer)
        stem = re.sub(r"_\d+$", "", stem) if stem in self._used else stem
        new = unique_name(stem, self._used, self._counts)
        self._used.add(new)
        return new


def is_name(value: object) -> bool:
    """Whether a layer may be called that."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def require_free(model: ModelSpec, name: str) -> str:
    """``name``; SpecError when it is taken or cannot be a name."""
    if not is_name(name):
        raise SpecError(
            f"'{name}' cannot be a layer's name.",
            "Begin with a letter; then letters, digits, '_', '-' or '.', up to 64 in all.",
        )
    if name in used_names(model):
        raise SpecError(f"There is already a layer named '{name}'.", "Choose another name.")
    return name


def drop_unused_layers(model: ModelSpec) -> ModelSpec:
    """``model`` without the layers that no node calls."""
    used = {n.layer for n in model.nodes}
    return replace(model, layers=model.layers.without(*(k for k in model.layers if k not in used)))
