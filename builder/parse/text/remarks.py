"""Remarks on code that was parsed: line, severity and one sentence each."""

from __future__ import annotations

from dataclasses import dataclass, field

from builder.facts import Note

UNKNOWN = "not understood"
DIFFERENT = "understood differently"
TRANSLATED = "translated"
NOTED = "noted"

SEVERITIES = (UNKNOWN, DIFFERENT, TRANSLATED, NOTED)
"""Heaviest first: left out; taken, but not to the letter; another spelling; nothing to do."""

MOST = 200
"""More remarks than this are counted and no longer told one by one."""


@dataclass(frozen=True, slots=True)
class Remark(Note):
    """A Note with its line.

    Args:
        where, message: as in Note; ``where`` is ``"line 3"`` or ``"cell 2, line 3"``.
        line: in the source, from 1; 0 is about the whole.
        severity: one of ``SEVERITIES``.
    """

    line: int = 0
    severity: str = UNKNOWN


@dataclass
class Remarks:
    """The remarks collected so far, each told once."""

    found: dict[tuple[int, str, str], None] = field(default_factory=dict)
    dropped: int = 0

    def add(self, severity: str, line: int, message: str) -> None:
        """Keep a remark, unless it was made already or there are too many."""
        key = (line, severity, message)
        if key in self.found:
            return
        if len(self.found) >= MOST:
            self.dropped += 1
        else:
            self.found[key] = None

    def drop(self, severity: str) -> None:
        """Forget the remarks of one severity: another sentence says why they are many."""
        self.found = {key: None for key in self.found if key[1] != severity}

    def is_full(self) -> bool:
        """Whether further remarks are only counted."""
        return len(self.found) >= MOST

    def remarks(self) -> tuple[Remark, ...]:
        """By line, those about the whole last."""
        rows = sorted(self.found, key=lambda key: (key[0] == 0, key[0]))
        made = [Remark(line_label(line), text, line, severity) for line, severity, text in rows]
        if self.dropped:
            more = f"There are {self.dropped} more remarks like these."
            made.append(Remark(line_label(0), more, 0, UNKNOWN))
        return tuple(made)


def line_label(line: int) -> str:
    """``"line 3"``, or ``"the whole"`` for 0."""
    return f"line {line}" if line else "the whole"


def shorten(text: str, most: int = 60) -> str:
    """``text`` on one line and not longer than ``most``; what cannot be printed is replaced."""
    line = "".join(c if c.isprintable() else " " for c in text[: 4 * most])
    line = " ".join(line.split())
    return line if len(line) <= most else line[: most - 1] + "…"
