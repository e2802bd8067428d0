"""Read the ready-made networks of ``keras.applications`` as models of their layers."""

from __future__ import annotations

import ast
from typing import Any

from builder.catalog import applications, architecture_layers
from builder.catalog.applications import BY_NAME, IMAGENET_CLASSES, Architecture
from builder.catalog.architecture_layers import LayerRow
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, Unknown, resolve_number
from builder.parse.keras import layer_arguments, symbolic_calls
from builder.parse.keras.symbolic_model import Layer, Model, Tensor, input_layer
from builder.spec import Config, ObjectSpec

HOMES = ("keras.applications.", "keras_applications.", "efficientnet.")
"""Packages that hold the same networks."""

ORDER = ("include_top", "weights", "input_tensor", "input_shape", "pooling", "classes",
         "classifier_activation")  # fmt: skip
SHAPE_FIRST = ("input_shape", "alpha")
"""What MobileNet and its sisters take first."""

NOT_FOLLOWED = {"alpha": 1.0, "depth_multiplier": 1, "dropout": 0.001, "minimalistic": False,
                "include_preprocessing": True, "drop_connect_rate": 0.2}  # fmt: skip
"""Arguments of some networks → the usual value, for which their layers are known here."""

WEIGHTS = (
    "The weights of ImageNet are not fetched here: {} begins anew. Home's known architectures"
    " fetch them."
)


def read_call(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """A network, or how pictures are prepared for one; None for any other call."""
    if not path.startswith(HOMES):
        return None
    parts = path.split(".")
    if parts[-1] in BY_NAME:
        return _make_network(interp, node, BY_NAME[parts[-1]], args, kw)
    if parts[-1] == "decode_predictions":
        return Opaque()
    if parts[-1] == "preprocess_input" and args:
        reads = applications.reads_of_module(parts[-2])
        if isinstance(args[0], Tensor):
            return _prepare(interp, node, reads, args[0])
        return _prepare_data(interp, node, reads, args[0])
    return None


def _make_network(
    interp: Interpreter, node: ast.Call, known: Architecture, args: Args, kw: Keywords
) -> Model:
    order = SHAPE_FIRST if known.name.startswith(("MobileNet", "NASNet")) else ORDER
    asked = dict(zip(order, args, strict=False)) | kw
    top = resolve_number(asked.get("include_top", True)) not in (False, 0)
    start = _start(interp, node, known, top, asked)
    spec = start.call.layer.spec
    shape = tuple(spec.config.get("shape") or ()) if spec else ()
    side = shape[0] if len(shape) == 3 else None
    tensors = {"": start}
    rows = architecture_layers.layer_rows(known.name, top, side)
    interp.steps += 4 * len(rows)
    end = start
    for row in rows:
        layer = Layer(_own_head(row, top, asked), row.name, line=node.lineno)
        reads = [tensors[name] for name in row.inbound]
        end = symbolic_calls.record_call(interp, layer, reads) if reads else start
        tensors[row.name] = end
    if not top and asked.get("pooling") in ("avg", "max"):
        kind = "Average" if asked["pooling"] == "avg" else "Max"
        pooled = symbolic_calls.new_layer(f"Global{kind}Pooling2D")
        end = symbolic_calls.record_call(interp, pooled, [end])
    _report(interp, node, known, asked)
    named = asked.get("name")
    made = Model("functional", named if isinstance(named, str) else known.name.lower(), node.lineno)
    made.inputs, made.outputs, made.base = [_source(start)], [end], known.name
    interp.models.append(made)
    return made


def _source(tensor: Tensor) -> Tensor:
    """The Input that a tensor comes from."""
    while tensor.call.reads:
        tensor = tensor.call.reads[0]
    return tensor


def _start(
    interp: Interpreter, node: ast.Call, known: Architecture, top: bool, asked: Keywords
) -> Tensor:
    given = asked.get("input_tensor")
    if isinstance(given, Tensor):
        return given
    value = asked.get("input_shape")
    if isinstance(value, list):
        value = [resolve_number(v) for v in value]
    shape: tuple[int | None, ...] = (known.size, known.size, 3)
    if value is None and not top:
        shape = (None, None, 3)
    elif isinstance(value, list) and not any(isinstance(v, Unknown | Opaque) for v in value):
        shape = layer_arguments.read_sizes(interp, node, value) or shape
    elif value is not None:
        text = f"The size of its pictures could not be worked out: {known.size} is taken."
        interp.report_different(node, text)
    layer = input_layer(shape)
    return symbolic_calls.record_call(interp, layer, [])


def _own_head(row: LayerRow, top: bool, asked: Keywords) -> ObjectSpec:
    """A layer, of a head for other classes or with another end where the code says so."""
    spec = row.spec
    classes = resolve_number(asked.get("classes", IMAGENET_CLASSES))
    if not top or not isinstance(classes, int):
        return spec
    changed: dict[str, Any] = {}
    for name, value in spec.config.items():
        if value == IMAGENET_CLASSES and name in ("units", "filters"):
            changed[name] = classes
        if value == (IMAGENET_CLASSES,):
            changed[name] = (classes,)
        if value == "softmax" and "classifier_activation" in asked:
            end = asked["classifier_activation"]
            changed[name] = end if isinstance(end, str) else "linear"
    return ObjectSpec(spec.class_name, Config(spec.config, **changed)) if changed else spec


def _report(interp: Interpreter, node: ast.Call, known: Architecture, asked: Keywords) -> None:
    weights = asked.get("weights", "imagenet")
    if weights == "imagenet":
        interp.report_different(node, WEIGHTS.format(known.name))
    elif weights is not None:
        text = "The weights are in a file that is not here: it begins anew."
        interp.report_different(node, text)
    for name, usual in NOT_FOLLOWED.items():
        if name in asked and resolve_number(asked[name]) != usual:
            text = f"{name} of {known.name} is not followed: {usual} is taken"
            interp.report_unknown(node, text)


def _prepare(interp: Interpreter, node: ast.Call, reads: str, tensor: Tensor) -> Tensor:
    """``preprocess_input(x)`` inside a model, as the layers that do it."""
    layers = applications.scaling(reads, 255.0)
    names = ", ".join(spec.class_name for spec in layers)
    text = f"became {names}" if layers else "does nothing for this network"
    interp.report_translation(node, f"`{interp.page.text(node)}` {text}.")
    for spec in layers:
        tensor = symbolic_calls.record_call(interp, Layer(spec), [tensor])
    return tensor


def _prepare_data(interp: Interpreter, node: ast.Call, reads: str, value: Any) -> Any:
    """``preprocess_input(x_train)``: what a layer behind the Input would do."""
    if layers := applications.scaling(reads, 255.0):
        names = " and ".join(spec.class_name.removeprefix("ops.") for spec in layers)
        text = f"preprocess_input of the data is left out: put {names} behind the Input instead."
        interp.report_different(node, text)
    return value
