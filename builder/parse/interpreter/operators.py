"""Evaluate arithmetic, comparisons and truth, with bounded results."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    MAX_ITEMS,
    MAX_NUMBER,
    CannotEvaluate,
    Counted,
    Measured,
    Midway,
    Opaque,
    Origin,
    Reference,
    Symbol,
    TrainingFlag,
    Unknown,
    UserFunction,
    check_value,
    is_scalar,
    is_small,
    opaque_of,
    resolve_number,
)


def evaluate_binary(interp: Interpreter, node: ast.BinOp) -> Any:
    """``a op b``."""
    return operate(interp, node, interp.evaluate(node.left), interp.evaluate(node.right))


def operate(interp: Interpreter, node: Any, a: Any, b: Any) -> Any:
    """``a op b``; ``node`` is the BinOp or AugAssign."""
    for kinds, handler in interp.rules.operators:
        if isinstance(a, kinds) or isinstance(b, kinds):
            return handler(interp, node, a, b)
    if isinstance(a, Opaque) or isinstance(b, Opaque):
        return opaque_of(*(v for v in (a, b) if isinstance(v, Opaque)))
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return a if isinstance(a, Unknown) else b
    if isinstance(a, Symbol | UserFunction) or isinstance(b, Symbol):
        raise CannotEvaluate("it cannot be worked out")
    return arithmetic(node.op, a, b)


def evaluate_unary(interp: Interpreter, node: ast.UnaryOp) -> Any:
    """``-a``, ``not a``."""
    value = interp.evaluate(node.operand)
    if isinstance(node.op, ast.Not):
        known = truth(value)
        nobody = value if isinstance(value, Opaque) else Unknown()
        return nobody if known is None else not known
    if isinstance(value, Unknown | Opaque):
        return value
    if interp.handlers(value).signed:
        times = ast.BinOp(node.operand, ast.Mult(), node.operand)
        return operate(interp, ast.copy_location(times, node), value, -1)
    if not isinstance(value, int | float):
        raise CannotEvaluate("it cannot be worked out")
    if isinstance(node.op, ast.UAdd):
        return +value
    return -value if isinstance(node.op, ast.USub) else ~int(value)


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_BITS: dict[type, Callable[[Any, Any], Any]] = {
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}


def arithmetic(op: ast.operator, a: Any, b: Any) -> Any:
    """``a op b`` of plain values; raises CannotEvaluate when it cannot be, or gets too large."""
    try:
        return check_value(_apply_operator(op, a, b))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise CannotEvaluate(
            str(error).splitlines()[0][:80] if str(error) else "it fails"
        ) from None


def _apply_operator(op: ast.operator, a: Any, b: Any) -> Any:
    numbers = isinstance(a, int | float) and isinstance(b, int | float)
    if isinstance(op, ast.Pow):
        if not numbers or abs(b) > 64 or abs(a) > 2**32 or (isinstance(b, int) and abs(a) ** abs(b)
                                                              > MAX_NUMBER):  # fmt: skip
            raise CannotEvaluate("the power is too large")
        power = a**b
        return power if not isinstance(power, complex) else _no("it is no real number")
    if type(op) in _BITS:
        return _BITS[type(op)](a, b) if isinstance(a, int) and isinstance(b, int) else _no()
    if isinstance(op, ast.LShift | ast.RShift):
        if not (isinstance(a, int) and isinstance(b, int) and 0 <= b < 64 and abs(a) < 2**32):
            return _no("the shift is too large")
        return a << b if isinstance(op, ast.LShift) else a >> b
    if isinstance(op, ast.Mult) and not numbers:
        return _repeat(a, b)
    if isinstance(op, ast.Mod) and isinstance(a, str):
        return _percent(a, b)
    if type(op) not in _ARITHMETIC:
        return _no()
    if not numbers:
        joinable = isinstance(op, ast.Add) and type(a) is type(b)
        if not joinable or not isinstance(a, str | list | tuple):
            return _no(f"{_word(a)} and {_word(b)} cannot be put together so")
        if len(a) + len(b) > MAX_ITEMS:
            return _no("it is too long")
    return _ARITHMETIC[type(op)](a, b)


def _repeat(a: Any, b: Any) -> Any:
    many, what = (a, b) if isinstance(a, int) else (b, a)
    if not isinstance(many, int) or not isinstance(what, str | list | tuple):
        return _no(f"{_word(a)} and {_word(b)} cannot be multiplied")
    if max(many, 0) * max(len(what), 1) > MAX_ITEMS:
        return _no("it is too long")
    return what * many


def _percent(text: str, values: Any) -> str:
    """``"conv_%d" % 3``: only the plain signs, so that no width can ask for a gigabyte."""
    rest = text.replace("%%", "").replace("%d", "").replace("%s", "").replace("%i", "")
    if "%" in rest or not is_small(values):
        raise CannotEvaluate("this way of putting text together is not read")
    return text % (tuple(values) if isinstance(values, list) else values)


def _no(why: str = "it cannot be worked out") -> Any:
    raise CannotEvaluate(why)


def _word(value: Any) -> str:
    return {"str": "text", "int": "a number", "float": "a number", "list": "a list"}.get(
        type(value).__name__, "these values"
    )


_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


def _compare(op: ast.cmpop, a: Any, b: Any) -> bool:
    """``a op b``; raises CannotEvaluate when it cannot be worked out."""
    if isinstance(op, ast.Is | ast.IsNot):
        if a is not None and b is not None and not (isinstance(a, bool) or isinstance(b, bool)):
            raise CannotEvaluate("whether two things are the same one is not read")
        return (a is b) == isinstance(op, ast.Is)
    if not (is_small(a) and is_small(b)):
        raise CannotEvaluate("it cannot be compared")
    try:
        return bool(_COMPARE[type(op)](a, b))
    except TypeError:
        raise CannotEvaluate("it cannot be compared") from None


def truth(value: Any) -> bool | None:
    """Whether a value counts as true; None when nobody can say."""
    if isinstance(value, Counted):
        return bool(value.number) if value.number is not None else True
    if isinstance(value, TrainingFlag):
        return True
    if isinstance(value, Unknown | Opaque | Reference | Origin | Measured):
        return None
    if is_scalar(value) or isinstance(value, list | dict | set | range):
        return bool(value)
    return True


def evaluate_boolean(interp: Interpreter, node: ast.BoolOp) -> Any:
    """``a and b``, ``a or b``."""
    stop = isinstance(node.op, ast.Or)
    value: Any = not stop
    unclear: Any = None
    for part in node.values:
        value = interp.evaluate(part)
        known = truth(value)
        if known is None:
            unclear = unclear or value
        elif known == stop:
            return value
    return unclear if unclear is not None else value


def evaluate_comparison(interp: Interpreter, node: ast.Compare) -> Any:
    """``a < b``, also in a row."""
    left = interp.evaluate(node.left)
    result = True
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = interp.evaluate(part)
        a, b = resolve_number(left), resolve_number(right)
        if isinstance(op, ast.Is | ast.IsNot) and (a is None or b is None):
            result = result and ((a is b) == isinstance(op, ast.Is))
        elif isinstance(a, Midway) or isinstance(b, Midway):
            result = result and isinstance(op, ast.Lt | ast.LtE) == isinstance(a, Midway)
        elif isinstance(a, Opaque) or isinstance(b, Opaque):
            return Opaque()
        elif not (is_small(a) and is_small(b)):
            return Unknown() if isinstance(a, Unknown) or isinstance(b, Unknown) else Opaque()
        else:
            result = result and _compare(op, a, b)
        left = right
    return result


def evaluate_conditional(interp: Interpreter, node: ast.IfExp) -> Any:
    """``a if test else b``."""
    known = truth(interp.evaluate(node.test))
    if known is not None:
        return interp.evaluate(node.body if known else node.orelse)
    both = [interp.evaluate(node.body), interp.evaluate(node.orelse)]
    # "white = 255.0 if x.dtype == 'uint8' else x.max()": the measure says what is meant
    return next((v for v in both if isinstance(v, Measured)), Opaque() if both else Unknown())
