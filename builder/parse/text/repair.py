"""Repair pasted code: curly quotes, strange spaces, line numbers, mixed tabs."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

MOST = 200_000
"""Characters of a text that is repaired; it is read again after each change."""

_SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
                  "\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", "")
)  # fmt: skip
"""Spaces that are none for Python, and signs nobody sees."""

_CURLY = re.compile(
    r"(?P<before>^|[=(\[,{:+\s])(?P<open>[‘’‚`´]|[“”„])"
    r"(?P<text>[^‘’‚“”„\"'\n]{0,200})(?P<close>[‘’´]|[“”])(?=\s*(?:[)\]},:.+]|$))",
    re.MULTILINE,
)
_NUMBER = re.compile(r"\s*(\d{1,5})[.:|)]?(?=\s|$)")
_ENTITY = re.compile(r"&(?:quot|apos|lt|gt|amp|nbsp|#\d{1,4}|#x[0-9a-fA-F]{1,4});")


def repair_attempts(source: str) -> Iterator[tuple[str, str]]:
    """The text with more and more of it undone, and what is to be said of each."""
    text, messages = source, []
    if len(source) > MOST or source.count("\t") > MOST // 10:
        return
    for change, message in _CHANGES:
        changed = change(text)
        if changed != text:
            text = changed
            messages += [message] if message else []
            yield text, " ".join(messages)
    for width in (8, 4):
        spaced = _expand_tabs(text, width)
        if spaced != text:
            yield spaced, " ".join([*messages, "Tabs and spaces are mixed: tabs were made spaces."])


def _straighten_quotes(text: str) -> str:
    def straight(match: re.Match[str]) -> str:
        sign = '"' if match["open"] in "“”„" else "'"
        return f"{match['before']}{sign}{match['text']}{sign}"

    return _CURLY.sub(straight, text)


def _plain(text: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]).replace("\u00a0", " "), text)


def _visible(text: str) -> str:
    return text.translate(_SPACES)


def _strip_line_numbers(text: str) -> str:
    """Without the numbers an editor shows, where every line has one and they count up."""
    lines = text.split("\n")
    rows = [(i, _NUMBER.match(line)) for i, line in enumerate(lines) if line.strip()]
    numbers = [int(found[1]) for _, found in rows if found]
    if len(rows) < 3 or len(numbers) != len(rows) or numbers != sorted(set(numbers)):
        return text
    for i, matched in rows:
        assert matched is not None
        lines[i] = lines[i][matched.end() :]
    code = [line for line in lines if line.strip()]
    pad = min((len(x) - len(x.lstrip()) for x in code), default=0)
    return "\n".join(line[pad:] for line in lines)


def _expand_tabs(text: str, width: int) -> str:
    """Tabs at the beginning of lines as spaces."""

    def spaces(match: re.Match[str]) -> str:
        return match[0].expandtabs(width)

    return re.sub(r"^[ \t]+", spaces, text, flags=re.M)


_CHANGES: tuple[tuple[Callable[[str], str], str], ...] = (
    (_visible, ""),
    (_plain, "Signs of a web page (&quot; …) were made plain ones."),
    (_strip_line_numbers, "The line numbers at the left were left out."),
    (_straighten_quotes, "Curly quotes were made straight ones."),
)
"""Each with what is said when it changed something."""
