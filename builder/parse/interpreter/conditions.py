"""What is true, what is false, and what nobody can say."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import arrays
from builder.parse.data.arrays import DataArray, Length, Measure
from builder.parse.interpreter import arithmetic, expressions
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Opaque,
    Reference,
    TrainingFlag,
    Unknown,
    is_scalar,
    is_small,
)


def truth(value: Any) -> bool | None:
    """Whether a value counts as true; None when nobody can say."""
    if isinstance(value, Length):
        return bool(value.number) if value.number is not None else True
    if isinstance(value, TrainingFlag):
        return True
    if isinstance(value, Unknown | Opaque | Reference | DataArray | Measure):
        return None
    if is_scalar(value) or isinstance(value, list | dict | set | range):
        return bool(value)
    return True


def logic(interp: Interpreter, node: ast.BoolOp) -> Any:
    """``a and b``, ``a or b``."""
    stop = isinstance(node.op, ast.Or)
    value: Any = not stop
    unclear: Any = None
    for part in node.values:
        value = expressions.evaluate(interp, part)
        known = truth(value)
        if known is None:
            unclear = unclear or value
        elif known == stop:
            return value
    return unclear if unclear is not None else value


def compare(interp: Interpreter, node: ast.Compare) -> Any:
    """``a < b``, also in a row."""
    left = expressions.evaluate(interp, node.left)
    result = True
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = expressions.evaluate(interp, part)
        a, b = arrays.number(left), arrays.number(right)
        if isinstance(op, ast.Is | ast.IsNot) and (a is None or b is None):
            result = result and ((a is b) == isinstance(op, ast.Is))
        elif isinstance(a, Opaque) or isinstance(b, Opaque):
            return Opaque()
        elif not (is_small(a) and is_small(b)):
            return Unknown() if isinstance(a, Unknown) or isinstance(b, Unknown) else Opaque()
        else:
            result = result and arithmetic.compare(op, a, b)
        left = right
    return result


def choice(interp: Interpreter, node: ast.IfExp) -> Any:
    """``a if test else b``."""
    known = truth(expressions.evaluate(interp, node.test))
    if known is not None:
        return expressions.evaluate(interp, node.body if known else node.orelse)
    both = [expressions.evaluate(interp, node.body), expressions.evaluate(interp, node.orelse)]
    # "white = 255.0 if x.dtype == 'uint8' else x.max()": the measure says what is meant
    return next((v for v in both if isinstance(v, Measure)), Opaque() if both else Unknown())
