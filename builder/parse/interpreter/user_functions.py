"""Functions and classes of the text: followed step by step, or recognised as our own scripts'."""

from __future__ import annotations

import ast
import hashlib
from typing import Any

from builder.parse.data import known_datasets, multi_column
from builder.parse.data.arrays import Batches, DataArray, LoadedData
from builder.parse.interpreter import expressions, statements
from builder.parse.interpreter.imports import tidy
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    Keywords,
    Opaque,
    Scope,
    TrainingFlag,
    Unknown,
    UserClass,
    UserFunction,
    UserInstance,
    size,
    walk,
)
from builder.parse.keras import model_calls, symbolic_calls
from builder.parse.keras.symbolic_model import Layer, Model, Shape, Tensor
from builder.spec import unique

WEIGHTS = ("add_weight", "add_variable", "Variable")
"""What a class makes weights with."""


def call_function(interp: Interpreter, function: UserFunction, args: Args, kw: Keywords) -> Any:
    """A function of the text, followed; raises TooMuch when it goes too deep."""
    node = function.node
    function.calls += 1
    if (
        isinstance(node, ast.FunctionDef)
        and (ours := _ours(interp, function, args, kw)) is not None
    ):
        return ours
    scope = Scope(_bound(interp, function, args, kw), function.home)
    outside, interp.scope = interp.scope, scope
    try:
        with interp.nested():
            if isinstance(node, ast.Lambda):
                return expressions.evaluate(interp, node.body)
            if _yields(function):
                return interp.report_unknown(node, "functions that yield are not followed")
            signal = statements.block(interp, node.body)
    finally:
        interp.scope = outside
    result = signal.value if signal is not None else None
    return _unread(result, args)


def _unread(result: Any, args: list[Any]) -> Any:
    """What a function nobody could follow made of data remembers them."""
    data = next((a for a in args if isinstance(a, DataArray) and a.part != "row"), None)
    if data is None or not isinstance(result, Opaque | Unknown):
        return result
    return Opaque(data)


def _yields(function: UserFunction) -> bool:
    if function.yields is None:
        kinds = ast.Yield | ast.YieldFrom
        function.yields = any(isinstance(n, kinds) for n in ast.walk(function.node))
    return function.yields


def _print(function: UserFunction) -> str:
    function.print = function.print or known_datasets.fingerprint(function.node)
    return function.print


def _bound(interp: Interpreter, function: UserFunction, args: Args, kw: Keywords) -> dict[str, Any]:
    """The arguments by name; a missing one is Unknown."""
    asked = function.node.args
    order = [a.arg for a in (*asked.posonlyargs, *asked.args)]
    interp.steps += len(order) // 10
    found: dict[str, Any] = dict(zip(order, args, strict=False))
    found |= {k: v for k, v in kw.items() if k in order or k in {a.arg for a in asked.kwonlyargs}}
    outside, interp.scope = interp.scope, function.home
    try:
        lasts = dict(zip(reversed(order), reversed(asked.defaults), strict=False))
        for name, default in (
            *lasts.items(),
            *((a.arg, d) for a, d in zip(asked.kwonlyargs, asked.kw_defaults, strict=True)),
        ):
            if name not in found and default is not None:
                found[name] = expressions.evaluate(interp, default)
    finally:
        interp.scope = outside
    for name in (*order, *(a.arg for a in asked.kwonlyargs)):
        found.setdefault(name, Unknown())
    if asked.vararg:
        found[asked.vararg.arg] = list(args[len(order) :])
    if asked.kwarg:
        found[asked.kwarg.arg] = {k: v for k, v in kw.items() if k not in found}
    return found


