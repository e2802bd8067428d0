"""The values of arguments against the installed Keras: what it takes is known, what we offer works.

Which values Keras takes is tried, not read: every word in the source of a class and of its bases is
a candidate, and so is every value offered for an argument of that name anywhere, in small letters
and in capitals.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import keras
import pytest
import scipy.signal

from builder import catalog
from builder.catalog import Entry
from builder.check.values.ranges import mismatch
from tests.builder.catalog.test_layers import ANY, AT_RANK, LAYERS, PUBLIC, fresh, make, sample
from tests.builder.catalog.test_training_objects import HOMES, KERAS

NONSENSE, COLORED = "zzz", "Augmentation"
ROWS = [*LAYERS, *(e for e in KERAS if e.kind != "activations")]


def asked(row: Entry) -> list[str]:
    """The arguments of that entry that are a choice among words."""
    found = [a for a in row.args if catalog.param(row, a).type == "choice"]
    return [a for a in found if catalog.param(row, a).kind != "activations"]


CASES = [(row, name) for row in ROWS for name in asked(row)]

UNTESTED = {("RandomFlip", "mode"), ("TensorBoard", "update_freq")}
"""Where Keras takes any word at all, and then does nothing, or what it does for the default."""

NEEDS_MORE = {
    ("IntegerLookup", "output_mode"): {"tf_idf"},
    ("StringLookup", "output_mode"): {"tf_idf"},
    ("TextVectorization", "output_mode"): {"multi_hot", "count", "tf_idf"},
    **{(e.class_name, "data_format"): {"channels_first"} for e in LAYERS if e.group == COLORED},
}
"""Choices that want other settings or other data beside them than a new layer and its sample."""


def _id(value: Any) -> str:
    return f"{value.kind}-{value.class_name}" if isinstance(value, Entry) else str(value)


@functools.cache
def offered(name: str) -> frozenset[Any]:
    """Every value offered for an argument of that name by any entry."""
    rows = [row for row in ROWS if name in row.args]
    return frozenset(c for row in rows for c in catalog.param(row, name).choices)


def words(cls: type) -> set[str]:
    """The words in the source of a class and of its bases in Keras."""
    modules = {c.__module__ for c in cls.__mro__ if c.__module__.startswith("keras.src.")}
    return {word for name in modules for word in _compared(name)}


@functools.cache
def _compared(module: str) -> frozenset[str]:
    """Words that a module compares with something, or holds in a list or a table."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    holders = (ast.Compare, ast.Tuple, ast.List, ast.Set, ast.Dict)
    inside = (n for holder in ast.walk(tree) if isinstance(holder, holders) for n in _parts(holder))
    found = (n.value for n in inside if isinstance(n, ast.Constant))
    return frozenset(w for w in found if isinstance(w, str) and w.isidentifier())


def _parts(holder: ast.AST) -> Iterable[ast.AST]:
    return holder.keys if isinstance(holder, ast.Dict) else ast.iter_child_nodes(holder)


def candidates(row: Entry, name: str) -> list[Any]:
    known = {
        *words(class_of(row)),
        *offered(name),
        *scipy.signal.windows.__all__,
        "bart",
        "triangle",
        None,
    }
    spelled = (w for w in known if isinstance(w, str))
    return sorted({*known, *(v for w in spelled for v in (w.upper(), w.lower()))}, key=str)


def makes(row: Entry, name: str, value: Any) -> Any:
    """A new one with that value; Keras may refuse it here."""
    if row.kind != "layers":
        given = catalog.new(row.kind, row.class_name).config
        plain = {k: v for k, v in given.items() if isinstance(v, int | float | str | tuple)}
        return class_of(row)(**{**plain, name: value})
    return make(fresh(row, **AT_RANK.get((row.class_name, rank_of(row)), {}), **{name: value}))


def rank_of(row: Entry) -> int:
    return ((row.ndim or ANY.get(row.class_name)) or (2,))[0]


def called(row: Entry, name: str, value: Any) -> Any:
    """A new layer with that value, which has calculated something; Keras may refuse it here."""
    layer, x = makes(row, name, value), sample(row, rank_of(row))
    # recurrent layers take seconds to run
    layer(keras.KerasTensor(x.shape) if row.traits.recurrent else x, training=True)
    return layer


def taker(row: Entry, name: str) -> Callable[[Any], bool]:
    """Whether Keras takes a value: when it makes the layer, or else when it calls it."""

    def takes(step: Callable[[Entry, str, Any], Any], value: Any) -> bool:
        try:
            return step(row, name, value) is not None
        except Exception:  # every class refuses in its own way
            return False

    late = row.kind == "layers" and takes(makes, NONSENSE)
    return partial(takes, called if late else makes)


def class_of(row: Entry) -> type:
    found: type = (
        PUBLIC[row.class_name]
        if row.kind == "layers"
        else getattr(HOMES[row.kind][1], row.class_name)
    )
    return found


@pytest.mark.parametrize(("row", "name"), CASES, ids=_id)
def test_what_keras_takes_is_offered_or_known_by_its_spelling(row: Entry, name: str) -> None:
    param, takes = catalog.param(row, name), taker(row, name)
    assert takes(NONSENSE) == ((row.class_name, name) in UNTESTED)
    if (row.class_name, name) in UNTESTED:
        return
    taken = [v for v in candidates(row, name) if takes(v)]
    unknown = [v for v in taken if mismatch(param, catalog.canonical_argument(row, name, v))]
    assert not unknown, f"Keras takes {unknown} for {row.class_name}'s {name}"
    refused = {*param.choices} - {*taken} - NEEDS_MORE.get((row.class_name, name), set())
    assert not refused, f"Keras refuses {refused}"
