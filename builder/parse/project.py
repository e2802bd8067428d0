"""Build the project from the model, data, ``compile`` and ``fit`` that the interpreter read."""

from __future__ import annotations

import ast
import contextlib
from dataclasses import replace
from typing import Any

from builder import binding, catalog, check, starters
from builder.catalog import applications
from builder.check.graph import asked_columns
from builder.check.graph.ranks import input_ranks
from builder.code import data_source
from builder.datasets import data_to_come
from builder.errors import DataError
from builder.parse import missing_model
from builder.parse.awaited import awaited_array, awaited_dataset
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
from builder.parse.keras import compile_and_fit, symbolic_calls, symbolic_model, user_classes
from builder.parse.keras.compile_and_fit import FitCall
from builder.parse.keras.symbolic_model import Model, Tensor
from builder.parse.text.remarks import DIFFERENT, UNKNOWN, Remarks
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

MOST_OTHERS = 8
"""Of a text with more models, the rest are not offered."""


def build(interp: Interpreter) -> TrainingSpec | None:
    """The project, or None when the text holds no model."""
    model = choose_model(interp) or _from_functions(interp)
    missing_model.report_missing(interp, model)
    return None if model is None else _build_one(interp, model)


def build_others(interp: Interpreter) -> tuple[tuple[str, TrainingSpec], ...]:
    """The other models of the text that can stand alone, each as a project by its name."""
    taken = choose_model(interp)
    made: dict[str, TrainingSpec] = {}
    kept, interp.remarks = interp.remarks, Remarks()
    for model in _standing_alone(interp, taken)[:MOST_OTHERS]:
        interp.limit = interp.steps + 50_000
        try:
            training = _build_one(interp, model, is_other=True)
        except (CannotEvaluate, LimitReached):
            continue
        if training is not None:
            name = model.title or model.name
            same = name in made or (taken is not None and name == (taken.title or taken.name))
            made[f"{name} (line {model.line})" if same else name] = training
    interp.remarks = kept
    if made and taken is not None:
        name = taken.title or taken.name
        text = f"{name} is taken" if name else "The last one is taken"
        names = ", ".join(made)
        interp.remarks.add(
            DIFFERENT, taken.line, f"The text has several models. {text}; others: {names}."
        )
    return tuple(made.items())


def _standing_alone(interp: Interpreter, taken: Model | None) -> list[Model]:
    """Models with a name that say what they read, but for what another only wraps."""
    wrapped: set[int] = set()
    for model in interp.models:
        calls = symbolic_model.reachable_calls(model) if model.kind == "functional" else ()
        inner = [c.layer.inner for c in calls if not c.layer.is_input]
        if len(inner) == 1 and inner[0] is not None:
            wrapped.add(id(inner[0]))
    ready = (m for m in interp.models if m is not taken and not m.aside and not m.base)
    named = (m for m in ready if (m.title or m.name) and _holds_something(m))
    whole = (m for m in named if m.kind == "functional" or symbolic_calls.has_input(m))
    rest = [m for m in whole if m.kind != "instance" and id(m) not in wrapped]
    return [m for m in rest if taken is None or id(taken) not in wrapped or m.line != taken.line]


def _build_one(interp: Interpreter, model: Model, is_other: bool = False) -> TrainingSpec | None:
    if model.fitted is not None and model.compiled is not None:
        model.fitted = compile_and_fit.watch_todays_names(interp, model.fitted, model.compiled)
    fit: FitCall | None = model.fitted
    x = fit.x if fit else missing_model.loaded_data(interp, "x")
    if is_other and not fit and not (x and symbolic_model.input_shape(model) == x.shape):
        x = None
    is_source = isinstance(x, DataArray) and (x.what == "x" or _is_to_come(x))
    source = x if is_source else None
    spec = _put_together(interp, model, source)
    if spec is None and model.instance is not None:
        other = _another(interp, source or missing_model.loaded_data(interp, "x"))
        if other is None:
            return None
        model, fit, spec = other, None, _put_together(interp, other, source)
    if spec is None:
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
    own = [m for m in rest if not m.base]
    for result in (fitted, compiled, own, rest):
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
    shape = x.shape if x is not None else _written_shape(model)
    if model.kind == "sequential" and not symbolic_calls.has_input(model) and model.stack:
        text = f"The Input was added: its shape {shape} is that of the data."
        if x is None or shape or _is_to_come(x):
            model.shape = shape or _guessed_shape(model)
        else:
            text = "The model does not say what it reads: add an Input with the shape of the data."
        if not shape and model.shape:
            interp.shape_guessed = True
            text = (
                "The code does not say which shape its data have:"
                f" {model.shape} is taken until they are here."
            )
        interp.remarks.add(DIFFERENT if model.shape else UNKNOWN, model.line, text)
    _close_pictures(interp, model)
    spec, _ = symbolic_model.model_spec(model)
    if not spec.nodes:
        interp.remarks.add(UNKNOWN, model.line, "The model has no layers.")
        return None
    if x is None or not x.flat:
        return spec
    return flattened.add_flatten(interp, spec, x.data.shape, model.line)


