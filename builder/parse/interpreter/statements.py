"""Statements read one after the other: names get values, branches and loops are followed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from builder.catalog.layers import own
from builder.code import threads
from builder.parse.data import array_methods, dataframes, known_datasets
from builder.parse.data.arrays import Array, Bunch, Stat
from builder.parse.interpreter import calls, conditions, expressions, imports, loops, sequences
from builder.parse.interpreter.imports import tidy
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import (
    After,
    Class,
    Function,
    Instance,
    InTraining,
    Ref,
    Strange,
    Unknown,
)
from builder.parse.keras.symbolic_model import Layer, Model, Tensor


class Signal:
    """Why a block ended before its last statement."""

    def __init__(self, kind: str, value: Any = None) -> None:
        self.kind = kind
        self.value = value


def block(state: State, nodes: list[ast.stmt]) -> Signal | None:
    """Read statements in order; a Signal when ``return``, ``break`` or ``continue`` ended it."""
    for node in nodes:
        state.step()
        state.line = node.lineno
        with state.deeper():
            handler = _HANDLERS.get(type(node))
            if handler is None:
                state.unknown(node, "this kind of statement is not read")
                continue
            try:
                signal = handler(state, node)
            except Strange as strange:
                state.unknown(node, str(strange))
                continue
        if signal is not None:
            return signal
    return None


def _import(state: State, node: ast.Import) -> None:
    for alias in node.names:
        path = alias.name if alias.asname else alias.name.partition(".")[0]
        state.scope.set(alias.asname or path, Ref(imports.canonical(path)))
        calls.meet(state, node, alias.name)


def _from(state: State, node: ast.ImportFrom) -> None:
    module = node.module or "here"
    for alias in node.names:
        if alias.name == "*":
            state.scope.top.star.append(imports.canonical(module))
        else:
            path = imports.canonical(f"{module}.{alias.name}")
            state.scope.set(alias.asname or alias.name, Ref(path))
        calls.meet(state, node, f"{module}.{alias.name}")


def _assign(state: State, node: ast.Assign) -> None:
    value = expressions.evaluate(state, node.value)
    for target in node.targets:
        assign(state, target, value)
        _entitle(state, target, value)


def _entitle(state: State, target: ast.AST, value: Any) -> None:
    """A variable set only once names the call whose result it holds."""
    first, tensor = target, value
    if isinstance(target, ast.Tuple) and target.elts:
        parts = value if isinstance(value, list) else [value]
        if len({id(p.call) if isinstance(p, Tensor) else 0 for p in parts}) > 1:
            for item, part in zip(target.elts, parts, strict=False):
                _entitle(state, item, part)
            return
        first, tensor = target.elts[0], next(iter(parts), None)
    if not isinstance(first, ast.Name) or not isinstance(tensor, Tensor):
        return
    known = state.scope.calls.setdefault(first.id, tensor.call)
    if known is not tensor.call:
        known.title = tensor.call.title = ""
    else:
        known.title = known.title or first.id


def _annotated(state: State, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(state, node.target, expressions.evaluate(state, node.value))


def _augmented(state: State, node: ast.AugAssign) -> None:
    if isinstance(node.target, ast.Subscript):
        assign(state, node.target, expressions.evaluate(state, node.value))
        return
    old = expressions.evaluate(state, node.target)
    new = expressions.evaluate(state, node.value)
    assign(state, node.target, expressions.operate(state, node, old, new))


def assign(state: State, target: ast.AST, value: Any) -> None:
    """``target = value``; names, lists of names, fields and places in lists."""
    match target:
        case ast.Name():
            state.scope.set(target.id, value)
        case ast.Tuple() | ast.List():
            sequences.unpack(state, target, value)
        case ast.Attribute():
            _set_field(state, target, value)
        case ast.Subscript():
            _set_item(state, target, value)
        case ast.Starred():
            assign(state, target.value, value)
        case _:
            state.unknown(target, "nothing can be assigned to it")


def _set_field(state: State, target: ast.Attribute, value: Any) -> None:
    owner = expressions.evaluate(state, target.value)
    if isinstance(owner, Instance):
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
    if isinstance(owner, Model) or (isinstance(owner, After) and target.attr == "trainable"):
        state.unknown(target, "this setting of a model is not taken over")


def _set_item(state: State, target: ast.Subscript, value: Any) -> None:
    owner = expressions.evaluate(state, target.value)
    if isinstance(owner, Bunch) and isinstance(target.slice, ast.Constant):
        owner.arrays[str(target.slice.value)] = value
        return
    column = target.slice.value if isinstance(target.slice, ast.Constant) else None
    if isinstance(owner, Array) and dataframes.put(owner, column, value):
        return
    if isinstance(owner, Array | Bunch):
        array_methods.store(state, target, owner)
        return
    if isinstance(owner, Ref) and (what := imports.aside(owner.path)):  # os.environ["…"] = "…"
        if (column, value) != threads.SET:  # as our own scripts do, to repeat a run
            state.aside(target, what)
        return
    if isinstance(owner, Stat | After | Unknown):  # std[std == 0] = 1
        return
    key = expressions.evaluate(state, target.slice)
    try:
        if isinstance(owner, list) and isinstance(key, int):
            owner[key] = value
            return
        if isinstance(owner, dict) and isinstance(key, int | str):
            owner[key] = value
            return
    except (IndexError, TypeError):
        pass
    state.unknown(target, "nothing can be assigned to it")


def _expression(state: State, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        expressions.evaluate(state, node.value)


def _if(state: State, node: ast.If) -> Signal | None:
    value = expressions.evaluate(state, node.test)
    known = conditions.truth(value)
    if isinstance(value, InTraining):
        state.different(node.test, "What is done in training only stays in the model.")
    if known is None:
        if loops.builds(state, node) or not isinstance(value, After):
            text = "this condition cannot be worked out: both ways are left out"
            state.unknown(node.test, text)
        loops.forget(state, node)
        return None
    return block(state, node.body if known else node.orelse)


def _with(state: State, node: ast.With) -> Signal | None:
    for item in node.items:
        value = expressions.evaluate(state, item.context_expr)
        if item.optional_vars is not None:
            assign(state, item.optional_vars, value)
    return block(state, node.body)


def _try(state: State, node: ast.Try) -> Signal | None:
    return block(state, node.body) or block(state, node.orelse) or block(state, node.finalbody)


def _function(state: State, node: ast.FunctionDef) -> None:
    made = Function(node, state.scope)
    state.scope.set(node.name, made)
    if state.scope.parent is None:
        state.functions.append(made)


def _class(state: State, node: ast.ClassDef) -> None:
    if node.name in own.BY_NAME and known_datasets.is_own_layer(
        node.name, known_datasets.fingerprint(node)
    ):
        state.scope.set(node.name, Ref(f"keras.layers.{node.name}"))
        return
    with state.hushed():
        bases = [expressions.evaluate(state, b) for b in node.bases]
    base = next((found for found in map(_base, bases) if found), "")
    made = Class(node, state.scope, base)
    for parent in bases:
        if isinstance(parent, Class):
            made.methods |= parent.methods
        if isinstance(parent, Ref):
            calls.meet(state, node, parent.path, f"class {node.name}")
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            made.methods[item.name] = Function(item, state.scope)
    state.scope.set(node.name, made)
    if state.scope.parent is None and base == "model":
        state.functions.append(made)


def _base(value: Any) -> str:
    if isinstance(value, Class):
        return value.base
    path = value.path if isinstance(value, Ref) else ""
    if path in ("keras.Model", "keras.Sequential"):
        return "model"
    known = {"keras.layers.Layer": "layer", "keras.callbacks.Callback": "callback"}
    return known.get(path, "")


def _global(state: State, node: Any) -> None:
    state.scope.outer.update(node.names)


def _return(state: State, node: ast.Return) -> Signal:
    return Signal("return", expressions.evaluate(state, node.value) if node.value else None)


def _nothing(state: State, node: ast.AST) -> None:
    return None


_HANDLERS: dict[type, Callable[[State, Any], Signal | None]] = {
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
    ast.Break: lambda state, node: Signal("break"),
    ast.Continue: lambda state, node: Signal("continue"),
    ast.Pass: _nothing,
    ast.Delete: _nothing,
    ast.Assert: _nothing,
    ast.Raise: lambda state, node: Signal("break"),
    ast.Global: _global,
    ast.Nonlocal: _global,
}
