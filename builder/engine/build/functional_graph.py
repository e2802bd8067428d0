"""Build a Functional graph: call a spec's layers on Keras tensors, in topological order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder import catalog, formatting
from builder.catalog import ops
from builder.engine.build import keras_objects
from builder.engine.build.backend import keras
from builder.engine.build.call_convention import call
from builder.engine.build.operation_layers import FunctionLayer
from builder.errors import BuildError, LayerwiseError
from builder.facts import Failure, Shape
from builder.spec import ModelSpec, Node, ObjectSpec, active


class LayerRefused(BuildError):
    """A call that cannot be made; ``failure`` is the fact for people who still build."""

    def __init__(self, failure: Failure) -> None:
        got = " and ".join(formatting.batch_shape(s) for s in failure.received)
        place = f"Layer '{failure.node}' ({failure.class_name})" if failure.node else "The model"
        received = f", which receives {got}," if got else ""
        super().__init__(
            f"{place}{received} cannot be built: {failure.message}", where=failure.node
        )
        self.failure = failure


@dataclass(frozen=True, slots=True)
class LayerCall:
    """One call as it was made: the live layer and the tensors it returned."""

    node: Node
    class_name: str
    layer: Any
    outputs: tuple[Any, ...]
    first: bool


def class_name(model: ModelSpec, node: Node) -> str:
    """The Keras class a node calls; ``""`` when its layer is missing."""
    layer = model.layers.get(node.layer)
    if isinstance(layer, ObjectSpec):
        return layer.class_name
    return "Functional" if isinstance(layer, ModelSpec) else ""


def parse_ref(ref: str) -> tuple[str, int]:
    """``"lstm:1"`` → ``("lstm", 1)``; ``"lstm"`` → ``("lstm", 0)``."""
    name, colon, index = ref.rpartition(":")
    return (name, int(index)) if colon and index.isdigit() else (ref, 0)


def topological_order(model: ModelSpec) -> tuple[Node, ...]:
    """The nodes so that each comes after what it reads, otherwise in the spec's order.

    Raises:
        Refused: two nodes of one name, a reference to nothing, or a circle.
    """
    by_name: dict[str, Node] = {}
    for node in model.nodes:
        if node.name in by_name:
            raise _refusal(model, node, "there are two layers of this name.")
        by_name[node.name] = node
    for node in model.nodes:
        for ref in node.inbound:
            if _target(ref, by_name) is None:
                raise _refusal(model, node, f"it reads '{ref}', which does not exist.")
    done: dict[str, Node] = {}
    waiting = list(model.nodes)
    while waiting:
        for node in waiting:
            if all(_target(ref, by_name) in done for ref in node.inbound):
                done[node.name] = node
        left = [node for node in waiting if node.name not in done]
        if len(left) == len(waiting):
            raise _refusal(model, left[0], "it is part of a circle: it waits for itself.")
        waiting = left
    return tuple(done.values())


def _target(ref: str, nodes: Mapping[str, Any]) -> str | None:
    if ref in nodes:
        return ref
    name = parse_ref(ref)[0]
    return name if name in nodes else None


def _refusal(
    model: ModelSpec, node: Node, message: str, received: tuple[Shape, ...] = ()
) -> LayerRefused:
    return LayerRefused(Failure(node.name, class_name(model, node), received, message))


def look_up(ref: str, made: Mapping[str, tuple[Any, ...]]) -> Any:
    """The tensor a reference names.

    Raises:
        KeyError: no such node; the message is a sentence.
    """
    name, index = (ref, 0) if ref in made else parse_ref(ref)
    if name not in made:
        raise KeyError(f"'{ref}' does not exist.")
    if index >= len(made[name]):
        raise KeyError(f"'{ref}' does not exist: '{name}' has {len(made[name])} output(s).")
    return made[name][index]


def call_layers(model: ModelSpec) -> Iterator[LayerCall]:
    """Make and call every layer in order, yielding each call as soon as Keras accepted it.

    ``model`` must be ``spec.active``. Layers are made in the order of their first call, as a
    script writes them, so that a seed gives the same initial weights.

    Raises:
        Refused: at the first call that cannot be made.
    """
    made: dict[str, tuple[Any, ...]] = {}
    layers: dict[str, Any] = {}
    for node in topological_order(model):
        spec = model.layers.get(node.layer)
        bare = isinstance(spec, ObjectSpec) and ops.is_op(spec.class_name)
        if bare and node.layer in layers:
            raise _refusal(model, node, "an operation belongs to one call only; copy it.")
        first = node.layer not in layers
        inputs = _inputs(model, node, made)
        received = tuple(tuple(t.shape) for t in inputs)
        try:
            if first:
                layers[node.layer] = make_layer(spec, node.layer)
            layer = layers[node.layer]
            is_input = isinstance(layer, keras.layers.InputLayer)
            result = (
                layer.output if is_input else call(layer, class_name(model, node), inputs, node)
            )
        except LayerRefused as error:
            inner = f"in '{error.failure.node}': " if error.failure.node else ""
            raise _refusal(model, node, inner + error.failure.message, received) from None
        except LayerwiseError as error:
            raise _refusal(model, node, error.message, received) from None
        except Exception as error:  # a layer's own checks raise every kind of exception
            raise _refusal(model, node, keras_objects.reason(error), received) from None
        made[node.name] = outputs(result)
        yield LayerCall(node, class_name(model, node), layer, made[node.name], first)


def _inputs(model: ModelSpec, node: Node, made: Mapping[str, tuple[Any, ...]]) -> list[Any]:
    spec = model.layers.get(node.layer)
    if spec is None:
        raise _refusal(model, node, f"its layer '{node.layer}' does not exist.")
    is_input = isinstance(spec, ObjectSpec) and spec.class_name == "InputLayer"
    if is_input and node.inbound:
        raise _refusal(model, node, "an Input is where data enters; it cannot read a layer.")
    if not is_input and not node.inbound:
        raise _refusal(model, node, "it has no input: connect it to an Input or to a layer.")
    try:
        return [look_up(ref, made) for ref in node.inbound]
    except KeyError as error:
        raise _refusal(
            model, node, f"it reads an output that is not there: {error.args[0]}"
        ) from None


def make_layer(spec: ObjectSpec | ModelSpec | None, name: str) -> Any:
    """The live layer of a spec, under its name in the model; a nested spec is a nested model."""
    if isinstance(spec, ModelSpec):
        return assemble(spec, name)
    if isinstance(spec, ObjectSpec) and ops.is_op(spec.class_name):
        return FunctionLayer(spec, name)
    return keras_objects.make("layers", spec, name=name)


def outputs(result: Any) -> tuple[Any, ...]:
    """The tensors of a call's result, in order."""
    return tuple(keras.tree.flatten(result))