def _close_pictures(interp: Interpreter, model: Model) -> None:
    """A ready-made network that leaves the size of its pictures open is given the usual one."""
    known = {id(m.inputs[0].call): m.base for m in interp.models if m.base and m.inputs}
    for call in (t.call for t in model.inputs):
        name = known.get(id(call), "")
        spec = call.layer.spec
        if name and spec is not None and None in (spec.config.get("shape") or ()):
            side = applications.BY_NAME[name].size
            call.layer.spec = spec.with_(shape=(side, side, 3))
            text = f"The code leaves the size of the pictures open: {side} × {side} is taken."
            interp.remarks.add(DIFFERENT, model.line, text)


def _written_shape(model: Model) -> tuple[int, ...]:
    """Of an example among numbers that the code writes down."""
    sizes: list[int] = []
    item = model.fitted.x if model.fitted else None
    while isinstance(item, list) and item and len(sizes) < 8:
        sizes.append(len(item))
        item = item[0]
    return tuple(sizes[1:]) or ((1,) if sizes else ())


USUAL_SHAPES = {3: (20, 8), 4: (32, 32, 3), 5: (16, 16, 16, 1)}
"""Axes that a first layer reads → a shape of one example, where nothing says it."""


def _guessed_shape(model: Model) -> tuple[int | None, ...]:
    first = model.stack[0]
    if first.spec is None:
        return (10,)
    if catalog.traits_of(first.class_name).index_range:
        return (20,)
    return USUAL_SHAPES.get(next(iter(input_ranks(first.spec)), 2), (10,))


def _follow_call(interp: Interpreter, model: Model, x: DataArray | None) -> Model | None:
    """A model written as a class, its ``call`` followed from an Input."""
    kind = model.instance.of
    for name in (n for n in user_classes.OWN_WAYS if n in kind.methods):
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
    if x is None or _is_to_come(x):
        return _without_data(interp, model, spec, compiled, settings)
    data = preparation.dataset_spec(
        interp, x, fit.y if fit else missing_model.loaded_data(interp, "y")
    )
    if fit is None:
        text = "It has no fit: the data are those loaded here, its settings a starter's."
        interp.remarks.add(DIFFERENT, x.data.line, text)
        settings = starters.project_for_model(spec, compiled).fit
    if model.compiled is None:
        text = "This model has no compile: choose optimizer and loss on the Train page."
        interp.remarks.add(UNKNOWN, model.line, text)
    compiled = _with_first_rate(interp, compiled)
    made = TrainingSpec(spec, data, compile=compiled or Config(), fit=settings, seed=interp.seed)
    if fit and isinstance(fit.y, DataArray) and fit.y.what == binding.X:
        made = flattened.give_back(interp, made, getattr(fit.node, "lineno", 0))
    return made if interp.around is None else _keep_unsaid(made, interp.around)


def _with_columns(
    interp: Interpreter,
    model: Model,
    spec: ModelSpec,
    x: dict[str, DataArray],
    y: dict[str, DataArray],
) -> TrainingSpec:
    fit: FitCall = model.fitted
    if _is_to_come(next(iter(x.values()))):
        first = replace(fit, x=next(iter(x.values())))
        compiled = _with_policy(interp, multi_column.rename_outputs(spec, model.compiled))
        made = _without_data(interp, replace(model, fitted=first), spec, compiled, fit.settings)
        inputs = list(binding.inputs(spec))
        return replace(made, columns=multi_column.bind_columns(spec, inputs, x, y))
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


def _with_first_rate(interp: Interpreter, compiled: Config | None) -> Config | None:
    """The optimizer given the rate with which a schedule of the text begins."""
    optimizer = (compiled or Config()).get("optimizer")
    if interp.first_rate is None or optimizer is None or compiled is None:
        return compiled
    return compiled.with_(optimizer=optimizer.with_(learning_rate=interp.first_rate))


def _keep_unsaid(made: TrainingSpec, before: TrainingSpec) -> TrainingSpec:
    """With what no code says: how it is tuned and distributed."""
    return replace(made, tuner=before.tuner, distribution=before.distribution)


