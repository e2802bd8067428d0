"""Expressions worked out, step by step and within limits; nothing of the text is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from builder.parse.data import array_methods, arrays
from builder.parse.data.arrays import Batches, Bunch, DataArray, Eye, Length, Measure, Scaler
from builder.parse.interpreter import (
    arithmetic,
    attributes,
    calls,
    conditions,
    imports,
    sequences,
    statements,
)
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    CannotEvaluate,
    KerasObject,
    Opaque,
    Reference,
    Unknown,
    UserFunction,
    after,
    checked,
    is_small,
)
from builder.parse.keras import keras_ops, symbolic_calls
from builder.parse.keras.symbolic_model import Layer, Model, Shape, Tensor
from builder.parse.text import syntax_tree

OWN = DataArray | Measure | Length | Scaler | Bunch | Batches
"""Values that stand for data."""

BUILTINS = frozenset(
    ("len", "range", "enumerate", "zip", "reversed", "sorted", "int", "float", "str", "list",
     "tuple", "dict", "set", "abs", "round", "min", "max", "sum", "bool", "print", "super",
     "isinstance", "map", "any", "all", "type", "input", "open", "help", "display", "hasattr",
     "getattr", "exec", "eval", "compile", "__import__", "globals", "locals", "setattr", "iter",
     "next", "vars", "dir", "id", "repr", "callable", "divmod", "pow", "slice", "filter")
)  # fmt: skip
"""Python's own functions that are known here; ``run`` says what each comes to."""

ITEMS_A_STEP = 50
"""Long lists and texts cost steps, so that steps bound the memory too."""

_WIDTH = re.compile(r"0?\d{0,2}(\.\d{1,2})?[dfeg%s]?")


def evaluate(interp: Interpreter, node: ast.AST) -> Any:
    """What an expression comes to; Unknown where it was told that nobody can say.

    Raises:
        TooMuch: a limit was reached.
    """
    interp.step()
    with interp.nested():
        handler = _HANDLERS.get(type(node))
        if handler is None:
            return interp.report_unknown(node, "this kind of expression is not read")
        try:
            value = handler(interp, node)
        except CannotEvaluate as strange:
            return interp.report_unknown(node, str(strange))
    if isinstance(value, list | str | dict | set):
        interp.steps += len(value) // ITEMS_A_STEP
    return value


def _constant(interp: Interpreter, node: ast.Constant) -> Any:
    if isinstance(node.value, bytes | complex):
        raise CannotEvaluate("this kind of value is not read")
    return None if node.value is Ellipsis else checked(node.value)


def _name(interp: Interpreter, node: ast.Name) -> Any:
    try:
        return interp.scope.get(node.id)
    except KeyError:
        pass
    for module in reversed(interp.scope.top.star):
        path = imports.canonical(f"{module}.{node.id}")
        if imports.known(path) or imports.foreign(path):
            return Reference(path)
    if node.id in BUILTINS or node.id == syntax_tree.OFF:
        return Reference(f"builtins.{node.id}")
    if (path := imports.implied(node.id)) and not interp.scope.top.star:
        interp.report_different(
            node, f"{node.id} is not imported here: Keras's or the usual one is meant."
        )
        interp.scope.top.names[node.id] = Reference(path)
        return Reference(path)
    if node.id in ("__name__", "__file__", "__doc__"):
        return "__main__" if node.id == "__name__" else Opaque()
    if interp.scope.top.star and node.id not in interp.missing:
        interp.missing.add(node.id)
        return interp.report_unknown(node, "this name is not among what we know of the imports")
    if node.id not in interp.missing and not interp.quiet:
        interp.missing.add(node.id)
        return interp.report_unknown(node, "this name is not defined in the code")
    return Unknown()


def _attribute(interp: Interpreter, node: ast.Attribute) -> Any:
    value = evaluate(interp, node.value)
    return attributes.attribute(interp, node, value, node.attr)


def _call(interp: Interpreter, node: ast.Call) -> Any:
    target = evaluate(interp, node.func)
    apart = isinstance(target, Reference) and calls.is_aside(target.path)
    if apart:
        with interp.silenced():
            args, kw = _arguments(interp, node)
    else:
        args, kw = _arguments(interp, node)
    return calls.call(interp, node, target, args, kw)


