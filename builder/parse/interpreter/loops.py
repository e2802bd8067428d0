"""Loops followed round by round; one over data nobody can see is left out, and its names kept."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data.arrays import Array, Batches
from builder.parse.interpreter import conditions, expressions, sequences, statements
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import After, Ref, Unknown

MAX_ROUNDS = 1_000
"""A loop with more rounds is not followed: nobody builds so many layers."""

BUILDS = frozenset(("add", "compile", "fit", "fit_generator", "trainable"))
"""What is done to a model; a loop that does it is not left out in silence."""

TRAINS = frozenset(("GradientTape", "apply_gradients", "train_on_batch", "train_step"))
"""Marks of training by hand."""

HAND = "training in a loop of your own is not read: Layerwise trains as Keras's fit does"


def follow_for(state: State, node: ast.For) -> Any:
    """``for item in items:``; the signal that ended it, or None."""
    value = expressions.evaluate(state, node.iter)
    if isinstance(value, After | Array | Batches | Unknown | Ref):
        _left_out(state, node, isinstance(value, Unknown | Ref))
        return None
    count = len(value) if isinstance(value, list | range | dict | str | set) else 0
    if count > MAX_ROUNDS:
        state.unknown(node.iter, f"a loop of {count:,} rounds is not followed: left out")
        return None
    for item in sequences.items(value):
        statements.assign(state, node.target, item)
        signal = statements.block(state, node.body)
        if signal is not None and signal.kind != "continue":
            return signal if signal.kind == "return" else None
    return statements.block(state, node.orelse)


def follow_while(state: State, node: ast.While) -> Any:
    """``while test:``; the signal that ended it, or None."""
    for _ in range(MAX_ROUNDS):
        known = conditions.truth(expressions.evaluate(state, node.test))
        if known is None:
            state.unknown(node.test, "how long the loop runs is unknown: it is left out")
            return None
        if not known:
            return statements.block(state, node.orelse)
        signal = statements.block(state, node.body)
        if signal is not None and signal.kind != "continue":
            return signal if signal.kind == "return" else None
    state.unknown(node.test, f"the loop runs more than {MAX_ROUNDS:,} rounds: cut off")
    return None


def _left_out(state: State, node: ast.For, nobody_knows: bool) -> None:
    used = _used(state, node)
    if used & TRAINS:
        state.unknown(node.iter, HAND)
    elif nobody_knows or used & BUILDS:
        state.unknown(node.iter, "what the loop goes through is unknown: it is left out")
    forget(state, node)


def builds(state: State, node: ast.AST) -> bool:
    """Whether a part that cannot be followed does something to a model."""
    return bool(_used(state, node) & (BUILDS | TRAINS))


def _used(state: State, node: ast.AST) -> set[str]:
    """Names of attributes and functions in a loop, in the functions it calls too."""
    found: set[str] = set()
    todo, seen = [node], {id(node)}
    while todo:
        for part in ast.walk(todo.pop()):
            state.step()
            if isinstance(part, ast.Attribute):
                found.add(part.attr)
            elif isinstance(part, ast.Name):
                found.add(part.id)
                called = state.scope.top.names.get(part.id)
                body = getattr(called, "node", None)
                if isinstance(body, ast.FunctionDef) and id(body) not in seen:
                    seen.add(id(body))
                    todo.append(body)
    return found


FILLS = frozenset(("append", "extend", "insert", "update", "add"))
"""Methods that fill a list or a mapping."""


def forget(state: State, node: ast.AST) -> None:
    """Names that a part left out would have given values or filled: nobody knows with what."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in FILLS:
            name = part.value.id if isinstance(part.value, ast.Name) else ""
            if isinstance(state.scope.names.get(name), list | dict):
                state.scope.set(name, After())
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            try:
                state.scope.get(part.id)
            except KeyError:
                state.scope.set(part.id, After())
