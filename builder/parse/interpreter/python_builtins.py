"""Call Python's built-in functions and the methods of text, lists and dicts, bounded."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any

from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    MAX_ITEMS,
    Args,
    BoundMethod,
    CannotEvaluate,
    CommandLine,
    Counted,
    Keywords,
    Measured,
    Opaque,
    Super,
    Unknown,
    check_value,
    is_small,
    resolve_number,
)

NEVER = frozenset(
    ("exec", "eval", "compile", "__import__", "globals", "locals", "getattr", "setattr", "vars")
)
"""Never run, and said so."""

CASES = frozenset(
    ("lower", "upper", "strip", "title", "capitalize", "startswith", "endswith", "split")
)
"""Methods of text that take text and make it no longer."""

SILENT = frozenset(("print", "help", "display", "input", "type", "dir", "id", "hasattr", "open"))

OF_ARRAYS = frozenset(("reshape", "astype", "mean", "std", "flatten", "ravel", "tolist", "argmax"))
"""Methods of NumPy's arrays: numbers written in the code are no dataset here."""

FORMULAS: dict[str, Callable[..., float]] = {
    "exp": math.exp, "pow": math.pow, "floor": math.floor, "ceil": math.ceil,
    "sqrt": math.sqrt, "log": math.log, "cos": math.cos,
}  # fmt: skip


def call_formula(name: str, args: list[Any]) -> Any:
    """``math.exp(x)`` of plain numbers; raises CannotEvaluate for anything else."""
    if not all(isinstance(resolve_number(a), int | float) for a in args):
        return Opaque() if any(isinstance(a, Opaque) for a in args) else None
    try:
        return check_value(FORMULAS[name](*[resolve_number(a) for a in args]))
    except (TypeError, ValueError, ArithmeticError):
        raise CannotEvaluate("it cannot be worked out") from None


def call_builtin(interp: Interpreter, node: ast.Call, name: str, args: Args, kw: Keywords) -> Any:
    """``name(args)`` of Python's own functions."""
    if name in NEVER:
        return interp.report_unknown(node, "this is never run here: left out")
    if name == "super":
        return Super()
    if name in SILENT or any(isinstance(a, Opaque) for a in args):
        return Opaque()
    if name == "len" and args:
        sized = isinstance(args[0], list | dict | str | range | set)
        return len(args[0]) if sized else Unknown()
    if any(isinstance(a, Unknown) for a in args):
        return Unknown()
    if name in ("int", "float", "round") and args and isinstance(args[0], Counted | Measured):
        return args[0]
    args = [resolve_number(a) for a in args]
    try:
        return check_value(_plain(name, args, kw))
    except (TypeError, ValueError, ArithmeticError, IndexError, KeyError):
        raise CannotEvaluate("it cannot be worked out") from None


def _plain(name: str, args: Args, kw: Keywords) -> Any:
    if name == "range":
        made = range(*args)
        return list(made) if len(made) <= 1000 else made
    lists = [list(check_value(a)) if isinstance(a, range | dict | set | str) else a for a in args]
    if name in ("list", "tuple", "set"):
        return list(lists[0]) if lists else []
    if name == "dict":
        rows = lists[0] if lists and isinstance(lists[0], list) else []
        first = args[0] if args and isinstance(args[0], dict) else dict(rows)
        return {**first, **kw}
    if name == "enumerate":
        start = args[1] if len(args) > 1 else kw.get("start", 0)
        return [[i, v] for i, v in enumerate(lists[0], start)]
    if name == "zip":
        return [list(row) for row in zip(*lists, strict=False)]
    if name == "reversed":
        return lists[0][::-1]
    if not is_small(args):
        raise CannotEvaluate("it cannot be worked out")
    if name == "prod":
        return math.prod(lists[0] if isinstance(lists[0], list) else lists)
    simple: dict[str, Callable[..., Any]] = {
        "int": _int, "float": float, "str": str, "abs": abs, "round": round, "min": min,
        "max": max, "sum": sum, "bool": bool, "sorted": sorted, "any": any, "all": all,
    }  # fmt: skip
    if name not in simple or (kw and name not in ("min", "max")):
        raise CannotEvaluate("this function is not followed here")
    return simple[name](*(lists if name in ("sum", "sorted", "any", "all") else args))


def _int(value: Any = 0, base: int = 10) -> int:
    if isinstance(value, str) and len(value) > 20:
        raise CannotEvaluate("the number is too large")
    return int(value, base) if isinstance(value, str) else int(value)


