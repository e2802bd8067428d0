"""Numbers, sizes, shapes and times as text for people, the same wherever they are shown."""

from __future__ import annotations

import math
from typing import Any

from builder.spec import ObjectSpec

NONE = "none"
"""How None reads."""


def label(name: str) -> str:
    """``"kernel_size"`` → ``"Kernel size"``: how an argument reads on a label."""
    text = _words(name).strip()
    return text[:1].upper() + text[1:]


def short(value: Any) -> str:
    """A value as one would say it: ``(3, 3)`` → ``3 × 3``, None → none, objects by their name."""
    match value:
        case None:
            return NONE
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case ObjectSpec():
            return value.class_name
        case tuple():
            return " × ".join("any" if v is None else short(v) for v in value) or "one number"
        case _:
            return str(value)


def shape(sizes: tuple[int | None, ...]) -> str:
    """An output shape without its batch axis: ``(None, 28, 28)`` → ``28 × 28``."""
    return short(tuple(sizes[1:])) if sizes else "?"


def batch_shape(sizes: tuple[int | None, ...]) -> str:
    """A shape with its batch axis: ``(None, 28, 28)`` → ``(batch, 28, 28)``; a free axis is any."""
    words = ["batch" if i == 0 else "any" if n is None else str(n) for i, n in enumerate(sizes)]
    return f"({', '.join(words)})"


# --- numbers ---------------------------------------------------------------------------------


def number(count: int) -> str:
    """``101770`` → ``101,770``."""
    return f"{count:,}"


def plural(count: int, noun: str, many: str = "") -> str:
    """``1 layer``, ``3 layers``."""
    return f"{number(count)} {noun if count == 1 else many or noun + 's'}"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st``."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def digits(value: Any, count: int = 4) -> str:
    """A measured number in ``count`` significant digits: ``0.1234``, ``1.235e+05``."""
    return f"{float(value):.{count}g}"


def metric_value(value: float | None) -> str:
    """Three decimals below ten, three significant digits above; words for what is no number."""
    if value is None or not math.isfinite(value):
        return "not a number"
    if abs(value) >= 1e9:
        return digits(value, 3)
    if abs(value) >= 10:
        return f"{value:,.0f}" if abs(value) >= 1000 else digits(value, 3)
    return f"{value:.3f}" if abs(value) >= 0.001 or value == 0 else digits(value, 2)


def score(value: float) -> str:
    """Four decimals, one above a hundred; what exploded as ``metric_value`` says it."""
    if not abs(value) < 1e9:
        return metric_value(value)
    return f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"


def metric_name(name: str) -> str:
    """``"val_mean_absolute_error"`` → ``"validation mean absolute error"``."""
    return _words(name.replace("val_", "validation ", 1))


def _words(name: str) -> str:
    """A name of Keras in words; its ``io_u`` is the intersection over union."""
    return name.replace("io_u", "IoU").replace("_", " ")


# --- sizes and times -------------------------------------------------------------------------


def size(count: float, base: int = 1000) -> str:
    """Bytes for people: ``1.5 GB``; ``base`` 1024 for limits that are set in powers of two."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < base:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.3g} {unit}"
        count /= base
    return f"{count:,.3g} TB"


def duration(seconds: float) -> str:
    """``"4 s"``, ``"2 min 5 s"``, ``"1 h 10 min"``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def ago(seconds: float, brief: bool = False) -> str:
    """``"just now"``, ``"3 minutes ago"``, ``"1 day ago"``; brief: ``"3 min ago"``."""
    for length, noun, sign in ((86_400, "day", ""), (3_600, "hour", "h"), (60, "minute", "min")):
        if seconds >= length:
            many = int(seconds // length)
            return f"{many} {sign} ago" if brief and sign else f"{plural(many, noun)} ago"
    return "just now"