def _ours(interp: Interpreter, function: UserFunction, args: Args, kw: Keywords) -> Any:
    """The data that a function of our own scripts draws; None for everybody else's."""
    node = function.node
    assert isinstance(node, ast.FunctionDef)
    if node.name in multi_column.MADE:
        return multi_column.made(interp, function, args)
    if node.name not in known_datasets.PRINTS:
        return None
    if _print(function) != known_datasets.PRINTS[node.name]:
        return None
    given = dict(zip([a.arg for a in node.args.args], args, strict=False)) | kw
    if node.name in known_datasets.POINTS:
        rows = given.get("samples")
        known = known_datasets.Known(known_datasets.POINTS[node.name], "points", (2,), 2, None)
        config = {k: v for k, v in given.items() if k in ("samples", "noise")}
        config = {k: v for k, v in config.items() if isinstance(v, int | float)}
        drawn = LoadedData(
            known, config, (2,), rows if isinstance(rows, int) else None, None, interp.line
        )
        return [DataArray(drawn, "x", "all"), DataArray(drawn, "y", "all")]
    if node.name == "review_texts":
        return _texts(interp, function, given)
    if node.name != "digits" or not all(
        _is_ours(function.home, n) for n in known_datasets.DIGITS_PARTS
    ):
        return None
    config = {k: v for k, v in given.items() if isinstance(v, int | float)}
    rows = config.get("variants", 8)
    known = known_datasets.Known("Digits", "images", (28, 28), 10, None, True)
    drawn = LoadedData(known, config, (28, 28), None, 1440 * int(rows), interp.line)
    return [[DataArray(drawn, w, p) for w in "xy"] for p in ("train", "test")]


def _texts(interp: Interpreter, function: UserFunction, given: dict[str, Any]) -> Any:
    """The sentences of our own scripts: drawn first for training, then for the test."""
    plain = {k: v for k, v in given.items() if k in ("things", "opinions")}
    print_ = hashlib.sha256(repr(sorted(plain.items())).encode("utf-8", "replace")).hexdigest()
    if not _is_ours(function.home, "written") or print_[:12] != known_datasets.REVIEW_WORDS:
        return None
    function.drawn += 1
    count, first = given.get("count"), function.drawn == 1
    config = {"reviews": count} if first and isinstance(count, int) else {}
    known = known_datasets.Known("ReviewTexts", "texts", (), 2, None, True)
    drawn = LoadedData(known, config, (), None, None, interp.line)
    return [DataArray(drawn, what, "train" if first else "test") for what in "xy"]


def _is_ours(home: Scope, name: str) -> bool:
    function = home.names.get(name)
    return isinstance(function, UserFunction) and _print(function) == known_datasets.PRINTS[name]


def instance(interp: Interpreter, node: ast.Call, kind: UserClass, args: Args, kw: Keywords) -> Any:
    """An object of a class of the text; ``__init__`` is followed."""
    if (
        kind.node.name == "Reshuffled"
        and known_datasets.fingerprint(kind.node) == known_datasets.RESHUFFLED
    ):
        given = dict(zip(("x", "y", "batch_size", "seed"), args, strict=False)) | kw
        return Batches(given.get("x"), given.get("y"), given.get("batch_size"), True)
    if kind.base == "callback":  # told where it is handed over
        return Opaque()
    if not kind.base:
        if not interp.foreign and not any(isinstance(v, Opaque | Unknown) for v in args):
            interp.report_unknown(node, f"the class {kind.node.name} is not followed: left out")
        return Opaque()
    made = UserInstance(kind, line=node.lineno)
    name = kw.get("name")
    made.name = tidy(name) if isinstance(name, str) else ""
    start = kind.methods.get("__init__")
    if start is not None:
        call_function(interp, start, [made, *args], kw)
    if kind.base == "model":
        model_calls.as_model(interp, made)
    return made


