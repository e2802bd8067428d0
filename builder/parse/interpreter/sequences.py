"""Evaluate lists, dicts and comprehensions, and unpack them, within limits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from builder.parse.interpreter import operators
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    MAX_ITEMS,
    CannotEvaluate,
    Hidden,
    LimitReached,
    Opaque,
    Reference,
    Scope,
    Unknown,
    is_small,
    resolve_number,
)


class _Unseen(Exception):
    """What a comprehension goes through cannot be seen: the value that stands for its result."""

    def __init__(self, value: Any) -> None:
        self.value = value


def evaluate_list(interp: Interpreter, node: Any) -> list[Any]:
    """A list, tuple or set display."""
    found: list[Any] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            value = interp.evaluate(item.value)
            found += list(interp.items(value)) if isinstance(value, list | range) else [value]
        else:
            found.append(interp.evaluate(item))
        if len(found) > MAX_ITEMS:
            raise LimitReached("a list that is too long")
    return found


def evaluate_dict(interp: Interpreter, node: ast.Dict) -> dict[Any, Any]:
    """A dict display; keys are numbers and text."""
    found: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = interp.evaluate(item)
        if key is None:
            found |= value if isinstance(value, dict) else {}
            continue
        name = resolve_number(interp.evaluate(key))
        if isinstance(name, list) and is_small(name):
            name = str(name)
        if not isinstance(name, str | int | float | bool | None):
            raise CannotEvaluate("a key could not be worked out")
        found[name] = value
    return found


def evaluate_comprehension(interp: Interpreter, node: Any) -> Any:
    """Any comprehension, as a list or a mapping."""
    found: list[Any] = []
    outside, interp.scope = interp.scope, Scope({}, interp.scope)
    try:
        for _ in _rounds(interp, node.generators):
            if isinstance(node, ast.DictComp):
                key = interp.evaluate(node.key)
                found.append((str(key) if isinstance(key, list) else key,
                              interp.evaluate(node.value)))  # fmt: skip
            else:
                found.append(interp.evaluate(node.elt))
            if len(found) > MAX_ITEMS:
                raise LimitReached("a list that is too long")
    except _Unseen as unseen:
        return unseen.value
    finally:
        interp.scope = outside
    if not isinstance(node, ast.DictComp):
        return found
    return {k: v for k, v in found if isinstance(k, str | int | float | bool | None)}


def _rounds(interp: Interpreter, generators: list[ast.comprehension]) -> Iterator[None]:
    if not generators:
        yield
        return
    first = generators[0]
    value = interp.evaluate(first.iter)
    if isinstance(value, Unknown | Opaque | Reference | Hidden):
        raise _Unseen(value if isinstance(value, Unknown) else Opaque())
    for item in interp.items(value):
        interp.step()
        interp.assign(first.target, item)
        if all(operators.truth(interp.evaluate(test)) for test in first.ifs):
            yield from _rounds(interp, generators[1:])


def unpack(interp: Interpreter, target: ast.Tuple | ast.List, value: Any) -> None:
    """``a, *b = value``."""
    many = len(target.elts)
    found: list[Any]
    if handler := interp.handlers(value).unpack:
        found = handler(interp, target, value, many)
    elif isinstance(value, list | str | range | dict) and not isinstance(value, str):
        found = list(value)
    else:
        if not isinstance(value, Opaque | Unknown | Reference):
            interp.report_unknown(target, "it cannot be taken apart")
        found = [Opaque() if isinstance(value, Opaque | Reference) else Unknown()] * many
    stars = [i for i, t in enumerate(target.elts) if isinstance(t, ast.Starred)]
    if stars and len(found) >= many - 1:
        at, extra = stars[0], len(found) - many + 1
        found = [*found[:at], found[at : at + extra], *found[at + extra :]]
    if len(found) != many:
        interp.report_unknown(target, f"{len(found)} values for {many} names")
        found = [Unknown()] * many
    for item, part in zip(target.elts, found, strict=True):
        interp.assign(item, part)
