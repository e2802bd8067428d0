"""Build the project from the model, data, ``compile`` and ``fit`` that the interpreter read."""

from __future__ import annotations

import ast
from dataclasses import replace

from builder import starters
from builder.parse import missing_model
from builder.parse.data import flattened, multi_column, preparation
from builder.parse.data.arrays import DataArray
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    CannotEvaluate,
    LimitReached,
    UserClass,
    UserFunction,
    walk,
)
from builder.parse.keras import symbolic_calls, symbolic_model
from builder.parse.keras.compile_and_fit import FitCall
from builder.parse.keras.symbolic_model import Model, Tensor
from builder.parse.text.remarks import DIFFERENT, UNKNOWN
from builder.spec import Config, ModelSpec, TrainingSpec

OWN_WAYS = ("train_step", "test_step", "compute_loss", "fit")
"""Methods by which a class of a model trains in its own way."""


def build(interp: Interpreter) -> TrainingSpec | None:
    """The project, or None when the text holds no model."""
    model = choose_model(interp) or _from_functions(interp)
    missing_model.report_missing(interp, model)
    if model is None:
        return None
    fit: FitCall | None = model.fitted
    x = fit.x if fit else missing_model.loaded_data(interp, "x")
    source = x if isinstance(x, DataArray) and x.what == "x" else None
    spec = _put_together(interp, model, source)
    if spec is None and model.instance is not None:
        model = _another(interp, source or missing_model.loaded_data(interp, "x"))
        fit, spec = None, _put_together(interp, model, source) if model else None
    if model is None or spec is None:
        return None
    x_columns, y_columns = (
        multi_column.named_columns(x),
        multi_column.named_columns(fit.y if fit else None),
    )
    if x_columns and y_columns:
        return _with_columns(interp, model, spec, x_columns, y_columns)
    return _training(interp, model, spec, source)


def _put_together(interp: Interpreter, model: Model, source: DataArray | None) -> ModelSpec | None:
    try:
        return _spec(interp, model, source)
    except (CannotEvaluate, LimitReached) as problem:
        interp.remarks.add(UNKNOWN, model.line, f"The model could not be put together: {problem}.")
        return None


def _another(interp: Interpreter, x: DataArray | None) -> Model | None:
    """A model that is no class, where a class that holds it could not be read.

    The last one that reads the data, else the last.
    """
    result: list[Model] = [
        m for m in interp.models if m.instance is None and not m.aside and _holds_something(m)
    ]
    result.sort(key=lambda m: x is not None and symbolic_model.input_shape(m) == x.shape)
    if not result:
        return None
    text = "This model is taken, because the class that holds it could not be read."
    interp.remarks.add(DIFFERENT, result[-1].line, text)
    return result[-1]


def choose_model(interp: Interpreter) -> Model | None:
    """The model that is trained; else the last compiled; else the last made that stands alone."""
    alone: list[Model] = [m for m in interp.models if not m.aside]
    fitted = [m for m in alone if m.fitted is not None]
    if len(fitted) > 1:
        interp.remarks.add(
            DIFFERENT, fitted[-1].line, f"{len(fitted)} models are trained: the last is taken."
        )
    compiled = [m for m in alone if m.compiled is not None]
    rest = [m for m in alone if not m.used and _holds_something(m)]
    for result in (fitted, compiled, rest):
        if result:
            return result[-1]
    return None


def _holds_something(model: Model) -> bool:
    return bool(model.stack or model.outputs or model.instance)


def _from_functions(interp: Interpreter) -> Model | None:
    """A model made by a function that the text defines and never calls."""
    for item in interp.functions:
        before = len(interp.models)
        interp.limit = interp.steps + 50_000
        try:
            if isinstance(item, UserClass):
                interp.call(_no_call(item.node), item, [], {})
            elif isinstance(item, UserFunction) and not item.calls:
                interp.call(item.node, item, [], {})
        except (CannotEvaluate, LimitReached):
            continue
        made = choose_model(interp) if len(interp.models) > before else None
        if made is not None:
            name = item.node.name if hasattr(item.node, "name") else "a function"
            text = f"{name} is never called here: it was read as if it were."
            interp.remarks.add(DIFFERENT, item.node.lineno, text)
            return made
    return None


def _no_call(node: ast.AST) -> ast.Call:
    made = ast.Call(ast.Name("model", ast.Load()), [], [])
    return ast.copy_location(made, node)


def _spec(interp: Interpreter, model: Model, x: DataArray | None) -> ModelSpec | None:
    if model.kind == "instance":
        result = _follow_call(interp, model, x)
        if result is None:
            return None
        model = result
    shape = x.shape if x is not None else ()
    if model.kind == "sequential" and not symbolic_calls.has_input(model) and model.stack:
        if shape:
            model.shape = shape
            text = f"The Input was added: its shape {shape} is that of the data."
        else:
            text = "The model does not say what it reads: add an Input with the shape of the data."
        interp.remarks.add(DIFFERENT if shape else UNKNOWN, model.line, text)
    spec, _ = symbolic_model.model_spec(model)
    if not spec.nodes:
        interp.remarks.add(UNKNOWN, model.line, "The model has no layers.")
        return None
    if x is None or not x.flat:
        return spec
    return flattened.add_flatten(interp, spec, x.data.shape, model.line)