def followed(
    interp: Interpreter, node: ast.AST, value: UserInstance, args: Args, kw: Keywords
) -> Any:
    """Calling an object of the text's own layer or model class: its ``call`` is followed."""
    follow = value.of.methods.get("call")
    if follow is None or any(isinstance(a, Opaque | DataArray) for a in args):
        return Opaque()
    given = [v for a in (*args, *kw.values()) for v in (a.values() if isinstance(a, dict) else [a])]
    if not any(symbolic_calls.is_tensor(v) for v in given):
        return interp.report_unknown(node, "it can only be called on what a layer gives")
    if value.of.base == "model":
        model = model_calls.as_model(interp, value)
        tensors = _tensors(given)
        if model.kind == "functional":
            return model_calls.again(interp, node, model, [tensors], kw)
        if tensors and _made_here(node) and all(t.call.layer.is_input for t in tensors):
            return _shaped(interp, follow, value, model, tensors, args)
        model.used = True
    elif _has_weights(interp, value.of):
        return _left_out(interp, node, value, given, "it makes weights of its own")
    _build(interp, value, given)
    _name_fields(value)
    result = call_function(interp, follow, [value, *args], _taken(follow, kw))
    if value.of.base != "layer":
        return result
    if not _tensors(list(result.values()) if isinstance(result, dict) else [result]):
        return _left_out(interp, node, value, given, "what its call gives could not be worked out")
    interp.report_translation(node, f"{value.of.node.name} is taken apart into its layers.")
    return result


def _build(interp: Interpreter, value: UserInstance, given: list[Any]) -> None:
    """What ``build`` makes, as Keras calls it before the first ``call``."""
    start = value.of.methods.get("build")
    if start is None or "__built__" in value.fields:
        return
    value.fields["__built__"] = True
    tensors = _tensors(given)
    shape = Shape(tensors[0].call.last if len(tensors) == 1 else None)
    call_function(interp, start, [value, shape], {})


def _taken(follow: UserFunction, kw: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments that a ``call`` knows, with what Keras hands it by itself."""
    known = {a.arg for a in follow.node.args.args}
    given = {k: v for k, v in kw.items() if k in known}
    if "training" in known:
        given["training"] = TrainingFlag()
    return given | ({"mask": None} if "mask" in known else {})


def _has_weights(interp: Interpreter, kind: UserClass) -> bool:
    if kind.weights is None:
        methods = [n for f in kind.methods.values() for n in ast.walk(f.node)]
        interp.steps += len(methods) // 10
        kind.weights = any(isinstance(n, ast.Attribute) and n.attr in WEIGHTS for n in methods)
    return kind.weights


def _left_out(
    interp: Interpreter, node: ast.AST, value: UserInstance, given: list[Any], why: str
) -> Any:
    """A layer class of the text's own that cannot be layers of Keras: a gap in the graph."""
    name = value.of.node.name
    said = f"{name} is a layer of your own, and {why}: left out; what follows reads what it read"
    interp.report_unknown(node, f"{said}{model_calls.ours(name)}")
    return _tensors(given)[0]


def _made_here(node: ast.AST) -> bool:
    """Whether a call makes its arguments itself: ``model(keras.Input((3,)))``."""
    given = node.args if isinstance(node, ast.Call) else []
    return any(isinstance(n, ast.Call) for item in given for n in ast.walk(item))


def _tensors(given: list[Any]) -> list[Tensor]:
    for item in given:
        size(item)
    return [t for t in walk(given) if isinstance(t, Tensor)]


def _shaped(
    interp: Interpreter,
    follow: UserFunction,
    value: UserInstance,
    model: Model,
    inputs: list[Tensor],
    args: list[Any],
) -> Any:
    """A model of the text's own class called on Inputs: it is known from then on as a graph."""
    extra = {"training": TrainingFlag()} if _takes(follow, "training") else {}
    result = call_function(interp, follow, [value, *args], extra)
    ends = list(result.values()) if isinstance(result, dict) else [result]
    outputs = list(walk(ends))
    if outputs and all(isinstance(t, Tensor) for t in outputs):
        model.kind, model.inputs, model.outputs = "functional", inputs, outputs
    return result


def _takes(function: UserFunction, name: str) -> bool:
    return any(a.arg == name for a in function.node.args.args)


def _name_fields(value: UserInstance) -> None:
    """Layers of a block are called after it where their names would meet twice."""
    if value.of.base != "layer" or not value.name:
        return
    for name, item in value.fields.items():
        if isinstance(item, Layer) and item.name == name:
            item.name = unique(f"{value.name}_{name}", set())
