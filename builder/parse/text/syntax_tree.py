"""Parse text into a syntax tree within limits; fences, prompts and notebook magics are removed."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

from builder.errors import SpecError
from builder.parse.text import prose, repair
from builder.parse.text.remarks import NOTED, Remarks, shorten

MAX_CHARACTERS = 1_000_000
"""A longer text is refused; ten thousand lines of a hundred characters fit."""

MAX_TOKENS = 250_000
"""Words and signs; more are refused before Python's own parser sees them, which needs about a
kilobyte for each."""

MAX_BRACES = 20_000
"""Of ``{``: Python 3.11 takes quadratic time over an f-string with many."""

MAX_PARAGRAPHS = 1_000
"""Of a text with prompts that are read to see whether they are code or output."""

_FENCE = re.compile(r"^\s*(```|~~~)")
_MAGIC = re.compile(
    r"^\s*(%{1,2}[A-Za-z]|![A-Za-z.]|\?|[A-Za-z_.]+\?$|(pip3?|conda|brew|npm|git|wget|apt(-get)?|sudo)"
    r" +[\w-]|\$ +\w)"
)
_PROMPT = re.compile(r"^\s*(>>> ?|\.{3,}: ?|\.\.\. ?|\.\.\.$|In \[\d+\]: ?)")
_BUTTON = re.compile(r"^(python|copy|copy code|edit|output:?)\s*$", re.I)
"""Words of a web page that copying takes along."""

_OFF = re.compile(r"^(\s*)# (.*),  # switched off\s*$")
_OFF_CALL = re.compile(r"^(\s*)(\w+) = [^#\"']{1,80}?  # (.*), switched off\s*$")
OFF = "__switched_off__"
"""What a layer, or the call of one, that our own script carries as a comment is wrapped in."""


@dataclass(frozen=True, slots=True)
class Page:
    """A text and its tree.

    Args:
        lines: as they were parsed; a node's text is cut out of them.
        bytes: the lines that were cut from, as places are counted in bytes.
        tree: of the whole.
    """

    lines: tuple[str, ...]
    tree: ast.Module
    bytes: dict[int, bytes] = field(default_factory=dict, compare=False)

    def text(self, node: ast.AST, most: int = 60) -> str:
        """The source of a node, its first line only, cut to ``most`` characters."""
        line = getattr(node, "lineno", 0)
        if not 0 < line <= len(self.lines):
            return ""
        if line not in self.bytes:
            self.bytes.clear()
            self.bytes[line] = self.lines[line - 1].encode("utf-8", "replace")
        row = self.bytes[line]
        start, last = getattr(node, "col_offset", 0), getattr(node, "end_lineno", line)
        end = getattr(node, "end_col_offset", None) if last == line else None
        stop = start + 8 * most
        words = row[start : min(stop, end or stop)].decode("utf-8", "replace").strip()
        return shorten(words + (" …" if last != line else ""), most)


def read_page(source: str, remarks: Remarks) -> Page:
    """The tree of a Python text; what tutorials put around the code is blanked, lines stay.

    Raises:
        SpecError: too long, too deeply nested, or no Python; ``where`` is the line.
    """
    if not isinstance(source, str):
        raise SpecError(f"The code must be text but is {type(source).__name__}.")
    _check_size(source)
    plain = _blank_non_code(
        source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"), remarks
    )
    marked = _mark_switched_off(plain)
    if marked != plain:
        try:
            return Page(tuple(marked.split("\n")), _tree(marked))
        except SpecError:  # a comment that only looks like one of ours
            pass
    try:
        return Page(tuple(plain.split("\n")), _tree(plain))
    except SpecError:
        if (result := _repair_text(plain)) is None:
            raise
        text, messages = result
        for sentence in messages:
            remarks.add(NOTED, 0, sentence)
        return Page(tuple(text.split("\n")), _tree(text))


def _repair_text(plain: str) -> tuple[str, list[str]] | None:
    """The Python in a text that is none: what copying did undone, prose left out."""
    text, messages = plain, ""
    for text, messages in repair.repair_attempts(plain):
        if _parses(text):
            return text, [messages] if messages else []
    result = prose.extract_code(text)
    return None if result is None else (result[0], [t for t in (messages, result[1]) if t])


def _check_size(source: str) -> None:
    hint = "Paste only the part that builds and trains the model."
    if len(source) > MAX_CHARACTERS:
        raise SpecError(
            f"The code has {len(source):,} characters; up to {MAX_CHARACTERS:,} are read.", hint
        )
    _check_braces(source, hint)
    for count, _ in enumerate(re.finditer(r"\w+|[^\w\s]", source), 1):
        if count > MAX_TOKENS:
            raise SpecError(
                f"The code has more than {MAX_TOKENS:,} words and signs, which is too much to"
                " read at once.",
                hint,
            )


def _check_braces(source: str, hint: str) -> None:
    if source.count("{") > MAX_BRACES:
        raise SpecError(f"The code has more than {MAX_BRACES:,} braces, which is too much.", hint)


def _tree(source: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of escapes and of "is" with numbers
            return ast.parse(source)
    except SyntaxError as error:
        line = error.lineno or 0
        rows = source.split("\n")
        shown = f" It says {shorten(rows[line - 1], 80)!r}." if 0 < line <= len(rows) else ""
        raise SpecError(
            f"{f'Line {line}' if line else 'The text'} is no Python:"
            f" {shorten(str(error.msg), 120)}.{shown}",
            "Correct that line; pasted code often lacks its beginning, its end or its indentation.",
            f"line {line}" if line else "",
        ) from None
    except (RecursionError, MemoryError):
        raise SpecError(
            "The code is nested too deeply to be read.",
            "Break long expressions up into several lines.",
        ) from None
    except (ValueError, OverflowError) as error:  # null bytes, lone surrogates, huge numbers
        raise SpecError(
            f"This text is no Python: {shorten(str(error), 120)}.", "Paste plain text."
        ) from None


def _blank_non_code(source: str, remarks: Remarks) -> str:
    """Prose around fenced code, shell and notebook commands, and prompts blanked."""
    lines = source.split("\n")
    fences = [i for i, line in enumerate(lines) if _FENCE.match(line)]
    if fences and not _parses(source):
        lines = _fenced_code(lines)
        remarks.add(NOTED, 0, "Only the code between the ``` marks is read.")
    prompts = any(line.lstrip().startswith((">>> ", "In [")) for line in lines)
    if prompts and not _parses("\n".join(lines)):  # a docstring may hold prompts too
        lines = _strip_prompts(lines, remarks)
    for i, line in enumerate(lines):
        if _BUTTON.match(line) and not _continues(lines, i):
            lines[i] = ""
        elif _MAGIC.match(line) and not _continues(lines, i):
            pad = line[: len(line) - len(line.lstrip())]
            home = "notebook" if line.strip()[0] in "%!?" or line.endswith("?") else "terminal"
            remarks.add(NOTED, i + 1, f"The command {shorten(line)!r} is for a {home}: left out.")
            lines[i] = f"{pad}pass"
    return "\n".join(lines)


def _strip_prompts(lines: list[str], remarks: Remarks) -> list[str]:
    """What stands behind prompts, and paragraphs of plain code between; output is blanked."""
    kept = [""] * len(lines)
    start, output, tries = 0, False, 0
    for end in [*(i for i, line in enumerate(lines) if not line.strip()), len(lines)]:
        block = lines[start:end]
        if not any(_PROMPT.match(line) for line in block):
            tries += bool(block)
            if tries <= MAX_PARAGRAPHS and _parses("\n".join(block)):
                kept[start:end] = block
            else:
                output = output or bool(block)
        else:
            for i, line in enumerate(block, start):
                matched = _PROMPT.match(line)
                kept[i] = line[matched.end() :] if matched else ""
                output = output or not matched
        start = end + 1
    if output:
        remarks.add(NOTED, 0, "Lines without a prompt (>>> or In) are output: left out.")
    return kept


def _parses(source: str) -> bool:
    try:
        _tree(source)
    except SpecError:
        return False
    return True


def _continues(lines: list[str], i: int) -> bool:
    """Whether line ``i`` belongs to the statement before it (``x = (a\\n% b)``)."""
    before = next(
        (line.rstrip() for line in reversed(lines[max(0, i - 9) : i]) if line.strip()), ""
    )
    return before.endswith(("(", "[", "{", ",", "\\", "=", "+", "-", "*", "/"))


def _fenced_code(lines: list[str]) -> list[str]:
    """Only what stands between fences, each block moved to the left edge."""
    kept = [""] * len(lines)
    start = None
    for i, line in enumerate(lines):
        if not _FENCE.match(line):
            continue
        if start is None:
            start = i
            continue
        label = lines[start].strip().strip("`~").strip().lower()
        if label in ("", "python", "py", "python3", "ipython", "{python}"):
            block = lines[start + 1 : i]
            pad = min((len(x) - len(x.lstrip()) for x in block if x.strip()), default=0)
            kept[start + 1 : i] = [x[pad:] for x in block]
        start = None
    if start is not None:
        kept[start + 1 :] = lines[start + 1 :]
    return kept


def _mark_switched_off(source: str) -> str:
    """Layers that our own scripts carry as comments made code again, wrapped in ``OFF``."""
    if "switched off" not in source:
        return source
    lines = [_OFF_CALL.sub(rf"\1\2 = {OFF}(\3)", line) for line in source.split("\n")]
    for end, line in enumerate(lines):
        matched = _OFF.match(line)
        if not matched:
            continue
        first = end
        while first > max(0, end - 40) and not _is_balanced(
            _strip_comments(lines[first : end + 1])
        ):
            first -= 1
        for i in range(first, end + 1):
            lines[i] = lines[i].replace("# ", "", 1)
        lines[end] = matched[1] + matched[2]
        pad = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        lines[first] = f"{pad}{OFF}({lines[first].lstrip()}"
        lines[end] += "),"
    return "\n".join(lines)


def _strip_comments(lines: list[str]) -> str:
    return "\n".join(line.strip().removeprefix("# ") for line in lines).replace(
        ",  # switched off", ""
    )


def _is_balanced(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")


__all__ = ["MAX_CHARACTERS", "MAX_TOKENS", "OFF", "Page", "read_page"]