def _follow_call(interp: Interpreter, model: Model, x: DataArray | None) -> Model | None:
    """A model written as a class, its ``call`` followed from an Input."""
    kind = model.instance.of
    for name in (n for n in OWN_WAYS if n in kind.methods):
        text = f"{kind.node.name} has a {name} of its own: Layerwise trains as Keras's fit does."
        interp.remarks.add(UNKNOWN, kind.methods[name].node.lineno, text)
    if "call" not in kind.methods:
        text = f"{kind.node.name} has no call, which would say what the model does."
        interp.remarks.add(UNKNOWN, kind.node.lineno, text)
        return None
    shape = model.shape or (x.shape if x is not None else None)
    if not shape:
        text = (
            "What this class of model reads is unknown: add a line such as"
            " model.build((None, 28, 28)) with the shape of your data."
        )
        interp.remarks.add(UNKNOWN, model.line, text)
        return None
    start = symbolic_calls.record_call(interp, symbolic_model.input_layer(shape), [])
    interp.limit = interp.steps + 50_000
    call = ast.copy_location(_no_call(model.instance.of.node), model.instance.of.node)
    result = interp.call(call, model.instance, [start], {})
    outputs = list(walk(list(result.values()) if isinstance(result, dict) else [result]))
    if not outputs or not all(isinstance(t, Tensor) for t in outputs):
        text = "What its call returns could not be worked out."
        interp.remarks.add(UNKNOWN, model.instance.of.node.lineno, text)
        return None
    text = f"The class {model.instance.of.node.name} became a graph of its layers."
    interp.remarks.add("translated", model.instance.of.node.lineno, text)
    return replace(model, kind="functional", inputs=[start], outputs=outputs)


def _training(
    interp: Interpreter, model: Model, spec: ModelSpec, x: DataArray | None
) -> TrainingSpec:
    fit: FitCall | None = model.fitted
    compiled = _with_policy(interp, multi_column.rename_outputs(spec, model.compiled))
    settings = fit.settings if fit else Config()
    if x is None:
        return _without_data(interp, model, spec, compiled, settings)
    data = preparation.dataset_spec(
        interp, x, fit.y if fit else missing_model.loaded_data(interp, "y")
    )
    if fit is None:
        text = "It has no fit: the data are those loaded here, its settings a starter's."
        interp.remarks.add(DIFFERENT, x.data.line, text)
        settings = starters.project_for_model(spec, compiled).fit
    elif isinstance(fit.y, DataArray) and fit.y.what == "x":
        text = (
            "The model is to give back what it reads, which cannot be trained here. Our data have"
            " labels to learn instead: change the last layer and the loss for them."
        )
        interp.remarks.add(UNKNOWN, getattr(fit.node, "lineno", 0), text)
    if model.compiled is None:
        text = "This model has no compile: choose optimizer and loss on the Train page."
        interp.remarks.add(UNKNOWN, model.line, text)
    made = TrainingSpec(spec, data, compile=compiled or Config(), fit=settings, seed=interp.seed)
    return made if interp.around is None else _keep_unsaid(made, interp.around)


def _with_columns(
    interp: Interpreter,
    model: Model,
    spec: ModelSpec,
    x: dict[str, DataArray],
    y: dict[str, DataArray],
) -> TrainingSpec:
    fit: FitCall = model.fitted
    inputs = [n.name for n in spec.nodes if flattened.input_shape(spec, n) is not None]
    made = TrainingSpec(
        spec,
        multi_column.dataset_spec(interp, x, y),
        columns=multi_column.bind_columns(spec, inputs, x, y),
        compile=_with_policy(interp, multi_column.rename_outputs(spec, model.compiled)) or Config(),
        fit=fit.settings,
        seed=interp.seed,
    )
    return made if interp.around is None else _keep_unsaid(made, interp.around)


def _with_policy(interp: Interpreter, compiled: Config | None) -> Config | None:
    if interp.policy and interp.policy != "float32":
        return (compiled or Config()).with_(dtype_policy=interp.policy)
    return compiled


def _keep_unsaid(made: TrainingSpec, before: TrainingSpec) -> TrainingSpec:
    """With what no code says: how it is tuned and distributed."""
    return replace(made, tuner=before.tuner, distribution=before.distribution)


def _without_data(
    interp: Interpreter, model: Model, spec: ModelSpec, compiled: Config | None, settings: Config
) -> TrainingSpec:
    if interp.around is not None:
        return _around(interp, model, spec, compiled, settings)
    spec = flattened.add_flatten(interp, spec, flattened.GREY, model.line)
    base = starters.project_for_model(spec, compiled)
    interp.strange_data = True
    text = f"The data were not recognised: {base.dataset.class_name} stands in their place."
    interp.remarks.add(UNKNOWN, 0, text)
    if compiled is not None and {"optimizer", "loss"} <= set(compiled):
        base = replace(base, compile=compiled)
    else:
        text = "What compile does not say was taken from the starter for such data."
        interp.remarks.add(DIFFERENT, 0, text)
    if model.fitted is None:
        interp.remarks.add(DIFFERENT, 0, "There is no fit: its settings were taken from a starter.")
        return replace(base, seed=interp.seed)
    return replace(base, fit=settings, seed=interp.seed)


def _around(
    interp: Interpreter, model: Model, spec: ModelSpec, compiled: Config | None, settings: Config
) -> TrainingSpec:
    """The project the text was made from, with what the text says."""
    base = interp.around
    assert base is not None
    interp.remarks.add(DIFFERENT, 0, "The data were not recognised: the project's own stay.")
    if compiled is None:
        interp.remarks.add(DIFFERENT, 0, "There is no compile: the project's own stays.")
    if model.fitted is None:
        interp.remarks.add(DIFFERENT, 0, "There is no fit: the project's own stays.")
    return replace(
        base,
        model=spec,
        compile=base.compile if compiled is None else compiled,
        fit=base.fit if model.fitted is None else settings,
        seed=interp.seed,
    )
