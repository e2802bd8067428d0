"""How each class of layer wants its inputs: one by one, as a list, as states, or by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.engine.build.operation_layers import Bare
from builder.errors import BuildError
from builder.spec import Node

LISTS = frozenset(
    {"Add", "Average", "Concatenate", "Dot", "HashedCrossing", "Maximum", "Minimum", "Multiply",
     "Subtract"}
)  # fmt: skip
"""Layers called with a list even of one."""

QUERY_VALUE = frozenset({"MultiHeadAttention", "GroupQueryAttention"})
"""Layers called with query, value, key as separate arguments."""

PAIRED = frozenset({"Attention", "AdditiveAttention"})
"""Layers called with a list of query and value; one input alone attends to itself."""

STATEFUL = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"} | {f"ConvLSTM{n}D" for n in (1, 2, 3)}
)
"""Layers whose further inputs are the initial state."""


def call(layer: Any, class_name: str, inputs: list[Any], node: Node) -> Any:
    """Call ``layer`` on its inputs the way its class wants them."""
    if isinstance(layer, Bare):
        return layer(inputs)
    named, used = _named(node, inputs)
    inputs = [t for i, t in enumerate(inputs) if i not in used]
    if class_name in QUERY_VALUE:
        return layer(*(inputs * 2 if len(inputs) == 1 else inputs), **named)
    if class_name in PAIRED:
        return layer(inputs * 2 if len(inputs) == 1 else inputs, **named)
    if class_name in STATEFUL and len(inputs) > 1:
        return layer(inputs[0], initial_state=inputs[1:], **named)
    if class_name in LISTS or len(inputs) != 1:
        return layer(inputs, **named)
    return layer(inputs[0], **named)


def _named(node: Node, inputs: list[Any]) -> tuple[dict[str, Any], set[int]]:
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
