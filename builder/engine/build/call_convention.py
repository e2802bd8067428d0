"""How each class of layer wants its inputs: one by one, as a list, as states, or by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder import catalog
from builder.engine.build.operation_layers import FunctionLayer
from builder.errors import BuildError
from builder.spec import Node


def call(layer: Any, class_name: str, inputs: list[Any], node: Node) -> Any:
    """Call ``layer`` on its inputs the way its class wants them."""
    if isinstance(layer, FunctionLayer):
        return layer(inputs)
    named, used = _keyword_arguments(node, inputs)
    inputs = [t for i, t in enumerate(inputs) if i not in used]
    traits = catalog.traits_of(class_name)
    if traits.recurrent and len(inputs) > 1:
        return layer(inputs[0], initial_state=inputs[1:], **named)
    if traits.call in ("pair", "query_value"):
        several = inputs * 2 if len(inputs) == 1 else inputs
        return layer(several, **named) if traits.call == "pair" else layer(*several, **named)
    if traits.call == "list" or len(inputs) != 1:
        return layer(inputs, **named)
    return layer(inputs[0], **named)


def _keyword_arguments(node: Node, inputs: list[Any]) -> tuple[dict[str, Any], set[int]]:
    """The call's keyword arguments, and which of its inputs are among them."""
    named: dict[str, Any] = {}
    used: set[int] = set()
    for name, value in node.call.items():
        if isinstance(value, Mapping) and set(value) <= {"wire", "wires"}:
            several = value.get("wires")
            places = several if isinstance(several, tuple) else (value.get("wire"),)
            if not all(type(i) is int and 0 <= i < len(inputs) for i in places):
                raise BuildError(f"its '{name}' reads an input it does not have.")
            tensors = [inputs[i] for i in places]
            named[name] = tensors if isinstance(several, tuple) else tensors[0]
            used.update(places)
        else:
            named[name] = value
    return named, used
