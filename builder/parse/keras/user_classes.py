"""Follow models and layers that the text defines as classes through their ``call``."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data.arrays import DataArray
from builder.parse.interpreter.imports import tidy_name
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    Args,
    BoundMethod,
    Keywords,
    Opaque,
    TrainingFlag,
    Unknown,
    UserClass,
    UserFunction,
    UserInstance,
    count_items,
    walk,
)
from builder.parse.keras import model_calls, symbolic_calls
from builder.parse.keras.symbolic_model import NOISE, Layer, Model, Shape, Tensor, shape_of
from builder.spec import unique_name

OWN_WAYS = ("train_step", "test_step", "compute_loss", "fit")
"""Methods by which a class of a model trains in its own way."""

LAMBDA = "__lambda__"
"""Field of an object that stands for a Lambda: its function takes no ``self``."""

WEIGHTS = ("add_weight", "add_variable", "Variable")
"""What a class makes weights with."""


def make_instance(
    interp: Interpreter, node: ast.Call, kind: UserClass, args: Args, kw: Keywords
) -> Any:
    """An object of a class of the text; ``__init__`` is followed."""
    if kind.base == "callback":  # told where it is handed over
        return Opaque()
    if kind.base == "other":
        if not interp.foreign and not any(isinstance(v, Opaque | Unknown) for v in args):
            interp.report_unknown(node, f"the class {kind.node.name} is not followed: left out")
        return Opaque()
    if kind.base == "model" and not {"call", "__init__"} & kind.methods.keys():
        ends = (*args, *(kw[k] for k in ("inputs", "outputs") if k in kw))
        if any(symbolic_calls.is_tensor(v) for v in ends):
            return _functional(interp, node, kind, args, kw)
    made = UserInstance(kind, line=node.lineno)
    name = kw.get("name")
    made.name = tidy_name(name) if isinstance(name, str) else ""
    start = kind.methods.get("__init__")
    if start is not None:
        interp.call(node, start, [made, *args], kw)
    if kind.base == "model":
        model_calls.model_of(interp, made)
    return made


def _functional(
    interp: Interpreter, node: ast.Call, kind: UserClass, args: Args, kw: Keywords
) -> Any:
    """``Mine(inputs, outputs)`` of a class that only trains in its own way."""
    for name in (n for n in OWN_WAYS if n in kind.methods):
        text = f"{kind.node.name} has a {name} of its own: Layerwise trains as Keras's fit does."
        interp.report_unread(kind.methods[name].node, text)
    return model_calls.make_functional(interp, node, args, kw)


def follow_instance(
    interp: Interpreter, node: ast.AST, value: UserInstance, args: Args, kw: Keywords
) -> Any:
    """Calling an object of the text's own layer or model class: its ``call`` is followed."""
    follow = value.of.methods.get("call")
    if value.of.base == "":
        follow = value.of.methods.get("__call__")
        return interp.call(node, follow, [value, *args], kw) if follow else Opaque()
    if follow is None or any(isinstance(a, Opaque | DataArray) for a in args):
        return Opaque()
    inputs = [
        v for a in (*args, *kw.values()) for v in (a.values() if isinstance(a, dict) else [a])
    ]
    if not any(symbolic_calls.is_tensor(v) for v in inputs):
        return interp.report_unknown(node, "it can only be called on what a layer gives")
    if value.of.base == "model":
        model = model_calls.model_of(interp, value)
        tensors = _tensors(inputs)
        if model.kind == "functional":
            return model_calls.call_again(interp, node, model, [tensors], kw)
        if tensors and _made_here(node) and all(t.call.layer.is_input for t in tensors):
            return _call_on_inputs(interp, node, follow, value, model, tensors, args)
        model.used = True
    elif _has_weights(interp, value.of):
        return _left_out(interp, node, value, inputs, "it makes weights of its own")
    _build(interp, node, value, inputs)
    _name_fields(value)
    keywords = _accepted_keywords(follow, kw | value.fields.get(LAMBDA, {}))
    interp.inside += 1
    try:
        result = interp.call(node, follow, [*([] if LAMBDA in value.fields else [value]), *args],
                             keywords)  # fmt: skip
    finally:
        interp.inside -= 1
    if value.of.base != "layer":
        return result
    ends = [result] if isinstance(result, Tensor) else []
    if any(symbolic_calls.draws(t, NOISE) for t in ends):
        sampled = symbolic_calls.sampling_of(ends[0])
        if sampled is None:
            return _left_out(interp, node, value, inputs, "it draws by chance")
        return _sample(interp, node, value, sampled)
    if not _tensors(list(result.values()) if isinstance(result, dict) else [result]):
        return _left_out(interp, node, value, inputs, "what its call gives could not be worked out")
    interp.report_translation(node, f"{value.of.node.name} is taken apart into its layers.")
    return result


def _sample(interp: Interpreter, node: ast.AST, value: UserInstance, reads: list[Tensor]) -> Any:
    """``mean + exp(0.5 * log_var) * noise`` as the layer Sampling."""
    says_kl = any("kl" in line.lower() for line in interp.page.lines)
    layer = symbolic_calls.new_layer("Sampling", **({} if says_kl else {"kl_weight": 0.0}))
    more = ", which adds the KL loss itself" if says_kl else ""
    interp.report_different(node, f"{value.of.node.name} became the layer Sampling{more}.")
    return symbolic_calls.record_call(interp, layer, reads)


