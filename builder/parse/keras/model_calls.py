"""Sequential, Model and Input, and the methods of models and layers."""

from __future__ import annotations

import ast
from typing import Any

from builder.catalog.layers import own
from builder.code.subclass import MODELS_OWN
from builder.parse.data import preparation
from builder.parse.data.arrays import DataArray
from builder.parse.interpreter.imports import tidy_name
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    CannotEvaluate,
    Keywords,
    Opaque,
    Unknown,
    UserInstance,
    count_items,
    resolve_number,
    walk,
)
from builder.parse.keras import (
    compile_and_fit,
    constructors,
    layer_arguments,
    legacy,
    symbolic_calls,
    symbolic_model,
)
from builder.parse.keras.symbolic_model import Layer, Model, Tensor
from builder.spec import MAX_LAYERS

AFTERWARDS = {
    "evaluate": "Evaluating",
    "predict": "Predicting",
    "save": "Saving",
    "predict_classes": "Predicting",
    "predict_proba": "Predicting",
    "save_weights": "Saving",
    "to_json": "Saving",
    "export": "Saving",
    "evaluate_generator": "Evaluating",
    "predict_generator": "Predicting",
}
"""Methods with nothing to do about: Layerwise does that by itself."""

OF_OLD = ("reset_states", "to_yaml", "get_updates_for")
"""Methods that models of older Keras had, with nothing to do about either."""

WEIGHTS = ("load_weights", "set_weights", "get_weights")


def make_sequential(interp: Interpreter, node: ast.AST, args: Args, kw: Keywords) -> Model:
    """``keras.Sequential([…])``."""
    model = Model("sequential", _model_name(kw.get("name")), getattr(node, "lineno", 0))
    interp.models.append(model)
    layers = args[0] if args else kw.get("layers")
    if layers is not None:
        count_items(layers)
        for item in walk(layers if isinstance(layers, list) else [layers]):
            add_layer(interp, node, model, item)
    return model


def add_layer(interp: Interpreter, node: ast.AST, model: Model, item: Any) -> None:
    """``model.add(layer)``."""
    if isinstance(item, Tensor) and item.call.layer.is_input:
        item = item.call.layer
    if isinstance(item, UserInstance) and item.of.base == "model":
        made = model_of(interp, item)
        item = item if made.kind == "instance" else made
    if isinstance(item, Model) and item.kind == "instance":
        item = item.instance
    if isinstance(item, Model):
        _add_model(interp, node, model, item)
    elif isinstance(item, UserInstance):
        _add_block(interp, node, model, item)
    elif isinstance(item, Unknown):
        interp.report_unknown(node, "a layer that was not understood is left out of the model")
    elif not isinstance(item, Layer):
        interp.report_unknown(node, "this is no layer: left out")
    elif item.is_input and model.stack:
        interp.report_unknown(node, "an Input can only come first: left out")
    else:
        if item.said and item.shape is not None:
            _tell_shape(interp, item, first=not model.stack)
        model.stack.append(item)


def _add_block(interp: Interpreter, node: ast.AST, model: Model, item: UserInstance) -> None:
    """A layer or model class of the text's own in a stack: its layers, as when it is called."""
    name = item.of.node.name
    start = symbolic_calls.record_call(interp, Layer(None), [])
    start.call.last = _last_of(model)
    start.call.shape = _shape_before(model)
    result = interp.call(node, item, [start], {})
    if item.of.base == "model":
        model_of(interp, item).used = True
    if not isinstance(result, Tensor) or result.index:
        text = f"{name} is a layer of your own: left out of the stack{own_layers_hint(name)}"
        interp.report_unknown(node, text)
        return
    block = Model("open", "", getattr(node, "lineno", 0), inputs=[start], outputs=[result])
    calls = symbolic_model.reachable_calls(block)[1:]
    interp.steps += len(calls)
    if len(model.stack) + len(calls) > MAX_LAYERS:
        raise CannotEvaluate(f"the model has more than {MAX_LAYERS:,} layers")
    chain = [start.call, *calls]
    is_chain = all(
        [t.call for t in call.reads] == [before] and not call.named
        for before, call in zip(chain, calls, strict=False)
    )
    is_once = len({id(c.layer) for c in calls}) == len(calls)
    if is_chain and is_once and not any(t.index for c in calls for t in c.reads):
        model.stack += [call.layer for call in calls]
    elif calls:
        model.stack.append(Layer(None, "", block))


def _shape_before(model: Model) -> tuple[int | None, ...] | None:
    """The shape of what a stack gives, where its records say it."""
    shape = symbolic_model.input_shape(model)
    for layer in model.stack:
        before = Tensor(symbolic_model.LayerCall(layer, shape=shape))
        shape = shape if layer.is_input else symbolic_calls.static_shape(layer, [before])
    return shape


