"""Python variable names for nodes: no keywords, no clashes with the script's own names."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable, Iterator

from builder.spec import ModelSpec, ObjectSpec, snake_case, unique_name

SCRIPTS = frozenset(
    ("keras", "layers", "np", "math", "model", "history", "predictions", "before", "results",
     "test_loss", "split", "x_train", "y_train", "x_test", "y_test", "x_val", "y_val", "self",
     "kwargs", "inputs", "names", "values", "name", "value", "epoch", "lr", "super")
)  # fmt: skip
"""What our scripts call something of their own."""

RESERVED = SCRIPTS | set(dir(builtins)) | {*keyword.kwlist, *keyword.softkwlist}
"""No variable of a node is called so: it gets an underscore behind."""


def identifier(name: str, taken: Iterable[str] = ()) -> str:
    """``name`` as Python can write it; an underscore behind it tells it from other names.

    ``original_name`` is the way back.
    """
    word = re.sub(r"\W", "_", name, flags=re.ASCII)[:64]
    if not word[:1].isalpha():
        word = f"n{word}"
    return f"{word}_" if word in RESERVED or word in taken or word.endswith("_") else word


def original_name(variable: str) -> str:
    """The name that ``identifier`` made this variable from, where it was a name already."""
    return variable.removesuffix("_") or variable


def camel_case(name: str) -> str:
    """``"digits_dense"`` → ``"DigitsDense"``: the name of a class."""
    word = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name[:64]))
    if not word[:1].isalpha():
        word = f"N{word}" if word else ""
    return f"My{word or 'Model'}" if word in ("", "Model") or word in RESERVED else word


def assigned_names(source: str) -> frozenset[str]:
    """The names that lines of Python set or import at their left edge; none if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(name for node in tree.body for name in _names(node))


def _names(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def explicit_names(
    model: ModelSpec, order: Iterable[str], always: Iterable[str] = ()
) -> dict[str, str]:
    """Layer → the ``name=`` its constructor needs; ``""`` where Keras finds the same by itself.

    Args:
        order: the layers as the script makes them.
        always: layers that say their name in any case.
    """
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for name in order:
        layer = model.layers.get(name)
        if not isinstance(layer, ObjectSpec):
            continue
        base = snake_case(layer.class_name)
        number = counts.get(base, 0)
        is_usual = name == (f"{base}_{number}" if number else base) and name not in always
        counts[base] = number + is_usual
        names[name] = "" if is_usual else name
    return names


class Names:
    """The variables of one function or module, each given once.

    Args:
        taken: names that belong to others.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._others = frozenset(taken)
        self._used: set[str] = set()
        self._kept: set[str] = set()  # and those in use
        self._counts: tuple[dict[str, int], dict[str, int]] = ({}, {})

    def keep(self, names: Iterable[str]) -> None:
        """Variables that only ``new`` gives, to the nodes of these names."""
        self._kept |= {identifier(name, self._others) for name in names}

    def beside(self, name: str) -> str:
        """A variable that no node's name asks for."""
        word = identifier(name, self._others)
        return self.claim(unique_name(word, self._kept, self._counts[0]))

    def new(self, name: str) -> str:
        """A variable for ``name``."""
        word = identifier(name, self._others)
        return self.claim(unique_name(word, self._used, self._counts[1]))

    def claim(self, word: str) -> str:
        """``word`` itself, which nobody else gets from now on."""
        self._used.add(word)
        self._kept.add(word)
        return word
