"""Parse typed text as numbers or JSON, and format it back; ValueError says what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any

from builder.catalog.entry import Param
from builder.document import decode, encode
from builder.errors import SpecError

ANY = ("none", "any", "?", "*")
"""What a person may write for an axis of any size."""


def parse_numbers(text: str, param: Param, kind: type, *, one: bool) -> Any:
    """``"3, 3"``, ``"3 × 3"`` or ``"(3, 3)"`` as a tuple; one number alone as itself if ``one``.

    Args:
        one: a single number stands for all axes, as Keras reads ``kernel_size=3``.
    """
    body = text.strip().strip("()[]").strip()
    if not body:
        if param.optional:
            return None
        if param.length is None and not one:
            return ()
        raise ValueError(f"Write {_expected_text(param)}.")
    parts = [p for p in re.split(r"[\s,;×x]+", body) if p]
    values = tuple(_parse_number(p, kind, param) for p in parts)
    single = len(values) == 1 and "," not in text
    if single and (one or param.length not in (None, 1)):
        return values[0]
    if param.length is not None and len(values) != param.length:
        raise ValueError(f"Write {_expected_text(param)}; this has {len(values)}.")
    return values


def _expected_text(param: Param) -> str:
    if param.length is None:
        return "numbers with commas between them, such as 28, 28"
    return f"{param.length} number{'s' * (param.length != 1)} with commas between them"


def _parse_number(text: str, kind: type, param: Param) -> Any:
    if kind is int and text.lower() in ANY:
        return None
    try:
        value = kind(text)
    except ValueError:
        sort = "whole number" if kind is int else "number"
        raise ValueError(f"“{text}” is no {sort}.") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"“{text}” is no number to calculate with.")
    if param.min is not None and value < param.min:
        raise ValueError(f"{text} is too small: it must be at least {param.min:g}.")
    if param.max is not None and value > param.max:
        raise ValueError(f"{text} is too large: it must be at most {param.max:g}.")
    return value


def format_numbers(value: Any) -> str:
    """How ``parse_numbers`` reads it back: ``(3, 3)`` → ``"3, 3"``."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join("any" if v is None else f"{v}" for v in value)
    return str(value)


def parse_json(text: str) -> Any:
    """JSON as a spec value; a bare word is text, nothing is None."""
    body = text.strip()
    if not body:
        return None
    if body[0] not in '[{"-0123456789' and body not in ("true", "false", "null"):
        return body
    try:
        return decode(json.loads(body))
    except SpecError as error:
        raise ValueError(error.message) from None
    except (ValueError, RecursionError):
        raise ValueError("This is not complete JSON yet.") from None


def format_json(value: Any) -> str:
    """How ``parse_json`` reads it back."""
    if value is None:
        return ""
    plain_word = isinstance(value, str) and not value[:1].isdigit()
    return value if plain_word else json.dumps(encode(value), ensure_ascii=False)
