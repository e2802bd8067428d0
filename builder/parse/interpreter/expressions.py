"""Evaluate expressions: names, attributes, calls, indices and formatted text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from builder.parse.interpreter import imports, operators, sequences
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    CannotEvaluate,
    Opaque,
    Reference,
    Unknown,
    UserFunction,
    check_value,
    is_small,
    resolve_number,
)
from builder.parse.text import syntax_tree

BUILTINS = frozenset(
    ("len", "range", "enumerate", "zip", "reversed", "sorted", "int", "float", "str", "list",
     "tuple", "dict", "set", "abs", "round", "min", "max", "sum", "bool", "print", "super",
     "isinstance", "map", "any", "all", "type", "input", "open", "help", "display", "hasattr",
     "getattr", "exec", "eval", "compile", "__import__", "globals", "locals", "setattr", "iter",
     "next", "vars", "dir", "id", "repr", "callable", "object", "divmod", "pow", "slice", "filter")
)  # fmt: skip
"""Python's own functions that are known here; ``run`` says what each comes to."""

_WIDTH = re.compile(r"0?\d{0,2}(\.\d{1,2})?[dfeg%s]?")


def _constant(interp: Interpreter, node: ast.Constant) -> Any:
    if isinstance(node.value, bytes | complex):
        raise CannotEvaluate("this kind of value is not read")
    return None if node.value is Ellipsis else check_value(node.value)


def _name(interp: Interpreter, node: ast.Name) -> Any:
    try:
        return interp.scope.get(node.id)
    except KeyError:
        pass
    for module in reversed(interp.scope.top.star):
        path = imports.canonical_name(f"{module}.{node.id}")
        if interp.rules.is_known(path) or imports.foreign_framework(path):
            return Reference(path)
    if node.id in BUILTINS or node.id == syntax_tree.OFF:
        return Reference(f"builtins.{node.id}")
    if (
        path := imports.implied_import(node.id, interp.rules.is_known)
    ) and not interp.scope.top.star:
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
    value = interp.evaluate(node.value)
    return interp.attribute(node, value, node.attr)


def _call(interp: Interpreter, node: ast.Call) -> Any:
    target = interp.evaluate(node.func)
    apart = isinstance(target, Reference) and imports.is_outside(target.path)
    if apart:
        with interp.silenced():
            args, kw = _arguments(interp, node)
    else:
        args, kw = _arguments(interp, node)
    return interp.call(node, target, args, kw)


def _arguments(interp: Interpreter, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
    args: list[Any] = []
    for item in node.args:
        if isinstance(item, ast.Starred):
            value = interp.evaluate(item.value)
            args += list(interp.items(value)) if isinstance(value, list | range) else [value]
        else:
            args.append(interp.evaluate(item))
    kw: dict[str, Any] = {}
    for word in node.keywords:
        value = interp.evaluate(word.value)
        if word.arg is not None:
            kw[word.arg] = value
        elif isinstance(value, dict):
            kw |= {k: v for k, v in value.items() if isinstance(k, str)}
        elif not isinstance(value, Opaque):
            interp.report_unknown(word.value, "what ** hands over could not be worked out")
    return args, kw


def _subscript(interp: Interpreter, node: ast.Subscript) -> Any:
    value = interp.evaluate(node.value)
    key = _key(interp, node.slice)
    if isinstance(value, Unknown | Opaque | Reference):
        return Opaque() if isinstance(value, Reference) else value
    if handler := interp.handlers(value).index:
        return handler(interp, node, value, key)
    if isinstance(key, Unknown | Opaque):
        return key
    key = resolve_number(key)
    try:
        if isinstance(key, slice) and any(
            isinstance(p, Opaque | Unknown) for p in (key.start, key.stop, key.step)
        ):
            return Opaque()
        if isinstance(key, slice):
            parts = [resolve_number(p) for p in (key.start, key.stop, key.step)]
            return value[slice(*parts)]
        return value[key]
    except (TypeError, KeyError, IndexError, ValueError):
        raise CannotEvaluate("there is nothing at that place") from None


def _key(interp: Interpreter, node: ast.AST) -> Any:
    if isinstance(node, ast.Slice):
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if p is None else interp.evaluate(p) for p in parts))
    if isinstance(node, ast.Tuple):
        keys = []
        for item in node.elts:
            whole = isinstance(item, ast.Constant) and item.value is Ellipsis
            keys.append(slice(None) if whole else _key(interp, item))
        return tuple(keys)
    return interp.evaluate(node)


def _text(interp: Interpreter, node: ast.JoinedStr) -> Any:
    text = ""
    for part in node.values:
        value = interp.evaluate(part)
        if not isinstance(value, str):
            return value if isinstance(value, Unknown | Opaque) else Unknown()
        text = check_value(text + value)
    return text


def _format_value(interp: Interpreter, node: ast.FormattedValue) -> Any:
    value = resolve_number(interp.evaluate(node.value))
    spec = interp.evaluate(node.format_spec) if node.format_spec else ""
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


def _assign_expression(interp: Interpreter, node: ast.NamedExpr) -> Any:
    value = interp.evaluate(node.value)
    interp.assign(node.target, value)
    return value


HANDLERS: dict[type, Callable[[Interpreter, Any], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.BinOp: operators.evaluate_binary,
    ast.UnaryOp: operators.evaluate_unary,
    ast.BoolOp: operators.evaluate_boolean,
    ast.Compare: operators.evaluate_comparison,
    ast.IfExp: operators.evaluate_conditional,
    ast.List: sequences.evaluate_list,
    ast.Tuple: sequences.evaluate_list,
    ast.Set: sequences.evaluate_list,
    ast.Dict: sequences.evaluate_dict,
    ast.Subscript: _subscript,
    ast.JoinedStr: _text,
    ast.FormattedValue: _format_value,
    ast.Lambda: _lambda,
    ast.ListComp: sequences.evaluate_comprehension,
    ast.SetComp: sequences.evaluate_comprehension,
    ast.GeneratorExp: sequences.evaluate_comprehension,
    ast.DictComp: sequences.evaluate_comprehension,
    ast.NamedExpr: _assign_expression,
}
