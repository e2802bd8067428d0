"""Validate one value against an argument's type and range, and name a value that fits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from builder.catalog import REQUIRED, Entry, Param
from builder.check.values.catalog_lookup import resolve
from builder.spec import ObjectSpec, equal_values

BetterValues = Mapping[tuple[str, str], Any]
"""(place, argument) → the value this model and this data want there."""


def mismatch(asked: Param, value: Any) -> str:
    """What the value should be, when it is not: ``"a whole number from 1 up"``; else ``""``."""
    if value is None:
        return "" if asked.optional or None in asked.choices else _describe(asked)
    if asked.type == "json":
        return ""
    return "" if _FITS[asked.type](asked, value) else _describe(asked)


def round_value(asked: Param, value: Any) -> Any:
    """The whole number beside a number that is in range but not whole; else None."""
    if asked.type != "int" or not _is_number(value) or not _in_range(asked, round(value)):
        return None
    return round(value)


def start_value(entry: Entry, name: str, asked: Param) -> Any:
    """What a new object has for that argument, or None when nothing is known to be good."""
    default = entry.args[name]
    if name in entry.start:
        return entry.start[name]
    if default is not REQUIRED and default is not None:
        return default
    return asked.start


def value_label(value: Any) -> str:
    """A value as the label of a fix shows it."""
    return value.class_name if isinstance(value, ObjectSpec) else f"{value}"


def _describe(asked: Param) -> str:
    if asked.type == "choice":
        return f"one of {', '.join(str(c) for c in asked.choices)}"
    what = {
        "int": "a whole number", "float": "a number", "bool": "true or false", "str": "text",
        "ints": "a whole number or a list of them", "floats": "a list of numbers",
        "object": f"one of Keras's {asked.kind}", "json": "given",
    }[asked.type]  # fmt: skip
    if asked.length and asked.type in ("ints", "floats"):
        what = f"one number or {asked.length} of them"
    if asked.min is not None and asked.max is not None:
        what += f" from {_format_number(asked.min)} to {_format_number(asked.max)}"
    elif asked.min is not None:
        what += f" from {_format_number(asked.min)} up"
    elif asked.max is not None:
        what += f" up to {_format_number(asked.max)}"
    return what


def _format_number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def _in_range(asked: Param, value: float) -> bool:
    return (asked.min is None or value >= asked.min) and (asked.max is None or value <= asked.max)


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(single: Callable[[Any], bool], asked: Param, value: Any) -> bool:
    flat = list(_flatten(value))
    if asked.length and isinstance(value, tuple) and len(value) not in (1, asked.length):
        return False
    return all(item is None or (single(item) and _in_range(asked, item)) for item in flat)


def _flatten(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from _flatten(item)
    else:
        yield value


def _choice(asked: Param, value: Any) -> bool:
    counts = any(_is_whole(choice) for choice in asked.choices)  # some of those there are
    return (counts and _is_whole(value) and value > 0) or any(
        equal_values(value, choice) for choice in asked.choices
    )


def _object(asked: Param, value: Any) -> bool:
    return isinstance(value, ObjectSpec) or resolve(asked.kind, value) is not None


_FITS: dict[str, Callable[[Param, Any], bool]] = {
    "int": lambda asked, v: _is_whole(v) and _in_range(asked, v),
    "float": lambda asked, v: _is_number(v) and _in_range(asked, v),
    "bool": lambda _, v: isinstance(v, bool),
    "str": lambda _, v: isinstance(v, str),
    "choice": _choice,
    "ints": partial(_numbers, _is_whole),
    "floats": partial(_numbers, _is_number),
    "object": _object,
}
