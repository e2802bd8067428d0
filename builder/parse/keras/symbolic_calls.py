"""Call layers and operations on symbolic tensors."""

from __future__ import annotations

import ast
from typing import Any

from builder import catalog
from builder.catalog import ops, static_shapes
from builder.parse.awaited import awaited_layers
from builder.parse.awaited.awaited_array import Awaited
from builder.parse.data import arrays
from builder.parse.data.arrays import DataArray
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    CannotEvaluate,
    Keywords,
    Opaque,
    Unknown,
    count_items,
    walk,
)
from builder.parse.keras import keras_ops, legacy
from builder.parse.keras.symbolic_model import (
    NOISE,
    POSITIONS,
    STAND_INS,
    Layer,
    LayerCall,
    Model,
    Tensor,
    graft,
    input_shape,
    shape_of,
)
from builder.spec import MAX_LAYERS, Config, ObjectSpec

TENSORS = ("inputs", "query", "value", "key", "sequence", "x", "initial_state")
"""Arguments of a layer's call that carry tensors, in their order."""

HOW = {"training": None, "mask": None, "attention_mask": None, "query_mask": None,
       "value_mask": None, "key_mask": None, "use_causal_mask": False,
       "return_attention_scores": False}  # fmt: skip
"""Further arguments of a layer's call → their usual value, which is left out."""

SIGNS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply"}
"""Sign between tensors → function of Keras."""

PAIRWISE = ("add", "subtract", "multiply", "maximum", "minimum")
"""Functions of two tensors that a layer of Keras is too."""


def call_layer(interp: Interpreter, node: ast.AST, layer: Layer, args: Args, kw: Keywords) -> Any:
    """``layer(x)``: a new tensor."""
    inputs = [*args, *(kw[name] for name in TENSORS if name in kw)]
    for item in inputs:
        count_items(item)
    reads = list(walk(inputs))
    if any(isinstance(r, Opaque) for r in reads):
        return Opaque()
    if data := next((r for r in reads if isinstance(r, DataArray)), None):
        if isinstance(data, Awaited):
            return awaited_layers.apply_layers(data, _plain_layers(layer))
        return arrays.apply_rescaling(data, layer.spec) or Opaque(data)
    tensors = [r for r in reads if isinstance(r, Tensor)]
    if not tensors or len(tensors) != len(reads):
        if not any(isinstance(r, Unknown) for r in reads):
            interp.report_unknown(node, "a layer can only be called on what another layer gives")
        return tensors[0] if tensors else Unknown()
    named = _call_arguments(interp, node, kw, tensors)
    if layer.inner is not None:
        return _model_call(interp, node, layer, tensors, named)
    result = record_call(interp, layer, tensors)
    result.call.named = named
    return result


def _plain_layers(layer: Layer) -> list[ObjectSpec | None]:
    """The layers of a stack one after the other; None for what is no plain layer."""
    if layer.inner is None:
        return [layer.spec]
    if layer.inner.kind != "sequential":
        return [None]
    return [item.spec for item in layer.inner.stack if not item.is_input]


def _call_arguments(
    interp: Interpreter, node: ast.AST, kw: Keywords, reads: list[Tensor]
) -> Config:
    """The keyword arguments of a call; tensors among them join what it ``reads``."""
    result: dict[str, Any] = {}
    for name, value in kw.items():
        if name == "attention_mask" and isinstance(value, Opaque | Unknown):
            result |= _lost_mask(interp, node)
            continue
        if name not in HOW or value == HOW[name] or isinstance(value, Opaque | Unknown):
            continue
        parts = list(walk([value]))
        if all(isinstance(p, Tensor) for p in parts):
            places = tuple(range(len(reads), len(reads) + len(parts)))
            reads += parts
            several = isinstance(value, list)
            result[name] = {"wires": places} if several else {"wire": places[0]}
        elif isinstance(value, bool):
            result[name] = value
        else:
            interp.report_unknown(node, f"{name} could not be worked out: left out")
    return Config(result)


