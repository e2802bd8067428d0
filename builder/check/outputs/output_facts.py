"""The end of a model: how many numbers it gives, through which activation, and who decides that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from builder import catalog, edit
from builder.check.repair import fixes
from builder.check.repair.fixes import Fixes
from builder.errors import SpecError
from builder.facts import ModelFacts, Shape
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, active

PASSES_ON = ("Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Identity",
             "ActivityRegularization")  # fmt: skip
"""Layers that change neither the number of outputs nor their meaning."""

ACTIVATIONS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu"}
"""Layers that are an activation and nothing else; ``Activation`` names its own."""


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

    def reshaped(
        self, training: TrainingSpec, label: str, width: int, activation: str | None
    ) -> Fixes:
        """The fix that sets the width and, unless None, the activation."""
        if not self.sizer:
            return ()
        changes = [fixes.put(self.sizer, **{self.arg: width})]
        if activation and activation != self.activation:
            changes.append(self._activate(activation))
        return fixes.model(label, training, *changes)

    def activated(self, training: TrainingSpec, label: str, activation: str) -> Fixes:
        """The fix that sets the activation."""
        return fixes.model(label, training, self._activate(activation))

    def _activate(self, activation: str) -> Callable[[ModelSpec], ModelSpec]:
        node = self.activator

        def change(model: ModelSpec) -> ModelSpec:
            if not node:
                return edit.insert(
                    model, ObjectSpec("Activation", Config({"activation": activation}))
                )
            layer = edit.layer_of(model, node)
            if layer.class_name in ACTIVATIONS:
                return _swap(model, node, activation)
            if layer.class_name == "Activation" or activation != "linear":
                return edit.configure(model, node, layer.with_(activation=activation))
            plain = replace(layer, config=layer.config.without("activation"))
            return edit.configure(model, node, plain)

        return change


def _swap(model: ModelSpec, node: str, activation: str) -> ModelSpec:
    if activation == "linear":
        return edit.remove(model, node)
    return fixes.become(node, ObjectSpec("Activation", Config({"activation": activation})))(model)


def find_head(model: ModelSpec, facts: ModelFacts | None = None) -> Head | None:
    """The end of the model; None when there is no layer or the model has several outputs."""
    try:
        last = edit.last(model) if edit.is_chain(model) else _returned(model)
    except SpecError:
        return None
    if len(model.outputs) != 1 or not last:
        return None
    activation: str | None = None
    activator = sizer = arg = ""
    node: str | None = last
    while node and not edit.is_input(model, node):
        layer = _layer(model, node)
        if layer is None:
            break
        own = _own_activation(layer)
        if own is not None and activation in (None, "linear"):
            activation, activator = own, node
        entry = catalog.find("layers", layer.class_name)
        takes = entry.args if entry else layer.config
        sizer_arg = next((a for a in ("units", "filters") if a in takes), "")
        if sizer_arg:
            sizer, arg = node, sizer_arg
            break
        if layer.class_name not in (*PASSES_ON, *ACTIVATIONS, "Activation"):
            break
        node = edit.source(model, node)
    shape = _shape(last, facts)
    width = _width(model, sizer, arg, shape)
    return Head(last, sizer, arg, width, activation, activator, shape)


def _returned(model: ModelSpec) -> str:
    """The layer a graph of one output returns; "" when it is a second answer, such as a state."""
    names = {n.name for n in model.nodes}
    return next((o for o in active(model).outputs if o in names), "")


def _layer(model: ModelSpec, node: str) -> ObjectSpec | None:
    try:
        return edit.layer_of(model, node)
    except SpecError:
        return None


def _own_activation(layer: ObjectSpec) -> str | None:
    """What the layer's outputs pass through; None when it has nothing to do with activations."""
    if layer.class_name in ACTIVATIONS:
        return ACTIVATIONS[layer.class_name]
    entry = catalog.find("layers", layer.class_name)
    if entry is None or "activation" not in entry.args:
        return None
    default: Any = entry.args["activation"]
    value = layer.config.get("activation", default)
    return value if isinstance(value, str) else "linear"


def _shape(node: str, facts: ModelFacts | None) -> Shape:
    found = facts.of(node) if facts else None
    return found.outputs[0] if found and found.outputs else ()


def _width(model: ModelSpec, sizer: str, arg: str, shape: Shape) -> int | None:
    if shape:
        return shape[-1]
    value = edit.layer_of(model, sizer).config.get(arg) if sizer else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
