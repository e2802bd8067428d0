"""What the interpreter can do with layers, models and tensors."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.awaited.awaited_array import Awaited
from builder.parse.data.arrays import DataArray
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import Args, BoundMethod, Keywords, Opaque, Unknown
from builder.parse.keras import (
    keras_ops,
    layer_arguments,
    model_calls,
    symbolic_calls,
    symbolic_model,
    user_classes,
)
from builder.parse.keras.symbolic_model import KerasObject, Layer, Model, Shape, Tensor
from builder.spec import snake_case


def _call_model(interp: Interpreter, node: ast.Call, model: Model, args: Args, kw: Keywords) -> Any:
    if model.kind == "instance":
        return user_classes.follow_instance(interp, node, model.instance, args, kw)
    values = (*args, *kw.values())
    if not any(symbolic_calls.is_tensor(v) or isinstance(v, Awaited) for v in values):
        return Opaque()
    return model_calls.call_again(interp, node, model, args, kw)


def _call_unknown(
    interp: Interpreter, node: ast.Call, value: Unknown, args: Args, kw: Keywords
) -> Any:
    tensors = [a for a in args if isinstance(a, Tensor)]
    if not tensors:
        return value
    interp.report_unknown(node, "left out; what follows reads what it read")
    return tensors[0]


def _model_attribute(interp: Interpreter, node: ast.AST, model: Model, name: str) -> Any:
    """``model.name``."""
    if model.kind == "functional" and not model.aside:
        ends = {"input": model.inputs, "inputs": model.inputs,
                "output": model.outputs, "outputs": model.outputs}  # fmt: skip
        if name in ends:
            return ends[name][0] if len(ends[name]) == 1 and name[-1] != "s" else list(ends[name])
    if name == "layers" and model.kind == "sequential":
        return [layer for layer in model.stack if not layer.is_input]
    if name == "layers" and model.kind == "functional" and not model.aside:
        result = symbolic_model.reachable_calls(model)
        interp.steps += len(result)
        return list({id(c.layer): c.layer for c in result}.values())
    if name == "output_shape" and model.outputs:
        return symbolic_model.shape_of(model.outputs[0])
    if name in ("input", "output", "inputs", "outputs", "layers", "history", "name", "optimizer",
                "input_shape", "output_shape", "weights", "trainable_weights", "metrics_names",
                "trainable_variables", "variables", "non_trainable_weights", "metrics", "loss",
                "stop_training", "built", "dtype"):  # fmt: skip
        return Opaque()
    return BoundMethod(model, name)


def _layer_method(
    interp: Interpreter, node: ast.Call, layer: Layer, name: str, args: Args, kw: Keywords
) -> Any:
    """``layer.adapt(x_train)`` and the like."""
    if name == "adapt":
        value = args[0] if args else kw.get("data")
        if isinstance(value, DataArray) and value.part == "test":
            interp.report_different(
                node, "Layers learn from the training examples, not from the test."
            )
        return None
    if name == "set_vocabulary":
        return layer_arguments.set_vocabulary(interp, node, layer, args, kw)
    if name == "vocabulary_size":
        return layer_arguments.vocabulary_size(interp, node, layer)
    if name == "get_vocabulary":
        return Opaque(layer)
    if name in ("set_weights", "build"):
        interp.report_unknown(node, "weights are no part of a project: left out")
        return None
    return Opaque()


def _layer_attribute(interp: Interpreter, node: ast.AST, layer: Layer, name: str) -> Any:
    if name == "output" and layer.last_call is not None:
        return Tensor(layer.last_call)
    if name == "name":
        return layer.name or snake_case(layer.class_name or "model")
    if name == "trainable":
        return layer.spec is None or layer.spec.config.get("trainable", True)
    if layer.inner is not None and name not in ("input", "output", "weights", "call"):
        return _model_attribute(interp, node, layer.inner, name)
    if name == "units" and layer.spec is not None:
        return layer.spec.config.get("units", Unknown())
    plain = name in ("input", "output", "weights", "name", "mean", "variance", "kernel")
    return Opaque() if plain else BoundMethod(layer, name)


def _tensor_attribute(interp: Interpreter, node: ast.AST, tensor: Tensor, name: str) -> Any:
    if name == "shape":
        return symbolic_model.shape_of(tensor)
    return Unknown() if name in ("dtype", "ndim") else BoundMethod(tensor, name)


def _tensor_method(
    interp: Interpreter, node: ast.Call, tensor: Tensor, name: str, args: Args, kw: Keywords
) -> Any:
    interp.report_unknown(node, "no layer does this; what follows reads what it read")
    return tensor


def _tensor_index(interp: Interpreter, node: ast.Subscript, tensor: Tensor, key: Any) -> Any:
    if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 8:
        return Tensor(tensor.call, key) if tensor.index == 0 else Unknown()
    return symbolic_calls.record_call(interp, keras_ops.read_index(key), [tensor])


def _shape_index(interp: Interpreter, node: ast.Subscript, shape: Shape, key: Any) -> Any:
    if key == -1:
        return shape.last if shape.last is not None else Unknown()
    if shape.sides is None:
        return Unknown()
    whole = (None, *shape.sides)
    if isinstance(key, int) and -len(whole) <= key < len(whole):
        return whole[key] if whole[key] is not None else Unknown()
    if isinstance(key, slice) and all(p is None or isinstance(p, int) for p in
                                      (key.start, key.stop, key.step)):  # fmt: skip
        return [Unknown() if n is None else n for n in whole[key]]
    return Unknown()


def _unpack_shape(interp: Interpreter, node: ast.AST, shape: Shape, many: int) -> list[Any]:
    whole = (None, *(shape.sides or ()))
    known = whole if len(whole) == many else (None,) * many
    return [Unknown() if n is None else n for n in known]


def _set_layer(interp: Interpreter, target: ast.Attribute, layer: Layer, value: Any) -> None:
    if target.attr == "trainable" and isinstance(value, bool):
        symbolic_model.set_trainable(layer, value)


def _set_model(interp: Interpreter, target: ast.Attribute, model: Model, value: Any) -> None:
    if target.attr == "trainable" and isinstance(value, bool) and model.kind != "instance":
        interp.steps += sum(4 for _ in symbolic_model.every_layer(model))
        symbolic_model.set_trainable(Layer(None, inner=model), value)
    elif target.attr not in ("_name", "name"):
        interp.report_unknown(target, "this setting of a model is not taken over")


def name_result(interp: Interpreter, target: ast.AST, value: Any) -> None:
    """A variable set only once names the call whose result it holds."""
    first, tensor = target, value
    if isinstance(value, Model) and isinstance(target, ast.Name):
        value.title = value.title or target.id
    if isinstance(target, ast.Tuple) and target.elts:
        parts = value if isinstance(value, list) else [value]
        if len({id(p.call) if isinstance(p, Tensor) else 0 for p in parts}) > 1:
            for item, part in zip(target.elts, parts, strict=False):
                name_result(interp, item, part)
            return
        first, tensor = target.elts[0], next(iter(parts), None)
    if not isinstance(first, ast.Name) or not isinstance(tensor, Tensor):
        return
    known = interp.scope.calls.setdefault(first.id, tensor.call)
    if known is not tensor.call:
        known.title = tensor.call.title = ""
    else:
        known.title = known.title or first.id


HANDLERS: dict[type, Handlers] = {
    Layer: Handlers(
        call=symbolic_calls.call_layer,
        method=_layer_method,
        attribute=_layer_attribute,
        set_attribute=_set_layer,
    ),
    Model: Handlers(
        call=_call_model,
        method=model_calls.call_model_method,
        attribute=_model_attribute,
        set_attribute=_set_model,
    ),
    Tensor: Handlers(
        method=_tensor_method,
        attribute=_tensor_attribute,
        index=_tensor_index,
        unpack=symbolic_calls.unpack_outputs,
        signed=True,
    ),
    Shape: Handlers(index=_shape_index, unpack=_unpack_shape),
    KerasObject: Handlers(method=symbolic_calls.leave_out),
    Unknown: Handlers(call=_call_unknown),
}
"""By type; the classes of the text have theirs in ``user_classes``."""

OPERATORS = (Tensor, symbolic_calls.operate_tensors)
"""Calculating with tensors."""
