"""Names in a script: every node its variable; Python's own and the script's names left alone."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable, Iterator

from builder.spec import ModelSpec, ObjectSpec, snake, unique

SCRIPTS = frozenset(
    ("keras", "layers", "np", "math", "model", "history", "predictions", "before", "results",
     "test_loss", "split", "x_train", "y_train", "x_test", "y_test", "x_val", "y_val", "self",
     "kwargs", "inputs", "name", "value", "epoch", "lr", "super")
)  # fmt: skip
"""What our scripts call something of their own."""

RESERVED = SCRIPTS | set(dir(builtins)) | {*keyword.kwlist, *keyword.softkwlist}
"""No variable of a node is called so: it gets an underscore behind."""


def identifier(name: str, taken: Iterable[str] = ()) -> str:
    """``name`` as Python can write it; an underscore behind it tells it from other names.

    ``plain`` is the way back.
    """
    word = re.sub(r"\W", "_", name, flags=re.ASCII)[:64]
    if not word[:1].isalpha():
        word = f"n{word}"
    return f"{word}_" if word in RESERVED or word in taken or word.endswith("_") else word


def plain(variable: str) -> str:
    """The name that ``identifier`` made this variable from, where it was a name already."""
    return variable.removesuffix("_") or variable


def camel(name: str) -> str:
    """``"digits_dense"`` → ``"DigitsDense"``: the name of a class."""
    word = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name[:64]))
    if not word[:1].isalpha():
        word = f"N{word}" if word else ""
    return f"My{word or 'Model'}" if word in ("", "Model") or word in RESERVED else word


def used_in(source: str) -> frozenset[str]:
    """The names that lines of Python set or import; none where they are no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(_names(tree))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name():
                yield node.id
            case ast.FunctionDef() | ast.ClassDef():
                yield node.name
            case ast.alias():
                yield (node.asname or node.name).partition(".")[0]


def written(model: ModelSpec, order: Iterable[str], always: Iterable[str] = ()) -> dict[str, str]:
    """Layer → the ``name=`` its constructor needs; ``""`` where Keras finds the same by itself.

    Args:
        order: the layers as the script makes them.
        always: layers that say their name in any case.
    """
    counts: dict[str, int] = {}
    found: dict[str, str] = {}
    for name in order:
        layer = model.layers.get(name)
        if not isinstance(layer, ObjectSpec):
            continue
        base = snake(layer.class_name)
        number = counts.get(base, 0)
        is_usual = name == (f"{base}_{number}" if number else base) and name not in always
        counts[base] = number + is_usual
        found[name] = "" if is_usual else name
    return found


class Names:
    """The variables of one function or module, each given once.

    Args:
        taken: names that belong to others.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._others = frozenset(taken)
        self._used: set[str] = set()

    def new(self, name: str, instead: str = "") -> str:
        """A variable for ``name``; ``instead`` is taken where that is not free."""
        word = identifier(name, self._others)
        if word in self._used and instead:
            word = identifier(instead, self._others)
        word = unique(word, self._used)
        self._used.add(word)
        return word

    def claim(self, word: str) -> str:
        """``word`` itself, which nobody else gets from now on."""
        self._used.add(word)
        return word