def _without_data(
    interp: Interpreter, model: Model, spec: ModelSpec, compiled: Config | None, settings: Config
) -> TrainingSpec:
    """With data to come, of the shapes that the model asks for."""
    fit: FitCall | None = model.fitted
    compiled = _with_first_rate(interp, compiled)
    x, y = (fit.x, fit.y) if fit else (None, None)
    if interp.around is not None and not _is_to_come(x) and not isinstance(x, list):
        return _around(interp, model, spec, compiled, settings)
    spec = flattened.add_flatten(interp, spec, flattened.GREY, model.line)
    settings, rows = _rows_needed(interp, settings if fit else USUAL_FIT)
    made = TrainingSpec(
        spec,
        ObjectSpec(awaited_array.NAME),
        compile=compiled or Config(),
        fit=settings,
        seed=interp.seed,
    )
    asked = asked_columns.ask(made)
    names = awaited_dataset.author_names(interp.page.tree, fit.node if fit else None)
    if numbers := awaited_dataset.numbers_dataset(asked, x, y, names):
        if held := [names[n] for n in ("x_test", "y_test") if n in names]:
            text = (
                f"The numbers for the test ({', '.join(held)}) are not kept: those that are learned"
                " are asked again."
            )
            interp.remarks.add(DIFFERENT, 0, text)
        return replace(made, dataset=numbers)
    if not binding.is_single_column(made):
        made = replace(made, columns=Config({n: n for n in (*asked.inputs, *asked.targets)}))
    made = replace(made, dataset=awaited_dataset.dataset_spec(asked, x, y, names, rows))
    said = made.dataset.config.get("said", Config())
    varied = said.get("augmented", ())
    if varied and "=" not in varied[0] and not _is_own_script(x):
        text = f"{', '.join(varied)}: put such layers behind the Input to vary the pictures."
        interp.remarks.add(DIFFERENT, 0, text)
    if not _is_own_script(x):
        config = made.dataset.config
        text = f"{data_to_come.awaits(config)} {data_to_come.remedy(config)}"
        interp.remarks.add(DIFFERENT, 0, text)
    if not {"optimizer", "loss"} <= set(made.compile):
        text = "What compile does not say is what usually suits such an end of a model."
        interp.remarks.add(DIFFERENT, 0, text)
        with contextlib.suppress(DataError):  # what cannot be made up is told where it is loaded
            made = _with_usual_compile(made)
    if fit is None:
        interp.remarks.add(DIFFERENT, 0, "There is no fit: its settings are usual ones.")
    return made if interp.around is None else _keep_unsaid(made, interp.around)


def _rows_needed(interp: Interpreter, settings: Config) -> tuple[Config, int]:
    """How many rows must be made up for these settings of ``fit``, which lose steps that take more
    than there can be."""
    usual, most = int(data_to_come.ENTRY.args["rows"]), int(ROWS.max or 0)
    batch, steps = settings.get("batch_size", 32), settings.get("steps_per_epoch")
    learned = 0.8 * (1 - min(settings.get("validation_split", 0.0), 0.9))
    if isinstance(steps, int) and steps * batch > usual * learned:
        text = "steps_per_epoch is not kept: an epoch sees every example once."
        interp.remarks.add(DIFFERENT, 0, text)
        settings = settings.without("steps_per_epoch")
    needed = 2 * batch / learned
    return settings, usual if needed <= usual else min(most, -(-int(needed + 1) // 100) * 100)


ROWS = data_to_come.ENTRY.extra["params"]["rows"]
USUAL_FIT = Config(epochs=10, batch_size=32, validation_split=0.2)
"""What code without ``fit`` is given."""


def _with_usual_compile(made: TrainingSpec) -> TrainingSpec:
    if len(binding.outputs(made.model)) > 1:
        made = check.adapt_to_outputs(made, data_source.expected_facts(made.dataset))
        return made.with_compile(**{"optimizer": ObjectSpec("Adam"), **made.compile})
    facts = data_source.expected_facts(made.dataset)
    assert facts is not None
    loss, metrics, _ = check.recommend_loss(facts)
    if facts.target.task == "regression" and facts.target.whole:  # zeros and ones in any shape
        loss, metrics = ObjectSpec("BinaryCrossentropy"), (ObjectSpec("accuracy"),)
    usual = {"optimizer": ObjectSpec("Adam"), "loss": loss, "metrics": metrics}
    return replace(made, compile=Config(usual, **made.compile))


def _is_to_come(x: Any) -> bool:
    return isinstance(x, DataArray) and x.data.dataset == awaited_array.NAME


def _is_own_script(x: Any) -> bool:
    """Whether these are the made-up data of a script of ours, which says all of them."""
    return _is_to_come(x) and "inputs" in x.data.config


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
