"""Lists, mappings and comprehensions, none of them longer than the limits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from builder.parse.data import arrays
from builder.parse.data.arrays import Array, Batches, Bunch
from builder.parse.interpreter import conditions, expressions, statements
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import (
    MAX_ITEMS,
    After,
    Ref,
    Scope,
    Strange,
    TooMuch,
    Unknown,
    is_small,
)
from builder.parse.keras import symbolic_calls
from builder.parse.keras.symbolic_model import Tensor


class _Unseen(Exception):
    """What a comprehension goes through cannot be seen: the value that stands for its result."""

    def __init__(self, value: Any) -> None:
        self.value = value


def listed(state: State, node: Any) -> list[Any]:
    """A list, tuple or set display."""
    found: list[Any] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            value = expressions.evaluate(state, item.value)
            found += list(items(value)) if isinstance(value, list | range) else [value]
        else:
            found.append(expressions.evaluate(state, item))
        if len(found) > MAX_ITEMS:
            raise TooMuch("a list that is too long")
    return found


def mapping(state: State, node: ast.Dict) -> dict[Any, Any]:
    """A dict display; keys are numbers and text."""
    found: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = expressions.evaluate(state, item)
        if key is None:
            found |= value if isinstance(value, dict) else {}
            continue
        name = arrays.number(expressions.evaluate(state, key))
        if isinstance(name, list) and is_small(name):
            name = str(name)
        if not isinstance(name, str | int | float | bool | None):
            raise Strange("a key could not be worked out")
        found[name] = value
    return found


def comprehension(state: State, node: Any) -> Any:
    """Any comprehension, as a list or a mapping."""
    found: list[Any] = []
    outside, state.scope = state.scope, Scope({}, state.scope)
    try:
        for _ in _rounds(state, node.generators):
            if isinstance(node, ast.DictComp):
                key = expressions.evaluate(state, node.key)
                found.append((str(key) if isinstance(key, list) else key,
                              expressions.evaluate(state, node.value)))  # fmt: skip
            else:
                found.append(expressions.evaluate(state, node.elt))
            if len(found) > MAX_ITEMS:
                raise TooMuch("a list that is too long")
    except _Unseen as unseen:
        return unseen.value
    finally:
        state.scope = outside
    if not isinstance(node, ast.DictComp):
        return found
    return {k: v for k, v in found if isinstance(k, str | int | float | bool | None)}


def _rounds(state: State, generators: list[ast.comprehension]) -> Iterator[None]:
    if not generators:
        yield
        return
    first = generators[0]
    value = expressions.evaluate(state, first.iter)
    if isinstance(value, Unknown | After | Ref | Array | Batches):
        raise _Unseen(value if isinstance(value, Unknown) else After())
    for item in items(value):
        state.step()
        statements.assign(state, first.target, item)
        if all(conditions.truth(expressions.evaluate(state, test)) for test in first.ifs):
            yield from _rounds(state, generators[1:])


def items(value: Any) -> Iterator[Any]:
    """What a loop over ``value`` sees; raises Strange when it is no list."""
    if isinstance(value, list | range | str | set):
        yield from value
    elif isinstance(value, dict):
        yield from list(value)
    elif isinstance(value, Bunch):
        yield from list(value.arrays)
    else:
        raise Strange("what it goes through could not be worked out")


def unpack(state: State, target: ast.Tuple | ast.List, value: Any) -> None:
    """``a, *b = value``."""
    many = len(target.elts)
    found: list[Any]
    if isinstance(value, Tensor):
        found = symbolic_calls.unpacked(state, target, value, many)
    elif isinstance(value, list | str | range | dict) and not isinstance(value, str):
        found = list(value)
    else:
        if not isinstance(value, After | Unknown | Ref):
            state.unknown(target, "it cannot be taken apart")
        found = [After() if isinstance(value, After | Ref) else Unknown()] * many
    stars = [i for i, t in enumerate(target.elts) if isinstance(t, ast.Starred)]
    if stars and len(found) >= many - 1:
        at, extra = stars[0], len(found) - many + 1
        found = [*found[:at], found[at : at + extra], *found[at + extra :]]
    if len(found) != many:
        state.unknown(target, f"{len(found)} values for {many} names")
        found = [Unknown()] * many
    for item, part in zip(target.elts, found, strict=True):
        statements.assign(state, item, part)
