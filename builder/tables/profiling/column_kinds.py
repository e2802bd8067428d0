"""Guess what a column is by its values and name, and whether anything can be learned from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

YES_NO = (
    *(("0", "1"), ("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("on", "off")),
    *(("ja", "nein"), ("oui", "non"), ("si", "no"), ("sí", "no"), ("sim", "não")),
)
"""Pairs of values, in small letters, that answer a question."""

ID_NAME = re.compile(r"(?i)(^|[_ .-])(id|uuid|guid|index)$|^(id|row|unnamed: 0)$|[a-z]I[Dd]$")
CODE_NAME = re.compile(
    r"(?i)(^|[_ .-]|\b)(code|zip|zipcode|plz|post(al)?_?code|class|type|category|label|target|"
    r"group|region|status|cluster|gender|sex|species)$|class$"
)
"""Names of columns whose whole numbers are rather names than amounts."""

YEARS = (1000, 2200)
SMALL = 20
"""Rows: in a smaller table it says little that many values stand once."""

MOSTLY = 0.5
"""Different values ÷ values, above which a column of texts has a value of its own in most rows."""

SENTENCE = 8.0
"""Words in a value, on the average, from which a text is read as text and not as a name."""

CODES = 10
"""Different whole numbers, at most, that may be the names of classes."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the guess of a column's kind looks at.

    Args:
        type: ``number``, ``bool``, ``date`` or ``text``: how the values were read.
        known, missing, distinct: rows with and without a value, and different values.
        low, high, whole: of numbers.
        rising: whole numbers each one more than the one before.
        values: the different values in small letters, where there are at most two.
        words: in a value of text, on the average.
    """

    type: str
    known: int
    missing: int
    distinct: int
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    rising: bool = False
    values: tuple[str, ...] = ()
    words: float = 0.0


def guess_kind(name: str, counts: Counts) -> str:
    """One of ``KINDS``."""
    if counts.distinct <= 1:
        return "constant"
    if counts.type == "date":
        return "date"
    if counts.type == "bool" or _answers(counts.values):
        return "yes_no"
    if counts.type == "number":
        return _number_kind(name, counts)
    if counts.words >= SENTENCE and counts.distinct > MOSTLY * counts.known:
        return "text"
    if counts.distinct == counts.known and counts.known > 2:
        return "free_text" if counts.words >= 2 else "id"
    if counts.known >= SMALL and counts.distinct > MOSTLY * counts.known and counts.words >= 2:
        return "free_text"
    return "category"


def _answers(values: tuple[str, ...]) -> bool:
    return any(set(values) == set(pair) for pair in YES_NO)


def _number_kind(name: str, counts: Counts) -> str:
    every = counts.whole and counts.distinct == counts.known
    years = YEARS[0] <= counts.low and counts.high <= YEARS[1]
    named = ID_NAME.search(name) is not None
    if every and counts.known > 2 and (named or (counts.rising and not years)):
        return "id"
    return "category" if counts.whole and named and not counts.rising else "number"


def reason_left_out(name: str, kind: str, counts: Counts, chosen: bool) -> str:
    """Why nothing can be learned from the column, one sentence; "" if something can.

    Args:
        chosen: a person said its kind: only what no model can read is left out then.
    """
    if counts.known == 0:
        return f"'{name}' has no value in any row."
    if kind == "constant":
        return f"'{name}' is the same in every row that has a value."
    if kind == "id":
        return f"'{name}' numbers or names the rows: every row has a value of its own."
    if kind == "free_text":
        return f"'{name}' is free text, such as names: few values stand twice."
    varied = counts.known >= SMALL and counts.distinct > MOSTLY * counts.known
    if not chosen and kind == "category" and counts.type == "text" and varied:
        return (
            f"'{name}' has {counts.distinct:,} different values in {counts.known:,} rows: "
            "too few stand twice to learn from."
        )
    return ""


def suggest_kind(name: str, kind: str, counts: Counts) -> tuple[str, str]:
    """A kind that may fit better and the reason, one sentence; two empty texts for none."""
    if kind != "number" or not counts.whole:
        return "", ""
    few = counts.distinct <= CODES and counts.known >= 3 * counts.distinct
    if CODE_NAME.search(name) and (few or counts.distinct < MOSTLY * counts.known):
        return "category", f"The numbers of '{name}' may be names of classes, not amounts."
    if few and counts.low >= 1 and counts.distinct > 2:
        return (
            "category",
            f"'{name}' has only {counts.distinct} different whole numbers; they may be codes.",
        )
    if few and counts.distinct == 2:
        return "yes_no", f"'{name}' has only two different values."
    return "", ""
