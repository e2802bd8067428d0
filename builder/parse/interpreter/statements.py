"""Run statements: imports, assignments, branches, definitions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from builder.code import threads
from builder.parse.interpreter import imports, loops, operators, sequences
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Measured,
    Opaque,
    Reference,
    Scope,
    Signal,
    TrainingFlag,
    Unknown,
    UserClass,
    UserFunction,
)


def _import(interp: Interpreter, node: ast.Import) -> None:
    for alias in node.names:
        path = alias.name if alias.asname else alias.name.partition(".")[0]
        interp.scope.set(alias.asname or path, Reference(imports.canonical_name(path)))
        interp.note_foreign(node, alias.name)


def _from(interp: Interpreter, node: ast.ImportFrom) -> None:
    module = node.module or "here"
    for alias in node.names:
        if alias.name == "*":
            interp.scope.top.star.append(imports.canonical_name(module))
        else:
            path = imports.canonical_name(f"{module}.{alias.name}")
            interp.scope.set(alias.asname or alias.name, Reference(path))
        interp.note_foreign(node, f"{module}.{alias.name}")


def _assign(interp: Interpreter, node: ast.Assign) -> None:
    value = interp.evaluate(node.value)
    for target in node.targets:
        interp.assign(target, value)
        interp.rules.name_result(interp, target, value)


def _annotated_assignment(interp: Interpreter, node: ast.AnnAssign) -> None:
    if node.value is not None:
        interp.assign(node.target, interp.evaluate(node.value))


def _augmented_assignment(interp: Interpreter, node: ast.AugAssign) -> None:
    if isinstance(node.target, ast.Subscript):
        interp.assign(node.target, interp.evaluate(node.value))
        return
    old = interp.evaluate(node.target)
    new = interp.evaluate(node.value)
    interp.assign(node.target, operators.operate(interp, node, old, new))


def _assign_name(interp: Interpreter, target: ast.Name, value: Any) -> None:
    interp.scope.set(target.id, value)


def _assign_starred(interp: Interpreter, target: ast.Starred, value: Any) -> None:
    interp.assign(target.value, value)


def _assign_attribute(interp: Interpreter, target: ast.Attribute, value: Any) -> None:
    owner = interp.evaluate(target.value)
    if handler := interp.handlers(owner).set_attribute:
        handler(interp, target, owner, value)
    elif isinstance(owner, Opaque) and target.attr == "trainable":
        interp.report_unknown(target, "this setting of a model is not taken over")


def _assign_item(interp: Interpreter, target: ast.Subscript, value: Any) -> None:
    owner = interp.evaluate(target.value)
    if handler := interp.handlers(owner).set_item:
        handler(interp, target, owner, value)
        return
    if isinstance(owner, Reference) and (what := imports.outside_purpose(owner.path)):
        name = target.slice.value if isinstance(target.slice, ast.Constant) else None
        if (name, value) != threads.SET_THREADS:  # as our own scripts do, to repeat a run
            interp.report_outside(target, what)
        return
    if isinstance(owner, Measured | Opaque | Unknown):  # std[std == 0] = 1
        return
    key = interp.evaluate(target.slice)
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
        interp.evaluate(node.value)


def _if(interp: Interpreter, node: ast.If) -> Signal | None:
    value = interp.evaluate(node.test)
    known = operators.truth(value)
    if isinstance(value, TrainingFlag):
        interp.report_different(node.test, "What is done in training only stays in the model.")
    if known is None:
        if loops.builds_model(interp, node) or not isinstance(value, Opaque):
            text = "this condition cannot be worked out: both ways are left out"
            interp.report_unknown(node.test, text)
        loops.forget_names(interp, node)
        return None
    return interp.run(node.body if known else node.orelse)


def _with(interp: Interpreter, node: ast.With) -> Signal | None:
    for item in node.items:
        value = interp.evaluate(item.context_expr)
        if item.optional_vars is not None:
            interp.assign(item.optional_vars, value)
    return interp.run(node.body)


def _try(interp: Interpreter, node: ast.Try) -> Signal | None:
    return interp.run(node.body) or interp.run(node.orelse) or interp.run(node.finalbody)


def _function(interp: Interpreter, node: ast.FunctionDef) -> None:
    made = UserFunction(node, interp.scope)
    interp.scope.set(node.name, made)
    if interp.scope.parent is None:
        interp.functions.append(made)


def _class(interp: Interpreter, node: ast.ClassDef) -> None:
    if path := interp.rules.own_classes(node):
        interp.scope.set(node.name, Reference(path))
        return
    with interp.silenced():
        bases = [interp.evaluate(b) for b in node.bases]
    base = next((found for found in map(_base, bases) if found), "")
    if not base and any(not isinstance(b, UserClass) and not _is_object(b) for b in bases):
        base = "other"
    made = UserClass(node, interp.scope, base)
    for parent in bases:
        if isinstance(parent, UserClass):
            made.methods |= parent.methods
            made.values |= parent.values
        if isinstance(parent, Reference):
            interp.note_foreign(node, parent.path, f"class {node.name}")
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            made.methods[item.name] = UserFunction(item, interp.scope)
    made.values |= _class_values(interp, node)
    interp.scope.set(node.name, made)
    if interp.scope.parent is None and base == "model":
        interp.functions.append(made)


def _class_values(interp: Interpreter, node: ast.ClassDef) -> dict[str, Any]:
    """``class Settings: epochs = 5``: what the body gives to names."""
    plain = [n for n in node.body if isinstance(n, ast.Assign | ast.AnnAssign)]
    outside, interp.scope = interp.scope, Scope({}, interp.scope)
    try:
        interp.run(list(plain))
        return interp.scope.names
    finally:
        interp.scope = outside


def _is_object(value: Any) -> bool:
    return isinstance(value, Reference) and value.path == "builtins.object"


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
    return Signal("return", interp.evaluate(node.value) if node.value else None)


def _nothing(interp: Interpreter, node: ast.AST) -> None:
    return None


TARGETS: dict[type, Callable[[Interpreter, Any, Any], None]] = {
    ast.Name: _assign_name,
    ast.Tuple: sequences.unpack,
    ast.List: sequences.unpack,
    ast.Attribute: _assign_attribute,
    ast.Subscript: _assign_item,
    ast.Starred: _assign_starred,
}
"""What stands left of ``=`` → what takes the value."""

HANDLERS: dict[type, Callable[[Interpreter, Any], Signal | None]] = {
    ast.Import: _import,
    ast.ImportFrom: _from,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated_assignment,
    ast.AugAssign: _augmented_assignment,
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