def assemble(model: ModelSpec, name: str) -> Any:
    """The keras.Model of a spec: Sequential for a plain stack, else functional.

    Raises:
        Refused: at the first call that cannot be made, or loose ends of the whole.
    """
    spec = active(model)
    try:
        return _sequential(spec, name) if is_stack(spec) else _functional(spec, name)
    except LayerRefused:
        raise
    except Exception as error:  # what Keras checks only once the whole model is there
        raise LayerRefused(Failure("", "Model", (), keras_objects.reason(error))) from None


def is_stack(model: ModelSpec) -> bool:
    """Whether ``keras.Sequential`` can say it: Input first, then one after the other."""
    nodes = model.nodes
    if len(nodes) < 2 or model.outputs != (nodes[-1].name,):
        return False
    layers = [model.layers.get(n.layer) for n in nodes]
    if None in layers:
        return False
    names = [layer.class_name for layer in layers if isinstance(layer, ObjectSpec)]
    if len({n.layer for n in nodes}) < len(nodes) or names.count("InputLayer") != 1:
        return False
    if any(catalog.traits_of(name).call != "one" or ops.is_op(name) for name in names):
        return False
    if any(n.call for n in nodes):
        return False
    # Sequential takes layers of one output only.
    if any(isinstance(x, ObjectSpec) and catalog.second_outputs(x) for x in layers):
        return False
    if any(isinstance(x, ModelSpec) and len(x.outputs) != 1 for x in layers):
        return False
    follows = all(b.inbound == (a.name,) for a, b in itertools.pairwise(nodes))
    return follows and names[0] == "InputLayer" and not nodes[0].inbound


def _sequential(spec: ModelSpec, name: str) -> keras.Model:
    layers = [_make(spec, node) for node in spec.nodes]
    try:
        return keras.Sequential(layers, name=name)
    except Exception:  # Sequential does not say which layer; calling one by one does
        for _ in call_layers(spec):
            pass
        raise


def _make(spec: ModelSpec, node: Node) -> keras.layers.Layer:
    try:
        return make_layer(spec.layers[node.layer], node.layer)
    except BuildError as error:
        failure = Failure(node.name, class_name(spec, node), (), error.message)
        raise LayerRefused(failure) from None


def _functional(spec: ModelSpec, name: str) -> keras.Model:
    made: dict[str, tuple[keras.KerasTensor, ...]] = {}
    inputs: list[Any] = []
    for one in call_layers(spec):
        made[one.node.name] = one.outputs
        if isinstance(one.layer, keras.layers.InputLayer):
            inputs.extend(one.outputs)
    outputs = model_outputs(spec, made)
    if not inputs:
        raise LayerRefused(Failure("", "Model", (), "it has no Input."))
    return keras.Model(
        inputs if len(inputs) > 1 else inputs[0],
        outputs if len(outputs) > 1 else outputs[0],
        name=name,
    )


def model_outputs(spec: ModelSpec, made: Mapping[str, tuple[Any, ...]]) -> list[Any]:
    """The tensors the model returns; Refused when there are none or one does not exist."""
    if not spec.outputs:
        raise LayerRefused(Failure("", "Model", (), "it has no output."))
    try:
        return [look_up(ref, made) for ref in spec.outputs]
    except KeyError as error:
        message = f"its output {error.args[0]}"
        raise LayerRefused(Failure("", "Model", (), message)) from None