def _build(interp: Interpreter, node: ast.AST, value: UserInstance, values: list[Any]) -> None:
    """What ``build`` makes, as Keras calls it before the first ``call``."""
    start = value.of.methods.get("build")
    if start is None or "__built__" in value.fields:
        return
    value.fields["__built__"] = True
    tensors = _tensors(values)
    shape = shape_of(tensors[0]) if len(tensors) == 1 else Shape(None)
    interp.call(node, start, [value, shape], {})


def _accepted_keywords(follow: UserFunction, kw: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments that a ``call`` knows, with what Keras hands it by itself."""
    known = {a.arg for a in follow.node.args.args}
    values = {k: v for k, v in kw.items() if k in known}
    if "training" in known:
        values["training"] = TrainingFlag()
    return values | ({"mask": None} if "mask" in known else {})


def _has_weights(interp: Interpreter, kind: UserClass) -> bool:
    if kind.weights is None:
        methods = [n for f in kind.methods.values() for n in ast.walk(f.node)]
        interp.steps += len(methods) // 10
        kind.weights = any(isinstance(n, ast.Attribute) and n.attr in WEIGHTS for n in methods)
    return kind.weights


def _left_out(
    interp: Interpreter, node: ast.AST, value: UserInstance, values: list[Any], why: str
) -> Any:
    """A layer class of the text's own that cannot be layers of Keras: a gap in the graph."""
    name = value.of.node.name
    if LAMBDA in value.fields:
        text = "a Lambda holds code of your own, which is never run: left out; what follows reads"
        interp.report_unknown(node, f"{text} what it read")
        return _tensors(values)[0]
    message = f"{name} is a layer of your own, and {why}: left out; what follows reads what it read"
    interp.report_unknown(node, f"{message}{model_calls.own_layers_hint(name)}")
    return _tensors(values)[0]


def _made_here(node: ast.AST) -> bool:
    """Whether a call makes its arguments itself: ``model(keras.Input((3,)))``."""
    values = node.args if isinstance(node, ast.Call) else []
    return any(isinstance(n, ast.Call) for item in values for n in ast.walk(item))


def _tensors(values: list[Any]) -> list[Tensor]:
    for item in values:
        count_items(item)
    return [t for t in walk(values) if isinstance(t, Tensor)]


def _call_on_inputs(
    interp: Interpreter,
    node: ast.AST,
    follow: UserFunction,
    value: UserInstance,
    model: Model,
    inputs: list[Tensor],
    args: list[Any],
) -> Any:
    """A model of the text's own class called on Inputs: it is known from then on as a graph."""
    extra = {"training": TrainingFlag()} if _takes(follow, "training") else {}
    result = interp.call(node, follow, [value, *args], extra)
    ends = list(result.values()) if isinstance(result, dict) else [result]
    outputs = list(walk(ends))
    if outputs and all(isinstance(t, Tensor) for t in outputs):
        model.kind, model.inputs, model.outputs = "functional", inputs, outputs
    return result


def _takes(function: UserFunction, name: str) -> bool:
    return any(a.arg == name for a in function.node.args.args)


def lambda_instance(
    node: ast.Call, function: UserFunction, name: Any, kw: Keywords
) -> UserInstance:
    """A Lambda as an object of a layer class whose ``call`` is its function."""
    body = ast.ClassDef(name="The Lambda", bases=[], keywords=[], body=[], decorator_list=[])
    kind = UserClass(ast.copy_location(body, node), function.home, "layer", {"call": function})
    made = UserInstance(kind, {LAMBDA: kw}, line=node.lineno)
    made.name = tidy_name(name) if isinstance(name, str) else ""
    return made


def _name_fields(value: UserInstance) -> None:
    """Layers of a block are called after it where their names would meet twice."""
    if value.of.base != "layer" or not value.name:
        return
    for name, item in value.fields.items():
        if isinstance(item, Layer) and item.name == name:
            item.name = unique_name(f"{value.name}_{name}", set())


def _class_attribute(interp: Interpreter, node: ast.AST, value: UserClass, name: str) -> Any:
    return value.methods.get(name, value.values.get(name, BoundMethod(value, name)))


def _attribute(interp: Interpreter, node: ast.AST, value: UserInstance, name: str) -> Any:
    if name in value.fields:
        return value.fields[name]
    if name in value.of.methods:
        return BoundMethod(value, name)
    if name in value.of.values:
        return value.of.values[name]
    if value.of.base == "model":
        return BoundMethod(model_calls.model_of(interp, value), name)
    return Opaque() if value.of.base != "layer" else BoundMethod(value, name)


def _method(
    interp: Interpreter, node: ast.Call, value: UserInstance, name: str, args: Args, kw: Keywords
) -> Any:
    if name in value.of.methods:
        return interp.call(node, value.of.methods[name], [value, *args], kw)
    if name == "add_weight":
        return interp.report_unknown(node, "a layer with weights of its own is not read")
    return Opaque()


def _set_attribute(
    interp: Interpreter, target: ast.Attribute, value: UserInstance, item: Any
) -> None:
    value.fields[target.attr] = item
    if isinstance(item, Model):
        item.title = item.title or target.attr.strip("_")
    if isinstance(item, Layer) and not item.name and value.of.base:
        item.name = tidy_name(target.attr.strip("_"))


HANDLERS: dict[type, Handlers] = {
    UserClass: Handlers(
        call=make_instance, method=symbolic_calls.leave_out, attribute=_class_attribute
    ),
    UserInstance: Handlers(
        call=follow_instance, method=_method, attribute=_attribute, set_attribute=_set_attribute
    ),
}
"""What can be done with classes of the text, and with their objects."""