def _last_of(model: Model) -> int | None:
    """The size of the last axis of what a stack gives, where its layers alone say it."""
    before: list[Tensor] = []
    for layer in model.stack:
        inner = layer.inner
        if inner is not None:
            end = inner.outputs[0].call.last if inner.outputs else None
        else:
            end = symbolic_calls.last_axis(layer, before)
        call = symbolic_model.LayerCall(layer, last=end)
        before = [Tensor(call)]
    first = symbolic_model.input_shape(model) or (None,)
    return before[0].call.last if before else first[-1]


def own_layers_hint(name: str) -> str:
    """What to say behind a layer class of the text's own that cannot be read."""
    there = ", ".join(own.BY_NAME)
    if name in own.BY_NAME:
        return f". Layerwise has a {name} too, with other code: add that one if it does the same"
    return f". Beside Keras's layers there are {there} here"


def _add_model(interp: Interpreter, node: ast.AST, model: Model, item: Model) -> None:
    item.used = True
    if item is model:
        interp.report_unknown(node, "a model cannot hold itself")
    elif item.kind == "instance":
        interp.report_unknown(node, "a class of your own inside a stack is not read: left out")
    elif item.kind == "sequential" and not symbolic_calls.has_input(item):
        if len(model.stack) + len(item.stack) > MAX_LAYERS:
            raise CannotEvaluate(f"the model has more than {MAX_LAYERS:,} layers")
        model.stack += item.stack
    else:
        model.stack.append(Layer(None, item.name, item))


def _tell_shape(interp: Interpreter, layer: Layer, first: bool) -> None:
    if first:
        text = f"{layer.said} became an Input of the shape {layer.shape}."
    else:
        text = f"{layer.said} is left out: only the first layer says what the model reads."
    interp.report_translation(layer.line, text)


def make_functional(interp: Interpreter, node: ast.AST, args: Args, kw: Keywords) -> Any:
    """``keras.Model(inputs, outputs)``."""
    arguments = dict(zip(("inputs", "outputs"), args, strict=False)) | kw
    ends = [
        arguments.get("inputs", arguments.get("input")),
        arguments.get("outputs", arguments.get("output")),
    ]
    for end in ends:
        count_items(end)
    inputs, outputs = (
        list(walk(list(e.values()) if isinstance(e, dict) else [e])) for e in ends
    )  # fmt: skip
    model = Model("functional", _model_name(arguments.get("name")), getattr(node, "lineno", 0))
    if any(isinstance(v, Opaque) for v in (*inputs, *outputs)):
        model.aside = True
        return model
    if not all(isinstance(v, Tensor) for v in (*inputs, *outputs)):
        return interp.report_unknown(node, "its inputs and outputs could not be worked out")
    if any(not t.call.layer.is_input for t in inputs):
        model.aside = True
        return model
    model.inputs, model.outputs = inputs, outputs
    interp.models.append(model)
    return model


