"""The script viewer: syntax-highlighted lines, the selected layer's marked, one line chosen."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Sequence

import streamlit as st

from pages.widgets.session import widget_sync
from pages.widgets.shared.asset_files import ASSETS

_mount = st.components.v2.component(
    "layerwise_code",
    html='<div class="lw-code"><div class="bar"><span role="status"></span>'
    '<button type="button">Copy</button></div></div>',
    css=(ASSETS / "code.css").read_text("utf-8"),
    js=(ASSETS / "code.js").read_text("utf-8"),
    isolate_styles=False,  # the focus ring and colours are the page's own
)

Tokens = list[tuple[str, str]]
"""(kind, text) one after the other: ``keyword``, ``string``, ``comment``, ``number`` or ``""``."""

KINDS = {
    tokenize.STRING: "string",
    tokenize.COMMENT: "comment",
    tokenize.NUMBER: "number",
    tokenize.FSTRING_START: "string",
    tokenize.FSTRING_MIDDLE: "string",
    tokenize.FSTRING_END: "string",
} if hasattr(tokenize, "FSTRING_START") else {
    tokenize.STRING: "string",
    tokenize.COMMENT: "comment",
    tokenize.NUMBER: "number",
}  # fmt: skip


def show(text: str, marked: Sequence[int], key: str) -> int | None:
    """Draw the script; returns the line somebody chose, counted from 1.

    Args:
        marked: lines of the selected layer.
        key: the same for the same place.
    """
    lines = tokenize_lines(text.rstrip("\n"))
    chosen = _line(widget_sync.widget_value(key), len(lines))
    data = {
        "lines": lines,
        "marked": list(marked),
        "chosen": chosen,
        "text": text,
        "label": "The script, line by line. Press Enter to have a line explained",
    }
    # In a list, because Streamlit searches a dict for data frames and loads pandas for it.
    answer = _mount(key=key, data=[data], on_line_change=_ignore_event)
    return _line(answer, len(lines))


def _line(answer: object, many: int) -> int | None:
    """What the browser says is chosen, if it is a line."""
    line = answer.get("line") if isinstance(answer, dict) else None
    return line if isinstance(line, int) and 0 < line <= many else None


def _ignore_event() -> None:
    """The line needs a listener; the rerun itself is all we want."""


def tokenize_lines(text: str) -> list[Tokens]:
    """The lines of a script as tokens; plain where Python cannot read it."""
    rows = text.split("\n")
    lines: list[Tokens] = [[] for _ in rows]
    at = [0] * len(rows)

    def upto(row: int, column: int, kind: str) -> None:
        if row < len(rows) and column > at[row]:
            lines[row].append((kind, rows[row][at[row] : column]))
            at[row] = column

    try:
        for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            kind = KINDS.get(token.type, "")
            if token.type == tokenize.NAME and keyword.iskeyword(token.string):
                kind = "keyword"
            if not kind:
                continue
            (first, start), (last, end) = token.start, token.end
            upto(first - 1, start, "")
            for row in range(first - 1, last):
                upto(row, end if row == last - 1 else len(rows[row]), kind)
    except (tokenize.TokenError, SyntaxError):
        pass
    for row, line in enumerate(rows):
        upto(row, len(line), "")
    return lines