def _method(
    interp: Interpreter, node: ast.Call, value: Any, name: str, args: Args, kw: Keywords
) -> Any:
    """Methods of lists, mappings and text."""
    if isinstance(value, str) and any(isinstance(a, Opaque) for a in args):
        return Opaque()
    if isinstance(value, list) and name in OF_ARRAYS:
        return Opaque()
    try:
        if isinstance(value, list):
            return _list(value, name, args)
        if isinstance(value, dict):
            return _dict(value, name, args, kw)
        return check_value(_text(value, name, args, kw))
    except (TypeError, ValueError, IndexError, KeyError):
        raise CannotEvaluate("it cannot be worked out") from None


def _option(
    interp: Interpreter, node: ast.Call, value: CommandLine, name: str, args: Args, kw: Keywords
) -> Any:
    """``parser.add_argument("--epochs", default=5)``, and what is parsed: the defaults."""
    if name == "add_argument":
        names = [a for a in args if isinstance(a, str) and len(a) < 100]
        long = next((n for n in names if n.startswith("--")), names[0] if names else "")
        usual = False if kw.get("action") == "store_true" else kw.get("default", Unknown())
        word = kw.get("dest", long.lstrip("-").replace("-", "_"))
        if isinstance(word, str) and len(value.values) < 1000:
            value.values[word] = usual
        return None
    if name in ("parse_args", "parse_known_args"):
        if value.values:
            interp.report_different(
                node, "The options of the command line are taken at their defaults."
            )
        return value if name == "parse_args" else [value, Opaque()]
    return value if name == "add_argument_group" else Opaque()


def _list(value: list[Any], name: str, args: list[Any]) -> Any:
    if name == "append":
        value.append(args[0])
    elif name == "extend" and isinstance(args[0], list | range):
        if len(args[0]) <= MAX_ITEMS:
            value.extend(list(args[0]))
    elif name == "insert":
        value.insert(resolve_number(args[0]), args[1])
    elif name == "pop":
        return value.pop(*args)
    elif name == "reverse":
        value.reverse()
    elif name == "copy":
        return list(value)
    elif name in ("index", "count") and is_small(value):
        return getattr(value, name)(*args)
    else:
        raise CannotEvaluate("this method is not followed here")
    if len(value) > MAX_ITEMS:
        del value[MAX_ITEMS:]
        raise CannotEvaluate("the list is too long")
    return None


def _dict(value: dict[Any, Any], name: str, args: Args, kw: Keywords) -> Any:
    match name:
        case "items":
            return [[k, v] for k, v in value.items()]
        case "keys":
            return list(value)
        case "values":
            return list(value.values())
        case "get":
            return value.get(args[0], args[1] if len(args) > 1 else None)
        case "copy":
            return dict(value)
        case "update":
            value.update(args[0] if args and isinstance(args[0], dict) else {}, **kw)
            return None
        case "pop" if len(args) == 1:
            return value.pop(args[0])
    raise CannotEvaluate("this method is not followed here")


def _text(value: str, name: str, args: Args, kw: Keywords) -> Any:
    if name == "format":
        if re.sub(r"\{\w*\}", "", value).count("{"):
            raise CannotEvaluate("this way of putting text together is not read")
        small = [resolve_number(a) for a in args], {k: resolve_number(v) for k, v in kw.items()}
        if not (is_small(small[0]) and is_small(small[1])):
            return Unknown()
        if value.count("{") * len(str(small)) > 10 * MAX_ITEMS:
            raise CannotEvaluate("the text is too long")
        return value.format(*small[0], **small[1])
    if name == "join" and args and isinstance(args[0], list) and is_small(args[0]):
        if len(value) * len(args[0]) > MAX_ITEMS:
            raise CannotEvaluate("the text is too long")
        return value.join(args[0])
    if name in CASES and all(isinstance(a, str) for a in args):
        return getattr(value, name)(*args)
    if name == "replace" and len(args) == 2 and len(args[1]) * value.count(args[0]) < MAX_ITEMS:
        return value.replace(args[0], args[1])
    if name == "encode":
        return Opaque()
    raise CannotEvaluate("this method is not followed here")


def _list_attribute(interp: Interpreter, node: ast.AST, value: list[Any], name: str) -> Any:
    """``shape``, as of numbers in nested lists, by the first of each."""
    if name != "shape":
        return BoundMethod(value, name)
    sizes: list[int] = []
    item: Any = value
    while isinstance(item, list) and len(sizes) < 8:
        sizes.append(len(item))
        item = item[0] if item else None
    return sizes


def _option_value(interp: Interpreter, node: ast.AST, value: CommandLine, name: str) -> Any:
    if name.startswith(("add_", "parse_", "set_")):
        return BoundMethod(value, name)
    return value.values.get(name, Unknown())


HANDLERS: dict[type, Handlers] = {
    list: Handlers(method=_method, attribute=_list_attribute),
    dict: Handlers(method=_method),
    str: Handlers(method=_method),
    CommandLine: Handlers(method=_option, attribute=_option_value),
}
"""What can be done with Python's own values, and with a parser of the command line."""