def make_input(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``keras.Input(shape=(28, 28))``."""
    if "name" in kw and not isinstance(kw["name"], str):
        kw["name"] = None
    if "shape" not in kw and args:
        kw["shape"], args = args[0], args[1:]
    if "shape" in kw and isinstance(resolve_number(kw["shape"]), int):
        kw["shape"] = [resolve_number(kw["shape"])]
        interp.report_translation(node, "The shape of an Input is written with a comma: (784,).")
    if isinstance(kw.get("shape"), list):
        result = layer_arguments.read_sizes(interp, node, kw["shape"])
        kw["shape"] = None if result is None else list(result)
    if args:
        kw["batch_size"] = args[0]
    layer = constructors.construct(interp, node, ("layers", "InputLayer"), [], kw)
    return symbolic_calls.record_call(interp, layer, []) if isinstance(layer, Layer) else layer


def merge_tensors(interp: Interpreter, node: ast.Call, name: str, args: Args, kw: Keywords) -> Any:
    """``layers.add([a, b])``, and Keras 1's ``merge([a, b], mode="concat")``."""
    tensors = args[0] if args else kw.pop("inputs", None)
    class_name = legacy.FUNCTIONS.get(name)
    if name == "merge":
        mode = kw.pop("mode", args[1] if len(args) > 1 else "sum")
        class_name = legacy.MERGE_MODES.get(mode) if isinstance(mode, str) else None
        axis = kw.pop("concat_axis", None)
        kw = {"axis": axis} if axis is not None and class_name == "Concatenate" else {}
        args = args[:1]
        if class_name:
            interp.report_translation(node, f"merge is the layer {class_name} today.")
    if class_name is None:
        return interp.report_unknown(node, "this way of joining is not one we know")
    layer = constructors.construct(interp, node, ("layers", class_name), args[1:], kw)
    return (
        symbolic_calls.call_layer(interp, node, layer, [tensors], {})
        if isinstance(layer, Layer)
        else layer
    )


def model_of(interp: Interpreter, instance: UserInstance) -> Any:
    """The model that an object of a class of the text is; one for each object."""
    if instance.of.base != "model":
        return Unknown()
    made = instance.fields.get("__model__")
    if made is None:
        made = Model("instance", instance.name, instance.line, instance=instance)
        instance.fields["__model__"] = made
        interp.models.append(made)
    return made


def call_again(interp: Interpreter, node: ast.AST, model: Model, args: Args, kw: Keywords) -> Any:
    """A model called as a layer: one for each model, so that two calls share it."""
    if model.as_layer is None:
        model.as_layer = Layer(None, model.name, model)
    return symbolic_calls.call_layer(interp, node, model.as_layer, args, kw)


def call_model_method(
    interp: Interpreter, node: ast.Call, model: Model, name: str, args: Args, kw: Keywords
) -> Any:
    """``model.name(args)``."""
    if name in ("add", "pop") and model.kind == "sequential":
        if name == "add":
            add_layer(interp, node, model, args[0] if args else kw.get("layer"))
        elif model.stack:
            model.stack.pop()
        return None
    if name == "compile":
        model.compiled = compile_and_fit.read_compile(interp, node, args, kw)
        layers = list(symbolic_model.every_layer(model))
        interp.steps += len(layers)
        model.then = {id(v): v.spec for v in layers if v.spec is not None}
        return None
    if name in ("fit", "fit_generator", "train_on_batch"):
        return _fit(interp, node, model, name, args, kw)
    if name in ("build", "get_layer"):
        how = _build if name == "build" else _layer
        return how(interp, node, model, args, kw)
    if name in AFTERWARDS:
        value = args[0] if args else kw.get("x")
        x = model.fitted.x if model.fitted is not None else None
        if (
            isinstance(value, DataArray)
            and isinstance(x, DataArray)
            and not preparation.is_same_preparation(value, x)
        ):
            interp.report_different(node, "Ours prepares the test data just as the training data.")
        if not model.aside and not interp.was_reported(AFTERWARDS[name]):
            interp.report_note(node, f"{AFTERWARDS[name]} has its own page: nothing to do here.")
        return Opaque()
    if name in ("add_loss", "add_metric"):
        text = "what is added to the loss of the model is not read: left out"
        return interp.report_unknown(node, text) and Opaque()
    if name in WEIGHTS:
        return (
            interp.report_unknown(node, "weights are no part of a project: left out") and Opaque()
        )
    if name not in MODELS_OWN and name not in OF_OLD:
        return interp.report_unknown(node, f"a model of Keras has no {name[:60]!r}: left out")
    return Opaque()


def _names(model: Model) -> list[tuple[str, Layer]]:
    """The layers of a Sequential or functional model in order, by name."""
    if model.kind == "instance":
        return []
    stacked = [symbolic_model.LayerCall(layer) for layer in model.stack]
    calls = stacked if model.kind == "sequential" else symbolic_model.reachable_calls(model)
    names = symbolic_model.layer_names(calls)
    return [(names[id(v)], v) for v in {id(c.layer): c.layer for c in calls}.values()]


def _layer(interp: Interpreter, node: ast.Call, model: Model, args: Args, kw: Keywords) -> Any:
    """``model.get_layer("dense_1")`` or ``get_layer(index=2)``; Opaque where nobody can say."""
    names = _names(model)
    interp.steps += len(names)
    asked = resolve_number(args[0] if args else kw.get("name", kw.get("index")))
    if isinstance(asked, int) and not isinstance(asked, bool) and -len(names) <= asked < len(names):
        return [layer for _, layer in names][asked]
    return next((layer for name, layer in names if name == asked), Opaque())


def _fit(
    interp: Interpreter, node: ast.Call, model: Model, name: str, args: Args, kw: Keywords
) -> Any:
    if name == "train_on_batch":
        interp.report_unknown(
            node, "training batch by batch is not read: set epochs on the Train page"
        )
        return Opaque()
    if name == "fit_generator":
        interp.report_translation(node, "fit_generator is called fit today.")
    if model.fitted is not None:
        interp.report_different(
            node, "The model is trained more than once: the last time is taken."
        )
    model.fitted = compile_and_fit.read_fit(interp, node, args, kw, name == "fit_generator")
    return Opaque()


def _build(interp: Interpreter, node: ast.Call, model: Model, args: Args, kw: Keywords) -> Any:
    value = args[0] if args else kw.get("input_shape", kw.get("batch_input_shape"))
    shape = layer_arguments.read_sizes(interp, node, value)
    if shape:
        model.shape = shape[1:]


def _model_name(name: Any) -> str:
    return tidy_name(name) if isinstance(name, str) else ""