def _lost_mask(interp: Interpreter, node: ast.AST) -> dict[str, Any]:
    """A mask that could not be worked out: a causal one by its name, any other is told."""
    words = node.keywords if isinstance(node, ast.Call) else []
    texts = [interp.page.text(w.value) for w in words if w.arg == "attention_mask"]
    if any("causal" in text or "look_ahead" in text for text in texts):
        interp.report_different(node, f"The mask {texts[0]} became use_causal_mask=True.")
        return {"use_causal_mask": True}
    interp.report_unknown(node, "attention_mask could not be worked out: left out")
    return {}


def record_call(interp: Interpreter, layer: Layer, tensors: list[Tensor]) -> Tensor:
    """A new call, counted."""
    if len(tensors) > MAX_LAYERS:
        raise CannotEvaluate("too many inputs")
    interp.calls += 1
    layer, tensors = _with_positions(layer, tensors)
    made = LayerCall(layer, tuple(tensors), interp.calls, last_axis(layer, tensors))
    made.shape = static_shape(layer, tensors)
    own = {layer.class_name} & set(STAND_INS)
    made.marks = frozenset(own).union(*(t.call.marks for t in tensors))
    if made.last is None and made.shape:
        made.last = made.shape[-1]
    layer.last_call = made
    return Tensor(made)


def _with_positions(layer: Layer, tensors: list[Tensor]) -> tuple[Layer, list[Tensor]]:
    """``x + Embedding(…)(positions)`` is what the layer PositionEmbedding does."""
    if layer.class_name not in ("Add", "ops.add") or len(tensors) != 2:
        return layer, tensors
    counted = [t for t in tensors if t.call.layer.class_name != POSITIONS and draws(t, POSITIONS)]
    if len(counted) != 1:
        return layer, tensors
    table = counted[0].call.layer
    config = table.spec.config if table.spec else Config()
    if table.class_name != "Embedding":
        return layer, tensors
    how = config.get("embeddings_initializer")
    made = new_layer("PositionEmbedding", **({"embeddings_initializer": how} if how else {}))
    made.name, made.line = table.name, layer.line
    return made, [t for t in tensors if t is not counted[0]]


def static_shape(layer: Layer, tensors: list[Tensor]) -> tuple[int | None, ...] | None:
    """The shape of what a layer gives, without the batch, where records say it."""
    reads = [t.call.shape if t.index == 0 else None for t in tensors]
    if layer.inner is not None:
        ends = layer.inner.outputs
        return ends[0].call.shape if ends and layer.inner.kind == "functional" else None
    entry = catalog.find("layers", layer.class_name) or ops.BY_NAME.get(layer.class_name)
    if entry is None or layer.spec is None:
        return None
    defaults = Config({k: v for k, v in entry.args.items() if v is not catalog.REQUIRED})
    keeps = entry.traits.shape == "same"
    return static_shapes.output_shape(layer.spec, reads, defaults, keeps)


def last_axis(layer: Layer, tensors: list[Tensor]) -> int | None:
    """The size of the last axis of what a layer gives, where it alone says it."""
    config = layer.spec.config if layer.spec else Config()
    if layer.is_input:
        shape = config.get("shape")
        return shape[-1] if isinstance(shape, tuple) and shape else None
    if config.get("data_format") == "channels_first" or layer.spec is None:
        return None
    known = [t.call.last for t in tensors]
    name = layer.class_name
    if name == "Concatenate" and config.get("axis", -1) == -1:
        sizes = [n for n in known if n is not None]
        return sum(sizes) if len(sizes) == len(known) else None
    wide = config.get("filters", config.get("units", config.get("output_dim")))
    if isinstance(wide, int):
        return wide
    entry = catalog.find("layers", name)
    depth = config.get("depth_multiplier", entry.args.get("depth_multiplier") if entry else None)
    is_kept = catalog.traits_of(name).shape != "new" or depth == 1
    return next((n for n in known if n is not None), None) if is_kept else None


