"""What is true, what is false, and what nobody can say."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import arrays
from builder.parse.data.arrays import Array, Length, Stat
from builder.parse.interpreter import arithmetic, expressions
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import After, InTraining, Ref, Unknown, is_scalar, is_small


def truth(value: Any) -> bool | None:
    """Whether a value counts as true; None when nobody can say."""
    if isinstance(value, Length):
        return bool(value.number) if value.number is not None else True
    if isinstance(value, InTraining):
        return True
    if isinstance(value, Unknown | After | Ref | Array | Stat):
        return None
    if is_scalar(value) or isinstance(value, list | dict | set | range):
        return bool(value)
    return True


def logic(state: State, node: ast.BoolOp) -> Any:
    """``a and b``, ``a or b``."""
    stop = isinstance(node.op, ast.Or)
    value: Any = not stop
    unclear: Any = None
    for part in node.values:
        value = expressions.evaluate(state, part)
        known = truth(value)
        if known is None:
            unclear = unclear or value
        elif known == stop:
            return value
    return unclear if unclear is not None else value


def compare(state: State, node: ast.Compare) -> Any:
    """``a < b``, also in a row."""
    left = expressions.evaluate(state, node.left)
    result = True
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = expressions.evaluate(state, part)
        a, b = arrays.number(left), arrays.number(right)
        if isinstance(op, ast.Is | ast.IsNot) and (a is None or b is None):
            result = result and ((a is b) == isinstance(op, ast.Is))
        elif isinstance(a, After) or isinstance(b, After):
            return After()
        elif not (is_small(a) and is_small(b)):
            return Unknown() if isinstance(a, Unknown) or isinstance(b, Unknown) else After()
        else:
            result = result and arithmetic.compare(op, a, b)
        left = right
    return result


def choice(state: State, node: ast.IfExp) -> Any:
    """``a if test else b``."""
    known = truth(expressions.evaluate(state, node.test))
    if known is not None:
        return expressions.evaluate(state, node.body if known else node.orelse)
    both = [expressions.evaluate(state, node.body), expressions.evaluate(state, node.orelse)]
    # "white = 255.0 if x.dtype == 'uint8' else x.max()": the measure says what is meant
    return next((v for v in both if isinstance(v, Stat)), After() if both else Unknown())
