"""Statements read one after the other: names get values, branches and loops are followed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from builder.catalog.layers import own
from builder.code import threads
from builder.parse.data import array_methods, dataframes, known_datasets
from builder.parse.data.arrays import Bunch, DataArray, Measure
from builder.parse.interpreter import calls, conditions, expressions, imports, loops, sequences
from builder.parse.interpreter.imports import tidy
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    CannotEvaluate,
    Opaque,
    Reference,
    TrainingFlag,
    Unknown,
    UserClass,
    UserFunction,
    UserInstance,
)
from builder.parse.keras.symbolic_model import Layer, Model, Tensor


class Signal:
    """Why a block ended before its last statement."""

    def __init__(self, kind: str, value: Any = None) -> None:
        self.kind = kind
        self.value = value


def block(interp: Interpreter, nodes: list[ast.stmt]) -> Signal | None:
    """Read statements in order; a Signal when ``return``, ``break`` or ``continue`` ended it."""
    for node in nodes:
        interp.step()
        interp.line = node.lineno
        with interp.nested():
            handler = _HANDLERS.get(type(node))
            if handler is None:
                interp.report_unknown(node, "this kind of statement is not read")
                continue
            try:
                signal = handler(interp, node)
            except CannotEvaluate as strange:
                interp.report_unknown(node, str(strange))
                continue
        if signal is not None:
            return signal
    return None


def _import(interp: Interpreter, node: ast.Import) -> None:
    for alias in node.names:
        path = alias.name if alias.asname else alias.name.partition(".")[0]
        interp.scope.set(alias.asname or path, Reference(imports.canonical(path)))
        calls.meet(interp, node, alias.name)


def _from(interp: Interpreter, node: ast.ImportFrom) -> None:
    module = node.module or "here"
    for alias in node.names:
        if alias.name == "*":
            interp.scope.top.star.append(imports.canonical(module))
        else:
            path = imports.canonical(f"{module}.{alias.name}")
            interp.scope.set(alias.asname or alias.name, Reference(path))
        calls.meet(interp, node, f"{module}.{alias.name}")


def _assign(interp: Interpreter, node: ast.Assign) -> None:
    value = expressions.evaluate(interp, node.value)
    for target in node.targets:
        assign(interp, target, value)
        _entitle(interp, target, value)


def _entitle(interp: Interpreter, target: ast.AST, value: Any) -> None:
    """A variable set only once names the call whose result it holds."""
    first, tensor = target, value
    if isinstance(target, ast.Tuple) and target.elts:
        parts = value if isinstance(value, list) else [value]
        if len({id(p.call) if isinstance(p, Tensor) else 0 for p in parts}) > 1:
            for item, part in zip(target.elts, parts, strict=False):
                _entitle(interp, item, part)
            return
        first, tensor = target.elts[0], next(iter(parts), None)
    if not isinstance(first, ast.Name) or not isinstance(tensor, Tensor):
        return
    known = interp.scope.calls.setdefault(first.id, tensor.call)
    if known is not tensor.call:
        known.title = tensor.call.title = ""
    else:
        known.title = known.title or first.id


def _annotated(interp: Interpreter, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(interp, node.target, expressions.evaluate(interp, node.value))


def _augmented(interp: Interpreter, node: ast.AugAssign) -> None:
    if isinstance(node.target, ast.Subscript):
        assign(interp, node.target, expressions.evaluate(interp, node.value))
        return
    old = expressions.evaluate(interp, node.target)
    new = expressions.evaluate(interp, node.value)
    assign(interp, node.target, expressions.operate(interp, node, old, new))


def assign(interp: Interpreter, target: ast.AST, value: Any) -> None:
    """``target = value``; names, lists of names, fields and places in lists."""
    match target:
        case ast.Name():
            interp.scope.set(target.id, value)
        case ast.Tuple() | ast.List():
            sequences.unpack(interp, target, value)
        case ast.Attribute():
            _set_field(interp, target, value)
        case ast.Subscript():
            _set_item(interp, target, value)
        case ast.Starred():
            assign(interp, target.value, value)
        case _:
            interp.report_unknown(target, "nothing can be assigned to it")


def _set_field(interp: Interpreter, target: ast.Attribute, value: Any) -> None:
    owner = expressions.evaluate(interp, target.value)
    if isinstance(owner, UserInstance):
        owner.fields[target.attr] = value
        if isinstance(value, Layer) and not value.name:
            value.name = tidy(target.attr.strip("_"))
        return
    if isinstance(owner, Layer) and owner.spec is not None and target.attr == "trainable":
        if isinstance(value, bool) and not owner.is_input:
            config = owner.spec.config.without("trainable")
            more = {} if value else {"trainable": False}
            owner.spec = replace(owner.spec, config=config.with_(**more))
        return
    if isinstance(owner, Model) or (isinstance(owner, Opaque) and target.attr == "trainable"):
        interp.report_unknown(target, "this setting of a model is not taken over")


def _set_item(interp: Interpreter, target: ast.Subscript, value: Any) -> None:
    owner = expressions.evaluate(interp, target.value)
    if isinstance(owner, Bunch) and isinstance(target.slice, ast.Constant):
        owner.arrays[str(target.slice.value)] = value
        return
    column = target.slice.value if isinstance(target.slice, ast.Constant) else None
    if isinstance(owner, DataArray) and dataframes.put(owner, column, value):
        return
    if isinstance(owner, DataArray | Bunch):
        array_methods.store(interp, target, owner)
        return
    if isinstance(owner, Reference) and (
        what := imports.aside(owner.path)
    ):  # os.environ["…"] = "…"
        if (column, value) != threads.SET:  # as our own scripts do, to repeat a run
            interp.report_aside(target, what)
        return
    if isinstance(owner, Measure | Opaque | Unknown):  # std[std == 0] = 1
        return
    key = expressions.evaluate(interp, target.slice)
    try:
        if isinstance(owner, list) and isinstance(key, int):
            owner[key] = value
            return
        if isinstance(owner, dict) and isinstance(key, int | str):
            owner[key] = value
            return
    except (IndexError, TypeError):
        pass
    interp.report_unknown(target, "nothing can be assigned to it")


def _expression(interp: Interpreter, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        expressions.evaluate(interp, node.value)


def _if(interp: Interpreter, node: ast.If) -> Signal | None:
    value = expressions.evaluate(interp, node.test)
    known = conditions.truth(value)
    if isinstance(value, TrainingFlag):
        interp.report_different(node.test, "What is done in training only stays in the model.")
    if known is None:
        if loops.builds(interp, node) or not isinstance(value, Opaque):
            text = "this condition cannot be worked out: both ways are left out"
            interp.report_unknown(node.test, text)
        loops.forget(interp, node)
        return None
    return block(interp, node.body if known else node.orelse)


def _with(interp: Interpreter, node: ast.With) -> Signal | None:
    for item in node.items:
        value = expressions.evaluate(interp, item.context_expr)
        if item.optional_vars is not None:
            assign(interp, item.optional_vars, value)
    return block(interp, node.body)


def _try(interp: Interpreter, node: ast.Try) -> Signal | None:
    return block(interp, node.body) or block(interp, node.orelse) or block(interp, node.finalbody)


def _function(interp: Interpreter, node: ast.FunctionDef) -> None:
    made = UserFunction(node, interp.scope)
    interp.scope.set(node.name, made)
    if interp.scope.parent is None:
        interp.functions.append(made)


def _class(interp: Interpreter, node: ast.ClassDef) -> None:
    if node.name in own.BY_NAME and known_datasets.is_own_layer(
        node.name, known_datasets.fingerprint(node)
    ):
        interp.scope.set(node.name, Reference(f"keras.layers.{node.name}"))
        return
    with interp.silenced():
        bases = [expressions.evaluate(interp, b) for b in node.bases]
    base = next((found for found in map(_base, bases) if found), "")
    made = UserClass(node, interp.scope, base)
    for parent in bases:
        if isinstance(parent, UserClass):
            made.methods |= parent.methods
        if isinstance(parent, Reference):
            calls.meet(interp, node, parent.path, f"class {node.name}")
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            made.methods[item.name] = UserFunction(item, interp.scope)
    interp.scope.set(node.name, made)
    if interp.scope.parent is None and base == "model":
        interp.functions.append(made)


def _base(value: Any) -> str:
    if isinstance(value, UserClass):
        return value.base
    path = value.path if isinstance(value, Reference) else ""
    if path in ("keras.Model", "keras.Sequential"):
        return "model"
    known = {"keras.layers.Layer": "layer", "keras.callbacks.Callback": "callback"}
    return known.get(path, "")


def _global(interp: Interpreter, node: Any) -> None:
    interp.scope.outer.update(node.names)


def _return(interp: Interpreter, node: ast.Return) -> Signal:
    return Signal("return", expressions.evaluate(interp, node.value) if node.value else None)


def _nothing(interp: Interpreter, node: ast.AST) -> None:
    return None


_HANDLERS: dict[type, Callable[[Interpreter, Any], Signal | None]] = {
    ast.Import: _import,
    ast.ImportFrom: _from,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.If: _if,
    ast.For: loops.follow_for,
    ast.While: loops.follow_while,
    ast.With: _with,
    ast.Try: _try,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _nothing,
    ast.ClassDef: _class,
    ast.Return: _return,
    ast.Break: lambda interp, node: Signal("break"),
    ast.Continue: lambda interp, node: Signal("continue"),
    ast.Pass: _nothing,
    ast.Delete: _nothing,
    ast.Assert: _nothing,
    ast.Raise: lambda interp, node: Signal("break"),
    ast.Global: _global,
    ast.Nonlocal: _global,
}
