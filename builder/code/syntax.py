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
    """``name(items)``, or nameless ``[items]``, ``(items)``, ``{items}``; items may have a key.

    Args:
        split: broken over lines however short it is.
        bare: the brackets of a call whose name stands elsewhere, not a tuple.

    Raises:
        SpecError: the name or a key is no Python name. A project may be a stranger's, and its
            script is made to be run: what is written without quotes is checked here.
    """

    name: str
    items: tuple[tuple[str, Any], ...]
    open: str = "("
    close: str = ")"
    split: bool = False
    bare: bool = False

    def __post_init__(self) -> None:
        keys = () if self.open == "{" else (key for key, _ in self.items)
        for word in (*self.name.split("."), *keys):
            if word and not is_name(word):
                raise SpecError(
                    f"{word[:80]!r} cannot be written into a script: it is no name in Python.",
                    "Remove it from the project.",
                )


@dataclass(frozen=True, slots=True)
class Applied:
    """``layer(…)(inputs)``: what a call gives, called."""

    layer: Call
    inputs: Call


@dataclass(frozen=True, slots=True)
class Comment:
    """A line of its own among the items of a broken call."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """Source text printed as it is."""

    text: str


def is_name(word: str) -> bool:
    """Whether Python takes ``word`` as a name of its own."""
    return word.isidentifier() and not keyword.iskeyword(word)


def render(start: str, value: Any, indent: int = 0, end: str = "") -> str:
    """``start`` and the source of ``value``, broken over lines where it is too long.

    Args:
        indent: columns that ``start`` stands to the right of the page's edge.
        end: what follows on the last line.
    """
    line = f"{' ' * indent}{start}{render_flat(value)}{end}"
    if len(line) <= WIDTH and not _must_split(value):
        return line
    if isinstance(value, Applied):
        head = render_flat(value.layer)
        if not value.layer.items or (_long(value.inputs) and len(start + head) + indent < WIDTH):
            return render(f"{start}{head}", value.inputs, indent, end)
        return render(start, value.layer, indent, f"{render_flat(value.inputs)}{end}")
    if not isinstance(value, Call) or not value.items:
        return line
    rows = []
    only = len(value.items) == 1 and isinstance(value.items[0][1], Call)
    sole_list = only and not value.items[0][0] and not value.items[0][1].name
    for key, item in value.items:
        if isinstance(item, Comment):
            rows.append(f"{' ' * (indent + 4)}{item.text}")
            continue
        comma = "" if sole_list else ","
        rows.append(render(_key(value, key), item, indent + 4, comma))
    pad = " " * indent
    inside = "\n".join(rows)
    return f"{pad}{start}{value.name}{value.open}\n{inside}\n{pad}{value.close}{end}"


def render_flat(value: Any) -> str:
    """The source of ``value`` on one line."""
    match value:
        case Call():
            parts = [f"{_key(value, k)}{render_flat(v)}" for k, v in value.items]
            is_tuple = not value.name and value.open == "(" and not value.bare
            lone = "," if is_tuple and len(parts) == 1 else ""
            return f"{value.name}{value.open}{', '.join(parts)}{lone}{value.close}"
        case Applied():
            return f"{render_flat(value.layer)}{render_flat(value.inputs)}"
        case Name() | Comment():
            return value.text
        case str():
            return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
    return repr(value)


def _key(call: Call, key: str) -> str:
    if call.open == "{":
        return f"{render_flat(key)}: "
    return f"{key}=" if key else ""


def _long(inputs: Call) -> bool:
    return len(render_flat(inputs)) > WIDTH // 2


def _must_split(value: Any) -> bool:
    if isinstance(value, Applied):
        return _must_split(value.layer) or _must_split(value.inputs)
    if not isinstance(value, Call):
        return False
    return value.split or any(_must_split(v) for _, v in value.items)
