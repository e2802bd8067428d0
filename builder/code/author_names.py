"""What the author of pasted code calls the arrays, in place of x_train, y_train, x_test, y_test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from builder.code.fragment import Part
from builder.code.variable_names import RESERVED
from builder.spec import TrainingSpec

OURS = ("x_train", "y_train", "x_test", "y_test")
"""What scripts call the arrays by themselves."""

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")


def is_free(name: object) -> bool:
    """Whether a script can call an array so."""
    return isinstance(name, str) and name.isidentifier() and name.isascii() and name not in RESERVED


def author_names(training: TrainingSpec) -> dict[str, str]:
    """Our name of an array → the author's; each once, and none that a script needs itself."""
    given = training.dataset.config.get("names")
    names = dict(given) if isinstance(given, Mapping) else {}
    wanted = {old: new for old, new in names.items() if old in OURS and is_free(new)}
    return wanted if len(set(wanted.values())) == len(wanted) else {}


def rename(pieces: Iterable[Part], names: Mapping[str, str]) -> list[Part]:
    """The pieces with the author's names, where nothing else is called so."""
    pieces = list(pieces)
    lines = (line for piece in pieces for line in piece.text.splitlines())
    used = {
        word
        for line in lines
        if line[:1] not in "# "
        for word in _WORD.findall(_TEXT.sub("", line))
    }
    names = {old: new for old, new in names.items() if new not in used}
    if not names:
        return pieces
    pattern = re.compile(rf"(?<![\w.'\"])({'|'.join(names)})\b(?!['\"])")
    return [replace(p, text=pattern.sub(lambda m: names[m[1]], p.text)) for p in pieces]