def _model_call(
    interp: Interpreter, node: ast.AST, layer: Layer, tensors: list[Tensor], named: Config
) -> Any:
    model = layer.inner
    assert model is not None
    model.used = True
    if model.kind == "open":
        calls = list(graft(model, tensors[0], interp.calls + 1))
        interp.calls += len(calls)
        interp.steps += len(calls)
        return Tensor(calls[-1])
    if model.kind == "sequential" and not has_input(model):
        interp.steps += len(model.stack)
        interp.step()
        result: Any = tensors[0]
        for inner in model.stack:
            result = call_layer(interp, node, inner, [result], {})
        interp.report_different(node, "The block is taken apart into its layers: it has no Input.")
        return result
    result = record_call(interp, layer, tensors)
    result.call.named = named
    if len(model.outputs) > 1:
        return [Tensor(result.call, i) for i in range(len(model.outputs))]
    return result


def draw_noise(interp: Interpreter) -> Tensor:
    """Normal noise, which only the layer Sampling may use."""
    return record_call(interp, Layer(ObjectSpec(NOISE), line=interp.line), [])


def count_positions(interp: Interpreter) -> Tensor:
    """The positions of a sequence, which only the layer PositionEmbedding may use."""
    return record_call(interp, Layer(ObjectSpec(POSITIONS), line=interp.line), [])


def draws(tensor: Tensor, what: str) -> bool:
    """Whether a stand-in, ``NOISE`` or ``POSITIONS``, has a part in a tensor."""
    return what in tensor.call.marks


def sampling_of(tensor: Tensor) -> list[Tensor] | None:
    """Mean and log-variance, where a tensor is ``mean + exp(0.5 * log_var) * noise``."""
    if tensor.call.layer.class_name != "Add" or len(tensor.call.reads) != 2:
        return None
    for mean, rest in (tensor.call.reads, tensor.call.reads[::-1]):
        if rest.call.layer.class_name != "Multiply" or draws(mean, NOISE):
            continue
        sides = [t for t in rest.call.reads if t.call.layer.class_name != NOISE]
        if len(sides) == 1 and (log_var := _log_variance(sides[0])) is not None:
            return [mean, log_var]
    return None


def _log_variance(deviation: Tensor) -> Tensor | None:
    """``log_var`` where a tensor is ``exp(0.5 * log_var)``."""
    call = deviation.call
    spec = call.layer.spec
    is_exp = spec is not None and (
        spec.class_name == "ops.exp" or spec.config.get("activation") == "exponential"
    )
    if spec is None or not is_exp:
        return None
    half = call.reads[0].call
    if half.layer.class_name == "Rescaling" and half.layer.spec is not None:
        config = half.layer.spec.config
        halves = config.get("scale") == 0.5 and not config.get("offset")
        return half.reads[0] if halves else None
    if half.layer.class_name == "ops.divide" and half.layer.spec is not None:
        return half.reads[0] if half.layer.spec.config.get("x2") == 2 else None
    return None


def has_input(model: Model) -> bool:
    """Whether a Sequential says what shape it reads."""
    first = model.stack[0] if model.stack else None
    if first is None:
        return False
    return first.is_input or input_shape(model) is not None


def new_layer(class_name: str, **config: Any) -> Layer:
    """A new layer of that class; defaults left out."""
    spec = ObjectSpec(class_name, Config(config))
    return Layer(catalog.minimal("layers", spec))