def _arguments(interp: Interpreter, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
    args: list[Any] = []
    for item in node.args:
        if isinstance(item, ast.Starred):
            value = evaluate(interp, item.value)
            args += list(sequences.items(value)) if isinstance(value, list | range) else [value]
        else:
            args.append(evaluate(interp, item))
    kw: dict[str, Any] = {}
    for word in node.keywords:
        value = evaluate(interp, word.value)
        if word.arg is not None:
            kw[word.arg] = value
        elif isinstance(value, dict):
            kw |= {k: v for k, v in value.items() if isinstance(k, str)}
        elif not isinstance(value, Opaque):
            interp.report_unknown(word.value, "what ** hands over could not be worked out")
    return args, kw


def _binary(interp: Interpreter, node: ast.BinOp) -> Any:
    return operate(interp, node, evaluate(interp, node.left), evaluate(interp, node.right))


def operate(interp: Interpreter, node: Any, a: Any, b: Any) -> Any:
    """``a op b``; ``node`` is the BinOp or AugAssign."""
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return symbolic_calls.binary(interp, node, a, b)
    if isinstance(a, Opaque) or isinstance(b, Opaque):
        return after(*(v for v in (a, b) if isinstance(v, Opaque | DataArray)))
    for value, other in ((a, b), (b, a)):
        if isinstance(value, Unknown):
            if isinstance(other, DataArray):
                interp.report_unknown(node, "what is done to the data here is left out")
            return other if isinstance(other, DataArray) else value
    if isinstance(a, OWN) or isinstance(b, OWN):
        return arrays.operate(node.op, a, b)
    if isinstance(a, Reference | KerasObject | Layer | Model | UserFunction) or isinstance(
        b, Reference | Layer | Model
    ):
        raise CannotEvaluate("it cannot be worked out")
    return arithmetic.arithmetic(node.op, a, b)


def _unary(interp: Interpreter, node: ast.UnaryOp) -> Any:
    value = evaluate(interp, node.operand)
    if isinstance(node.op, ast.Not):
        known = conditions.truth(value)
        nobody = value if isinstance(value, Opaque) else Unknown()
        return nobody if known is None else not known
    if isinstance(value, Unknown | Opaque):
        return value
    if isinstance(value, DataArray | Tensor):
        return operate(interp, ast.copy_location(
            ast.BinOp(node.operand, ast.Mult(), node.operand), node), value, -1)  # fmt: skip
    if not isinstance(value, int | float):
        raise CannotEvaluate("it cannot be worked out")
    return +value if isinstance(node.op, ast.UAdd) else (
        -value if isinstance(node.op, ast.USub) else ~int(value)
    )  # fmt: skip


def _subscript(interp: Interpreter, node: ast.Subscript) -> Any:
    value = evaluate(interp, node.value)
    key = _key(interp, node.slice)
    if isinstance(value, Unknown | Opaque | Reference):
        return Opaque() if isinstance(value, Reference) else value
    if isinstance(value, DataArray | Bunch | Measure | Batches | Eye):
        return array_methods.index(interp, node, value, key)
    if isinstance(value, Shape):
        return value.last if key == -1 and value.last is not None else Unknown()
    if isinstance(value, Tensor):
        if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 8:
            return Tensor(value.call, key) if value.index == 0 else Unknown()
        return symbolic_calls.made(interp, keras_ops.cut(key), [value])
    if isinstance(key, Unknown | Opaque):
        return key
    key = arrays.number(key)
    try:
        if isinstance(key, slice) and any(
            isinstance(p, Opaque | Unknown) for p in (key.start, key.stop, key.step)
        ):
            return Opaque()
        if isinstance(key, slice):
            parts = [arrays.number(p) for p in (key.start, key.stop, key.step)]
            return value[slice(*parts)]
        return value[key]
    except (TypeError, KeyError, IndexError, ValueError):
        raise CannotEvaluate("there is nothing at that place") from None


def _key(interp: Interpreter, node: ast.AST) -> Any:
    if isinstance(node, ast.Slice):
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if p is None else evaluate(interp, p) for p in parts))
    if isinstance(node, ast.Tuple):
        keys = []
        for item in node.elts:
            whole = isinstance(item, ast.Constant) and item.value is Ellipsis
            keys.append(slice(None) if whole else _key(interp, item))
        return tuple(keys)
    return evaluate(interp, node)


def _text(interp: Interpreter, node: ast.JoinedStr) -> Any:
    text = ""
    for part in node.values:
        value = evaluate(interp, part)
        if not isinstance(value, str):
            return value if isinstance(value, Unknown | Opaque) else Unknown()
        text = checked(text + value)
    return text


def _formatted(interp: Interpreter, node: ast.FormattedValue) -> Any:
    value = arrays.number(evaluate(interp, node.value))
    spec = evaluate(interp, node.format_spec) if node.format_spec else ""
    if isinstance(value, Unknown | Opaque):
        return value
    if not is_small(value) or not isinstance(spec, str) or not _WIDTH.fullmatch(spec):
        return Unknown()
    try:
        return format(value, spec) if spec else str(value)
    except (ValueError, TypeError):
        raise CannotEvaluate("it cannot be written so") from None


def _lambda(interp: Interpreter, node: ast.Lambda) -> UserFunction:
    return UserFunction(node, interp.scope)


def _named(interp: Interpreter, node: ast.NamedExpr) -> Any:
    value = evaluate(interp, node.value)
    statements.assign(interp, node.target, value)
    return value


_HANDLERS: dict[type, Callable[[Interpreter, Any], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: conditions.logic,
    ast.Compare: conditions.compare,
    ast.IfExp: conditions.choice,
    ast.List: sequences.listed,
    ast.Tuple: sequences.listed,
    ast.Set: sequences.listed,
    ast.Dict: sequences.mapping,
    ast.Subscript: _subscript,
    ast.JoinedStr: _text,
    ast.FormattedValue: _formatted,
    ast.Lambda: _lambda,
    ast.ListComp: sequences.comprehension,
    ast.SetComp: sequences.comprehension,
    ast.GeneratorExp: sequences.comprehension,
    ast.DictComp: sequences.comprehension,
    ast.NamedExpr: _named,
}
