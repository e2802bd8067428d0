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
    Origin,
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
    result: list[Any] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            value = interp.evaluate(item.value)
            result += list(interp.items(value)) if isinstance(value, list | range) else [value]
        else:
            result.append(interp.evaluate(item))
        if len(result) > MAX_ITEMS:
            raise LimitReached("a list that is too long")
    return result


def evaluate_dict(interp: Interpreter, node: ast.Dict) -> dict[Any, Any]:
    """A dict display; keys are numbers and text."""
    result: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = interp.evaluate(item)
        if key is None:
            result |= value if isinstance(value, dict) else {}
            continue
        name = resolve_number(interp.evaluate(key))
        if isinstance(name, list) and is_small(name):
            name = str(name)
        if not isinstance(name, str | int | float | bool | None):
            raise CannotEvaluate("a key could not be worked out")
        result[name] = value
    return result


def evaluate_comprehension(interp: Interpreter, node: Any) -> Any:
    """Any comprehension, as a list or a mapping."""
    result: list[Any] = []
    outside, interp.scope = interp.scope, Scope({}, interp.scope)
    try:
        for _ in _rounds(interp, node.generators):
            if isinstance(node, ast.DictComp):
                key = interp.evaluate(node.key)
                result.append((str(key) if isinstance(key, list) else key,
                              interp.evaluate(node.value)))  # fmt: skip
            else:
                result.append(interp.evaluate(node.elt))
            if len(result) > MAX_ITEMS:
                raise LimitReached("a list that is too long")
    except _Unseen as unseen:
        return unseen.value
    finally:
        interp.scope = outside
    if not isinstance(node, ast.DictComp):
        return result
    return {k: v for k, v in result if isinstance(k, str | int | float | bool | None)}


def _made_of(value: Any) -> Opaque:
    return (
        value if isinstance(value, Opaque) else Opaque(value if isinstance(value, Origin) else None)
    )


def _rounds(interp: Interpreter, generators: list[ast.comprehension]) -> Iterator[None]:
    if not generators:
        yield
        return
    first = generators[0]
    value = interp.evaluate(first.iter)
    if isinstance(value, Unknown | Opaque | Reference | Hidden):
        raise _Unseen(value if isinstance(value, Unknown) else _made_of(value))
    for item in interp.items(value):
        interp.step()
        interp.assign(first.target, item)
        if all(operators.truth(interp.evaluate(test)) for test in first.ifs):
            yield from _rounds(interp, generators[1:])


def unpack(interp: Interpreter, target: ast.Tuple | ast.List, value: Any) -> None:
    """``a, *b = value``."""
    many = len(target.elts)
    result: list[Any]
    if handler := interp.handlers(value).unpack:
        result = handler(interp, target, value, many)
    elif isinstance(value, list | str | range | dict) and not isinstance(value, str):
        result = list(value)
    else:
        if not isinstance(value, Opaque | Unknown | Reference):
            interp.report_unknown(target, "it cannot be taken apart")
        result = [Opaque() if isinstance(value, Opaque | Reference) else Unknown()] * many
    stars = [i for i, t in enumerate(target.elts) if isinstance(t, ast.Starred)]
    if stars and len(result) >= many - 1:
        at, extra = stars[0], len(result) - many + 1
        result = [*result[:at], result[at : at + extra], *result[at + extra :]]
    if len(result) != many:
        interp.report_unknown(target, f"{len(result)} values for {many} names")
        result = [Unknown()] * many
    for item, part in zip(target.elts, result, strict=True):
        interp.assign(item, part)