def operate_tensors(interp: Interpreter, node: ast.BinOp, a: Any, b: Any) -> Any:
    """``a op b`` where one is a tensor: the layer that does it."""
    op = type(node.op)
    if isinstance(a, Opaque | Unknown) or isinstance(b, Opaque | Unknown):
        interp.report_unknown(node, "one side could not be worked out: the other is taken alone")
        return a if isinstance(a, Tensor) else b if isinstance(b, Tensor) else Unknown()
    if isinstance(a, Tensor) and isinstance(b, Tensor) and op in SIGNS:
        name = legacy.FUNCTIONS[SIGNS[op]] if _is_alike(a, b) else f"ops.{SIGNS[op]}"
        interp.report_translation(node, f"`{interp.page.text(node)}` became the layer {name}.")
        return record_call(interp, new_layer(name), [a, b])
    if (op not in (ast.Div,) or not isinstance(b, int | float)) and (
        result := keras_ops.read_operator(op, a, b)
    ):
        return record_call(interp, *result)
    tensor, number, left = (a, b, True) if isinstance(a, Tensor) else (b, a, False)
    if isinstance(number, bool) or not isinstance(number, int | float):
        interp.report_unknown(node, "no layer does this; what follows reads what it read")
        return tensor
    config = _rescaling(op, number, left)
    if config is None:
        interp.report_unknown(node, "no layer does this; what follows reads what it read")
        return tensor
    interp.report_translation(node, f"`{interp.page.text(node)}` became the layer Rescaling.")
    return record_call(interp, new_layer("Rescaling", **config), [tensor])


def _is_alike(a: Tensor, b: Tensor) -> bool:
    """Whether a joining layer takes both: it wants them of as many axes, batch included."""
    if "ops.tensordot" in (a.call.layer.class_name, b.call.layer.class_name):
        return False
    sides = [t.call.shape for t in (a, b) if t.index == 0 and t.call.shape is not None]
    return len(sides) < 2 or len(sides[0]) == len(sides[1])


def _rescaling(op: type, number: float, left: bool) -> dict[str, float] | None:
    """What ``x op number`` (``left``) or ``number op x`` is as ``x * scale + offset``."""
    if op is ast.Mult:
        return {"scale": number}
    if op is ast.Add:
        return {"scale": 1.0, "offset": number}
    if op is ast.Sub:
        return {"scale": 1.0, "offset": -number} if left else {"scale": -1.0, "offset": number}
    if op is ast.Div and left and number:
        return {"scale": 1.0 / number}
    return None


