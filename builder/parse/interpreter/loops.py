"""Run ``for`` and ``while`` round by round; loops over data are skipped."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.interpreter import operators
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Hidden, Opaque, Reference, Unknown

MAX_ROUNDS = 1_000
"""A loop with more rounds is not followed: nobody builds so many layers."""

BUILDS = frozenset(("add", "compile", "fit", "fit_generator", "trainable"))
"""What is done to a model; a loop that does it is not left out in silence."""

TRAINS = frozenset(("GradientTape", "apply_gradients", "train_on_batch", "train_step"))
"""Marks of training by hand."""

FEW = 3
"""A loop of more rounds that trains by hand is not followed: its first rounds say all."""

HAND = "training in a loop of your own is not read: Layerwise trains as Keras's fit does"


def follow_for(interp: Interpreter, node: ast.For) -> Any:
    """``for item in items:``; the signal that ended it, or None."""
    value = interp.evaluate(node.iter)
    if isinstance(value, Hidden) and interp.handlers(value).iterate:
        _look_at(interp, node, value)
        return None
    if isinstance(value, Opaque | Hidden | Unknown | Reference):
        _left_out(interp, node, isinstance(value, Unknown | Reference))
        return None
    count = len(value) if isinstance(value, list | range | dict | str | set) else 0
    if count > MAX_ROUNDS or (count > FEW and _names_used(interp, node) & TRAINS):
        if _names_used(interp, node) & TRAINS:
            interp.report_unknown(node.iter, HAND)
            forget_names(interp, node)
            return None
        interp.report_unknown(node.iter, f"a loop of {count:,} rounds is not followed: left out")
        return None
    for item in interp.items(value):
        interp.assign(node.target, item)
        signal = interp.run(node.body)
        if signal is not None and signal.kind != "continue":
            return signal if signal.kind == "return" else None
    return interp.run(node.orelse)


def _look_at(interp: Interpreter, node: ast.For, value: Any) -> None:
    """``for batch in batches.take(1): x, y = batch``: what such a loop gives names is followed
    once, without what it calls."""
    _left_out(interp, node, nobody_knows=False)
    for item in interp.items(value):
        interp.assign(node.target, item)
    for part in node.body:
        if isinstance(part, ast.Assign) and not any(
            isinstance(n, ast.Call) for n in ast.walk(part)
        ):
            interp.run([part])


def follow_while(interp: Interpreter, node: ast.While) -> Any:
    """``while test:``; the signal that ended it, or None."""
    for _ in range(MAX_ROUNDS):
        known = operators.truth(interp.evaluate(node.test))
        if known is None:
            interp.report_unknown(node.test, "how long the loop runs is unknown: it is left out")
            return None
        if not known:
            return interp.run(node.orelse)
        signal = interp.run(node.body)
        if signal is not None and signal.kind != "continue":
            return signal if signal.kind == "return" else None
    interp.report_unknown(node.test, f"the loop runs more than {MAX_ROUNDS:,} rounds: cut off")
    return None


def _left_out(interp: Interpreter, node: ast.For, nobody_knows: bool) -> None:
    used = _names_used(interp, node)
    if used & TRAINS:
        interp.report_unknown(node.iter, HAND)
    elif nobody_knows or used & BUILDS:
        interp.report_unknown(node.iter, "what the loop goes through is unknown: it is left out")
    forget_names(interp, node)


def builds_model(interp: Interpreter, node: ast.AST) -> bool:
    """Whether a part that cannot be followed does something to a model."""
    return bool(_names_used(interp, node) & (BUILDS | TRAINS))


def _names_used(interp: Interpreter, node: ast.AST) -> set[str]:
    """Names of attributes and functions in a loop, in the functions it calls too."""
    result: set[str] = set()
    todo, seen = [node], {id(node)}
    while todo:
        for part in ast.walk(todo.pop()):
            interp.step()
            if isinstance(part, ast.Attribute):
                result.add(part.attr)
            elif isinstance(part, ast.Name):
                result.add(part.id)
                called = interp.scope.top.names.get(part.id)
                body = getattr(called, "node", None)
                if isinstance(body, ast.FunctionDef) and id(body) not in seen:
                    seen.add(id(body))
                    todo.append(body)
    return result


FILLS = frozenset(("append", "extend", "insert", "update", "add"))
"""Methods that fill a list or a mapping."""


def forget_names(interp: Interpreter, node: ast.AST) -> None:
    """Names that a part left out would have given values or filled: nobody knows with what."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in FILLS:
            name = part.value.id if isinstance(part.value, ast.Name) else ""
            if isinstance(interp.scope.names.get(name), list | dict):
                interp.scope.set(name, Opaque())
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            try:
                interp.scope.get(part.id)
            except KeyError:
                interp.scope.set(part.id, Opaque())
