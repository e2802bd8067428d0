"""Move flattening of images from the data into a Flatten layer of the model."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from builder import binding, edit
from builder.parse.interpreter.interpreter import Interpreter
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, unique_name

GREY = (28, 28)
"""The pictures of digits and clothes that models of 784 numbers are written for."""


def add_flatten(
    interp: Interpreter, spec: ModelSpec, shape: tuple[int, ...], line: int
) -> ModelSpec:
    """The code flattens pictures beforehand; here a Flatten in the model does."""
    inputs = [n for n in spec.nodes if input_shape(spec, n) == (math.prod(shape),)]
    if len(inputs) != 1 or not shape:
        return spec
    old = inputs[0]
    name = unique_name("flatten", {n.name for n in spec.nodes} | set(spec.layers))
    whole = spec.layers[old.layer].with_(shape=shape)
    layers: dict[str, Any] = {}
    for key, layer in spec.layers.items():
        layers[key] = whole if key == old.layer else layer
        if key == old.layer:
            layers[name] = ObjectSpec("Flatten")
    nodes: list[Node] = []
    for node in spec.nodes:
        reads = tuple(name if r == old.name else r for r in node.inbound)
        nodes.append(replace(node, inbound=reads))
        if node.name == old.name:
            nodes.append(Node(name, name, (old.name,)))
    text = f"The data keep the shape {shape}: a Flatten in the model makes the rows."
    interp.remarks.add("translated", line, text)
    return ModelSpec(spec.name, Config(layers), tuple(nodes), spec.outputs)


def give_back(interp: Interpreter, made: TrainingSpec, line: int) -> TrainingSpec:
    """The model learns its own input, column x; rows of numbers become pictures again where the
    code had flattened them."""
    spec, inputs = made.model, binding.inputs(made.model)
    shape = input_shape(spec, spec.node(inputs[0])) if len(inputs) == 1 else None
    if len(spec.outputs) != 1 or not shape:
        return made
    last = spec.layers.get(spec.node(spec.outputs[0]).layer) if spec.by_name else None
    size = last.config.get("units") if isinstance(last, ObjectSpec) else None
    if len(shape) > 1 and None not in shape and size == math.prod(shape):
        spec = edit.insert(spec, ObjectSpec("Reshape", Config(target_shape=shape)))
        text = f"A Reshape at the end gives pictures of the shape {shape}, as they are read."
        interp.remarks.add("translated", line, text)
    columns = Config(dict.fromkeys((*inputs, *spec.outputs), binding.X))
    return replace(made, model=spec, columns=columns)


def input_shape(spec: ModelSpec, node: Node) -> Any:
    """The shape an Input takes; None for every other node."""
    layer = spec.layers[node.layer]
    if isinstance(layer, ObjectSpec) and layer.class_name == "InputLayer":
        return layer.config.get("shape")
    return None
