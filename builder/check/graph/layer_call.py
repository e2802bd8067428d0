"""A refused call of a layer: the shapes it received, its arguments, and fixes of its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from builder import catalog, edit, formatting
from builder.catalog import REQUIRED
from builder.check.repair import fixes
from builder.check.repair.fixes import Fixes
from builder.check.repair.graph_edits import find_layer
from builder.facts import DataFacts, Failure, ModelFacts, Shape
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec

Explanation = tuple[str, str, Fixes] | None
"""Message, hint and fixes; None when this is not what is wrong."""


class LayerCall:
    """A call that Keras refused, or that it should have refused."""

    def __init__(
        self, training: TrainingSpec, data: DataFacts | None, facts: ModelFacts, failure: Failure
    ) -> None:
        self.training, self.data, self.facts, self.failure = training, data, facts, failure
        self.spec: ModelSpec = training.model
        self.node = failure.node
        self.shape: Shape = failure.received[0] if failure.received else ()
        self.name = fixes.layer_label(self.spec, self.node)
        self.before = edit.source_of(self.spec, self.node)
        self.layer = self.layer_at(self.node)
        self.entry = catalog.find("layers", self.layer.class_name)

    @property
    def start(self) -> str:
        """The first half of every message: who receives what from whom."""
        if not self.before:
            return f"{self.name} cannot be built"
        giver = fixes.layer_label(self.spec, self.before)
        return f"{self.name} receives {formatting.batch_shape(self.shape)} from {giver}"

    def required(self, name: str) -> bool:
        """Whether the layer cannot be made without that argument."""
        return self.entry is not None and self.entry.args.get(name) is REQUIRED

    def layer_at(self, node: str) -> ObjectSpec:
        """The layer record of a node; an empty one for a nested model."""
        return find_layer(self.spec, node) or ObjectSpec("")

    def argument(self, name: str, instead: Any = None) -> Any:
        """The value of an argument of the layer, its default where the record has none."""
        default = self.entry.args.get(name, instead) if self.entry else instead
        return self.layer.config.get(name, default)

    def fix(self, label: str, *changes: Callable[[ModelSpec], ModelSpec]) -> Fixes:
        """A fix of the model."""
        return fixes.model(label, self.training, *changes)

    def insert(self, layer: ObjectSpec, label: str = "") -> Fixes:
        """The fix that inserts a layer before the refused one."""
        words = ", ".join(f"{v}" for v in layer.config.values())
        label = label or f"Insert {layer.class_name}{f'({words})' if words else ''}"
        return self.fix(f"{label} before '{self.node}'", fixes.insert_before(self.node, layer))
