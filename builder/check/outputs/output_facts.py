"""Find the end of a model: its width, its activation, and the layers that set them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from builder import catalog, edit
from builder.check.repair import fixes, recommended
from builder.check.repair.fixes import Fixes
from builder.check.repair.graph_edits import find_layer
from builder.errors import SpecError
from builder.facts import ModelFacts, Shape
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec, active

SIZES = ("units", "filters")
"""Arguments that set how many numbers a layer gives."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the model.

    Args:
        node: the last layer.
        sizer, arg: the layer and argument (``units``, ``filters``) that set the width; "" if none.
        width: how many numbers come out for each example.
        activation: the function they pass through; None when nobody can tell.
        activator: the layer that applies it.
        shape: of the output, batch axis first; () when Keras has not been asked.
    """

    node: str
    sizer: str
    arg: str
    width: int | None
    activation: str | None
    activator: str
    shape: Shape

    @property
    def rank(self) -> int | None:
        """Number of axes, the batch included; None when it is not known."""
        return len(self.shape) or None

    def resize(
        self, training: TrainingSpec, label: str, width: int, activation: str | None
    ) -> Fixes:
        """The fix that sets the width and, unless None, the activation."""
        if not self.sizer:
            return ()
        changes = [fixes.set_arguments(self.sizer, **{self.arg: width})]
        if activation and activation != self.activation:
            changes.append(self._activate(activation))
        return fixes.model(label, training, *changes)

    def activate(self, training: TrainingSpec, label: str, activation: str) -> Fixes:
        """The fix that sets the activation."""
        return fixes.model(label, training, self._activate(activation))

    def _activate(self, activation: str) -> Callable[[ModelSpec], ModelSpec]:
        node = self.activator

        def change(model: ModelSpec) -> ModelSpec:
            if not node:
                return edit.insert(model, recommended.activate(activation))
            layer = edit.layer_of(model, node)
            if catalog.traits_of(layer.class_name).activation:
                return _swap_activation(model, node, activation)
            if is_activation(layer) or activation != "linear":
                return edit.configure(model, node, layer.with_(activation=activation))
            plain = replace(layer, config=layer.config.without("activation"))
            return edit.configure(model, node, plain)

        return change


def _swap_activation(model: ModelSpec, node: str, activation: str) -> ModelSpec:
    if activation == "linear":
        return edit.remove(model, node)
    return fixes.replace_layer(node, recommended.activate(activation))(model)


def find_head(model: ModelSpec, facts: ModelFacts | None = None) -> Head | None:
    """The end of the model; None when there is no layer or the model has several outputs."""
    try:
        last = edit.last_layer(model) if edit.is_chain(model) else _returned_layer(model)
    except SpecError:
        return None
    if len(model.outputs) != 1 or not last:
        return None
    activation: str | None = None
    activator = sizer = arg = ""
    for node, layer in _last_layers(model, last):
        own = own_activation(layer)
        if own is not None and activation in recommended.NO_ACTIVATION:
            activation, activator = own, node
        arg = size_argument(layer)
        sizer = node if arg else ""
    shape = _shape(last, facts)
    width = _width(model, sizer, arg, shape)
    return Head(last, sizer, arg, width, activation, activator, shape)


def _last_layers(model: ModelSpec, node: str | None) -> Iterator[tuple[str, ObjectSpec]]:
    """The layers from the last one back to the one that calculates what the model answers."""
    while node and not edit.is_input(model, node):
        layer = find_layer(model, node)
        if layer is None:
            return
        yield node, layer
        passes = catalog.traits_of(layer.class_name).values == "same" or is_activation(layer)
        if size_argument(layer) or not passes:
            return
        node = edit.source_of(model, node)


def _returned_layer(model: ModelSpec) -> str:
    """The layer a graph of one output returns; "" when it is a second answer, such as a state."""
    return next((o for o in active(model).outputs if o in model.by_name), "")


def size_argument(layer: ObjectSpec) -> str:
    """The argument that sets how many numbers the layer gives, "" if it has none."""
    entry = catalog.find("layers", layer.class_name)
    takes = entry.args if entry else layer.config
    return next((a for a in SIZES if a in takes), "")


def is_dense(layer: ObjectSpec) -> bool:
    """Whether it gives so many ``units`` for what stands on the last axis: a Dense, no LSTM."""
    units = size_argument(layer) == "units"
    return units and not catalog.traits_of(layer.class_name).recurrent


def is_activation(layer: ObjectSpec) -> bool:
    """Whether it applies an activation, its own or the one it is given, and does nothing else."""
    entry = catalog.find("layers", layer.class_name)
    if entry is None:
        return False
    takes_one = entry.traits.shape == "same" and "activation" in entry.args
    return takes_one or bool(entry.traits.activation)


def own_activation(layer: ObjectSpec) -> str | None:
    """What the layer's outputs pass through; None when it has nothing to do with activations."""
    entry = catalog.find("layers", layer.class_name)
    if entry is None:
        return None
    if entry.traits.activation:
        return entry.traits.activation
    if "activation" not in entry.args:
        return None
    default: Any = entry.args["activation"]
    value = layer.config.get("activation", default)
    return value if isinstance(value, str) else "linear"


def _shape(node: str, facts: ModelFacts | None) -> Shape:
    made = facts.of(node) if facts else None
    return made.outputs[0] if made and made.outputs else ()


def _width(model: ModelSpec, sizer: str, arg: str, shape: Shape) -> int | None:
    if shape:
        return shape[-1]
    value = edit.layer_of(model, sizer).config.get(arg) if sizer else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
