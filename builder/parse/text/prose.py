"""Find the code in pasted text: indentation removed, sentences between the lines left out."""

from __future__ import annotations

import ast
import keyword
import re
import warnings

_KEYWORDS = frozenset((*keyword.kwlist, "match", "case", "type", "_"))
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|#.*")
_WORD = r"[^\W\d][\w'’-]*"
_NEIGHBOURS = re.compile(rf"(?<![\w.'])({_WORD})[,;:!?]? +({_WORD}|\d)")
_SENTENCE = re.compile(rf"(?:{_WORD},? +){{4}}")
_CODE = re.compile(r"=|\w[(\[]|\w\.[^\W\d]|^@")
_MARK = re.compile(
    r"^\d+/\d+ |^Epoch \d+|^[^\W\d]\w*:$|^[^\x00-\x7f\w]|^[-*•>] |^\d+[.)] +[^\W\d]|^---|^\|"
    r"|^[=_]{5}|^(Total|(Non-)?[Tt]rainable) params\b|^Out\[\d+\]|^\d+m? ?s$|^\d+ ?m$|^<[\w.]+ .*>$"
    r"|^\d{4}-\d\d-\d\d |^(WARNING|INFO|ERROR):|^\w+ \(\w+\) +[(\[]|^Layer \(type\)"
)
"""How headings, lists, tables, a model's summary and the log of a training begin."""

MAX_ROUNDS = 200
MAX_READ = 5_000_000
"""Characters that may be read again, in all rounds together."""


def extract_code(source: str) -> tuple[str, str] | None:
    """The code in a text that is no Python, every line where it was, and what is to be said of it.

    Lines of prose are blanked and code that was indented is moved to the left; None where what is
    left is still no Python, or nothing is.
    """
    lines = source.split("\n")
    left_out = {i for i, line in enumerate(lines) if _is_prose(line)}
    lines = ["" if i in left_out else line for i, line in enumerate(lines)]
    moved = False
    for _ in range(min(MAX_ROUNDS, 2 + MAX_READ // (len(source) + 1))):
        error = _error("\n".join(lines))
        if error is None:
            break
        at = (error.lineno or 1) - 1
        if at >= len(lines) or not lines[at].strip():
            return None
        line = lines[at].strip()
        if _is_prose(line) or not (_QUOTED.sub("", line).isascii() or _CODE.search(line)):
            left_out.add(at)
            lines[at] = ""
        elif "indent" in str(error.msg) and lines[at][0].isspace():
            _move(lines, at)
            moved = True
        else:
            return None
    else:
        return None
    messages = ["Code that was indented was moved to the left edge."] if moved else []
    messages += (
        [f"Left out, because it is no code: {_list_lines(sorted(left_out))}."] if left_out else []
    )
    return ("\n".join(lines), " ".join(messages)) if any(x.strip() for x in lines) else None


def _error(source: str) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return error
    except (ValueError, OverflowError, RecursionError, MemoryError):
        return SyntaxError("too strange to be read", ("", 0, 0, ""))
    return None


def _move(lines: list[str], first: int) -> None:
    """The block that begins there to the left edge, in place."""
    pad = len(lines[first]) - len(lines[first].lstrip())
    for i in range(first, len(lines)):
        if lines[i].strip() and len(lines[i]) - len(lines[i].lstrip()) < pad:
            return
        lines[i] = lines[i][pad:]


def _is_prose(line: str) -> bool:
    """Whether a line at the left edge has words side by side, which no line of Python has."""
    if not line.strip() or line[0].isspace() or len(line) > 2000:
        return False
    if _MARK.match(line) and line.rstrip(":") not in _KEYWORDS:
        return True
    plain = _QUOTED.sub("''", line)
    if keyword.iskeyword(plain.split()[0]) and not _SENTENCE.search(plain):
        return False
    pairs = _NEIGHBOURS.findall(plain)
    side_by_side = any(not {a, b} & _KEYWORDS for a, b in pairs)
    return side_by_side and (not _CODE.search(plain) or bool(_SENTENCE.search(plain)))


def _list_lines(places: list[int]) -> str:
    """``line 3``, or ``lines 1, 3 to 5 and 9``; places count from 0."""
    spans: list[list[int]] = []
    for place in places:
        if spans and place == spans[-1][1] + 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    shown = [f"{a + 1} to {b + 1}" if b > a else f"{a + 1}" for a, b in spans]
    if len(shown) > 20:
        shown = [*shown[:20], f"{len(shown) - 20} more"]
    words = " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
    return f"line{'s' * (len(places) > 1)} {words}"
