"""Call functions of the text: bind the arguments, run the body."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    Args,
    Keywords,
    Opaque,
    Origin,
    Scope,
    Unknown,
    UserFunction,
)


def follow_function(
    interp: Interpreter, node: ast.AST, function: UserFunction, args: Args, kw: Keywords
) -> Any:
    """What a function of the text gives; raises LimitReached when it goes too deep."""
    function.calls += 1
    if (data := interp.rules.own_functions(interp, function, args, kw)) is not None:
        return data
    body = function.node
    scope = Scope(_bind_arguments(interp, function, args, kw), function.home)
    outside, interp.scope = interp.scope, scope
    try:
        with interp.nested():
            if isinstance(body, ast.Lambda):
                return interp.evaluate(body.body)
            if _yields(function):
                return interp.report_unknown(body, "functions that yield are not followed")
            signal = interp.run(body.body)
    finally:
        interp.scope = outside
    return _remember_origin(signal.value if signal is not None else None, args)


def _remember_origin(result: Any, args: Args) -> Any:
    """What a function nobody could follow made of data remembers them."""
    data = next((a for a in args if isinstance(a, Origin) and not a.is_row), None)
    if data is None or not isinstance(result, Opaque | Unknown):
        return result
    return Opaque(data)


def _yields(function: UserFunction) -> bool:
    if function.yields is None:
        kinds = ast.Yield | ast.YieldFrom
        function.yields = any(isinstance(n, kinds) for n in ast.walk(function.node))
    return function.yields


def _bind_arguments(
    interp: Interpreter, function: UserFunction, args: Args, kw: Keywords
) -> dict[str, Any]:
    """The arguments by name; a missing one is Unknown."""
    asked = function.node.args
    order = [a.arg for a in (*asked.posonlyargs, *asked.args)]
    interp.steps += len(order) // 10
    result: dict[str, Any] = dict(zip(order, args, strict=False))
    result |= {k: v for k, v in kw.items() if k in order or k in {a.arg for a in asked.kwonlyargs}}
    outside, interp.scope = interp.scope, function.home
    try:
        lasts = dict(zip(reversed(order), reversed(asked.defaults), strict=False))
        for name, default in (
            *lasts.items(),
            *((a.arg, d) for a, d in zip(asked.kwonlyargs, asked.kw_defaults, strict=True)),
        ):
            if name not in result and default is not None:
                result[name] = interp.evaluate(default)
    finally:
        interp.scope = outside
    for name in (*order, *(a.arg for a in asked.kwonlyargs)):
        result.setdefault(name, Unknown())
    if asked.vararg:
        result[asked.vararg.arg] = list(args[len(order) :])
    if asked.kwarg:
        result[asked.kwarg.arg] = {k: v for k, v in kw.items() if k not in result}
    return result


HANDLERS: dict[type, Handlers] = {UserFunction: Handlers(call=follow_function)}
"""What can be done with a function of the text."""
