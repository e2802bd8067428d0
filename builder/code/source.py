"""A little of Python's syntax: calls, names and comments, printed as a formatter would."""

from __future__ import annotations

import json
import keyword
from dataclasses import dataclass
from typing import Any

from builder.errors import SpecError

WIDTH = 88
"""Columns of a line, as Python formatters have it."""


@dataclass(frozen=True, slots=True)
class Call:
    """``name(items)``, or ``[items]`` and ``(items)`` for a list or tuple; items may have a key.

    Raises:
        SpecError: the name or a key is no Python name. A project may be a stranger's, and its
            script is made to be run: what is written without quotes is checked here.
    """

    name: str
    items: tuple[tuple[str, Any], ...]
    open: str = "("
    close: str = ")"
    split: bool = False

    def __post_init__(self) -> None:
        for word in (*self.name.split("."), *(key for key, _ in self.items)):
            if word and (not word.isidentifier() or keyword.iskeyword(word)):
                raise SpecError(
                    f"{word[:80]!r} cannot be written into a script: it is no name in Python.",
                    "Remove it from the project.",
                )


@dataclass(frozen=True, slots=True)
class Comment:
    """A line of its own among the items of a broken call."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """Source text printed as it is."""

    text: str


def render(start: str, value: Any, indent: int = 0, end: str = "") -> str:
    """``start`` and the source of ``value``, broken over lines where it is too long.

    Args:
        indent: columns that ``start`` stands to the right of the page's edge.
        end: what follows on the last line.
    """
    line = f"{' ' * indent}{start}{flat(value)}{end}"
    if not isinstance(value, Call) or (len(line) <= WIDTH and not _must_split(value)):
        return line
    rows = []
    only = len(value.items) == 1 and isinstance(value.items[0][1], Call)
    sole_list = only and not value.items[0][1].name
    for key, item in value.items:
        if isinstance(item, Comment):
            rows.append(f"{' ' * (indent + 4)}{item.text}")
            continue
        comma = "" if sole_list else ","
        rows.append(render(f"{key}=" if key else "", item, indent + 4, comma))
    pad = " " * indent
    inside = "\n".join(rows)
    return f"{pad}{start}{value.name}{value.open}\n{inside}\n{pad}{value.close}{end}"


def flat(value: Any) -> str:
    """The source of ``value`` on one line."""
    match value:
        case Call():
            parts = [f"{k}={flat(v)}" if k else flat(v) for k, v in value.items]
            lone = "," if not value.name and value.open == "(" and len(parts) == 1 else ""
            return f"{value.name}{value.open}{', '.join(parts)}{lone}{value.close}"
        case Name() | Comment():
            return value.text
        case str():
            return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
    return repr(value)


def _must_split(value: Call) -> bool:
    return value.split or any(isinstance(v, Call) and _must_split(v) for _, v in value.items)
