"""Numbers and shapes as people say them."""

from __future__ import annotations

from typing import Any

from builder.check.training.memory import size
from builder.spec import ObjectSpec

NONE = "none"
"""How None reads."""


def label(name: str) -> str:
    """``"kernel_size"`` → ``"Kernel size"``: how an argument reads on a label."""
    text = name.replace("_", " ").strip()
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


def number(count: int) -> str:
    """``101770`` → ``101,770``."""
    return f"{count:,}"


def plural(count: int, noun: str, many: str = "") -> str:
    """``1 layer``, ``3 layers``."""
    return f"{number(count)} {noun if count == 1 else many or noun + 's'}"


__all__ = ["NONE", "label", "number", "plural", "shape", "short", "size"]
