"""A model that is being put together, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence

from builder.spec import Config, ModelSpec, Node, ObjectSpec, snake_case, unique_name


class Draft:
    """Layers and their calls; every layer is called once and has its node's name."""

    def __init__(self) -> None:
        self._layers: dict[str, ObjectSpec | ModelSpec] = {}
        self._nodes: list[Node] = []

    def add(self, layer: ObjectSpec | ModelSpec, *inbound: str, name: str = "") -> str:
        """Calls ``layer`` on those nodes; the name of the new node.

        Args:
            name: what it should be called; "" for Keras's own name of its class.
        """
        base = name or snake_case(layer.class_name.rpartition(".")[2])  # type: ignore[union-attr]
        given = unique_name(base, set(self._layers))
        self._layers[given] = layer
        self._nodes.append(Node(given, given, inbound))
        return given

    def chain(self, layers: Sequence[ObjectSpec], start: str, prefix: str = "") -> str:
        """Calls one layer after the other, from ``start`` on; the name of the last node.

        Args:
            prefix: what the new nodes' names begin with, beside their class.
        """
        for layer in layers:
            short = snake_case(layer.class_name.rpartition(".")[2])
            start = self.add(layer, start, name=f"{prefix}_{short}" if prefix else short)
        return start

    def model(self, name: str, outputs: Sequence[str]) -> ModelSpec:
        """The model so far, with these nodes as its outputs."""
        return ModelSpec(name, Config(self._layers), tuple(self._nodes), tuple(outputs))