def call_operation(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """A function of TensorFlow or Keras called on tensors; None when it is none we know."""
    if path.endswith(".reshape") and (reshaped := _reshape_whole(interp, args, kw)):
        return reshaped
    if result := keras_ops.read_operation(path, args, kw):
        return record_call(interp, *result)
    name = path.rpartition(".")[2]
    if name in ("shape", "int_shape"):
        return shape_of(tensors_in(args, kw)[0])
    if name == "extract_patches" and (made := _patches(args, kw)):
        return record_call(interp, *made)
    if ".random." in path or "random_" in name:
        return interp.report_unknown(node, "no layer does this: left out")
    tensors = tensors_in(args, kw)
    layer = _operation(name, path, args, kw, tensors)
    if layer is None and (result := keras_ops.read_older(path, args, kw)):
        return record_call(interp, *result)
    if layer is None:
        if name in ("cast", "identity", "stop_gradient", "convert_to_tensor"):
            interp.report_different(node, f"{name} is left out.")
        else:
            interp.report_unknown(node, "no layer does this; what follows reads what it read")
        return tensors[0]
    interp.report_translation(
        node, f"`{interp.page.text(node)}` became the layer {layer.class_name}."
    )
    return record_call(interp, layer, tensors)


def _patches(args: Args, kw: Keywords) -> tuple[Layer, list[Tensor]] | None:
    """``extract_patches(images, size)``, of squares that lie side by side."""
    size = kw.get("size", kw.get("sizes", args[1] if len(args) > 1 else None))
    sides = [n for n in size if n != 1] if isinstance(size, list) else [size]
    steps = kw.get("strides", size)
    apart = [n for n in steps if n != 1] if isinstance(steps, list) else [steps]
    if not sides or not isinstance(sides[0], int) or {*sides, *apart} != {sides[0]}:
        return None
    return new_layer("Patches", patch_size=sides[0]), tensors_in(args, kw)[:1]


def _reshape_whole(interp: Interpreter, args: Args, kw: Keywords) -> Tensor | None:
    """``reshape(x, (batch, n, m))`` with the batch as it is: the layer Reshape."""
    tensors = tensors_in(args[:1], {k: v for k, v in kw.items() if k in ("x", "inputs", "tensor")})
    target = kw.get("newshape", kw.get("shape", args[1] if len(args) > 1 else None))
    if len(tensors) != 1 or not isinstance(target, list) or not target:
        return None
    if tensors[0].call.layer.class_name == "Patches" and len(target) == 3:
        return tensors[0]  # it lays each square out as a row already
    sides = target[1:]
    is_batch = isinstance(target[0], Unknown | Opaque) or target[0] is None
    if not is_batch or not all(isinstance(n, int) and not isinstance(n, bool) for n in sides):
        return None
    layer = new_layer("Flatten") if sides == [-1] else new_layer("Reshape", target_shape=sides)
    return record_call(interp, layer, tensors)


def tensors_in(args: Args, kw: Keywords) -> list[Tensor]:
    """The tensors among arguments, also those in lists."""
    return [t for t in walk([args, list(kw.values())]) if isinstance(t, Tensor)]


def _operation(
    name: str, path: str, args: Args, kw: Keywords, tensors: list[Tensor]
) -> Layer | None:
    many = len(tensors)
    axis = kw.get("axis", args[1] if len(args) > 1 and not isinstance(args[1], Tensor) else None)
    if name in PAIRWISE and many == 2:
        return new_layer(legacy.FUNCTIONS[name])
    if name in ("concat", "concatenate") and many > 1:
        return new_layer("Concatenate", axis=axis if isinstance(axis, int) else -1)
    if many != 1:
        return None
    entry = catalog.by_alias("activations", name)
    if entry and path.startswith(("tensorflow.", "keras.", "numpy.")):
        return new_layer("Activation", activation=entry.class_name)
    if name == "reshape" and len(args) > 1 and isinstance(args[1], list):
        sizes = args[1][1:]
        if all(isinstance(n, int) and not isinstance(n, bool) for n in sizes):
            return new_layer("Flatten") if sizes == [-1] else new_layer(
                "Reshape", target_shape=tuple(sizes)
            )  # fmt: skip
    keeps = kw.get("keepdims", kw.get("keep_dims", False))
    if name in ("reduce_mean", "mean", "reduce_max", "max") and not keeps:
        kind = "Average" if "mean" in name else "Max"
        axes = {1: "1D", (1,): "1D", (1, 2): "2D", (1, 2, 3): "3D"}
        key = tuple(axis) if isinstance(axis, list) else axis
        shape = tensors[0].call.shape if tensors[0].index == 0 else None
        fits = key in axes and (shape is None or len(shape) == int(axes[key][0]) + 1)
        return new_layer(f"Global{kind}Pooling{axes[key]}") if fits else None
    return None


def unpack_outputs(interp: Interpreter, node: ast.AST, tensor: Tensor, many: int) -> list[Any]:
    """The outputs of a call one by one: ``x, h, c = lstm(x)``."""
    if isinstance(tensor.call.layer, Layer) and tensor.index == 0 and many <= 8:
        return [Tensor(tensor.call, i) for i in range(many)]
    interp.report_unknown(node, "it cannot be taken apart")
    return [Unknown() for _ in range(many)]


def is_tensor(value: Any) -> bool:
    """Whether a tensor is it, or in it."""
    if isinstance(value, Tensor):
        return True
    if isinstance(value, list | tuple):
        count_items(value)
        return any(isinstance(v, Tensor) for v in walk(value))
    return False


def leave_out(interp: Interpreter, node: ast.Call, *_: Any) -> Opaque:
    """A method that has no part in the project."""
    return Opaque()
