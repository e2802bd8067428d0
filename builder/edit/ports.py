"""How many tensors a layer reads when it is called, and what each of them is."""

from __future__ import annotations

from dataclasses import dataclass

from builder import catalog
from builder.spec import ModelSpec, ObjectSpec

INPUT = "InputLayer"
"""The class of the record that says which shape the model reads."""


@dataclass(frozen=True, slots=True)
class Room:
    """Places for wires.

    Args:
        least, most: how many tensors a call reads; ``most`` None is any number.
        twice: one tensor may be read at two places.
        names: what stands at each place, if the places differ.
    """

    least: int = 1
    most: int | None = 1
    twice: bool = False
    names: tuple[str, ...] = ()


_JOIN = Room(2, None)
_PAIR = Room(2, 2)
_ATTENTION = Room(1, 3, True, ("query", "value", "key"))

ROOMS: dict[str, Room] = {
    INPUT: Room(0, 0),
    **dict.fromkeys(("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"), _JOIN),
    **dict.fromkeys(("Dot", "Subtract", "HashedCrossing"), _PAIR),
    "Attention": _ATTENTION,
    "AdditiveAttention": _ATTENTION,
    "MultiHeadAttention": _ATTENTION,
    "GroupQueryAttention": _ATTENTION,
    "LSTM": Room(1, 3, names=("sequence", "state h", "state c")),
    "GRU": Room(1, 2, names=("sequence", "state")),
    "SimpleRNN": Room(1, 2, names=("sequence", "state")),
    "Bidirectional": Room(1, 5),
    "RNN": Room(1, None),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), Room(1, 3)),
}
"""Layers that read another number of tensors than one."""


def room(layer: ObjectSpec | ModelSpec | None) -> Room:
    """The places for wires of one call of this layer; a class nobody knows has any number."""
    if isinstance(layer, ModelSpec):
        inputs = tuple(n.name for n in layer.nodes if _class(layer.layers.get(n.layer)) == INPUT)
        return Room(len(inputs), len(inputs), names=inputs if len(inputs) > 1 else ())
    if layer is None:
        return Room(0, None)
    known = ROOMS.get(layer.class_name)
    if known is not None:
        return known
    return Room() if catalog.find("layers", layer.class_name) else Room(1, None)


def tensors(layer: ObjectSpec | ModelSpec | None) -> int:
    """How many tensors a call returns, as far as the record alone says it."""
    if isinstance(layer, ModelSpec):
        return max(1, len(layer.outputs))
    if layer is None or not layer.config.get("return_state"):
        return 1
    return {"LSTM": 3}.get(layer.class_name, 2)


def _class(layer: ObjectSpec | ModelSpec | None) -> str:
    return layer.class_name if isinstance(layer, ObjectSpec) else ""
