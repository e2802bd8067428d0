"""The values a name can hold while code is interpreted, and checks of their size."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Args = list[Any]
"""What a call hands over by position."""

Keywords = dict[str, Any]
"""What a call hands over by name."""

MAX_NUMBER = 2**63 - 1
MAX_TEXT = 10_000
MAX_ITEMS = 10_000


class LimitReached(Exception):
    """A limit was reached; caught where a statement is read."""


class CannotEvaluate(Exception):
    """An operation that cannot be worked out; the message says why."""


class Signal:
    """Why a block ended before its last statement: ``return`` with a value, or a loop's end."""

    def __init__(self, kind: str, value: Any = None) -> None:
        self.kind = kind
        self.value = value


class Symbol:
    """Base of values that stand for a thing of a library: no operator can be applied to them."""

    __slots__ = ()


class Hidden:
    """Base of values whose items nobody can see while code is read."""

    __slots__ = ()


class Origin(Hidden):
    """Base of data that what was made of them remembers, as ``Opaque.origin``."""

    __slots__ = ()

    @property
    def is_row(self) -> bool:
        """Whether it is only one example."""
        raise NotImplementedError


class Measured:
    """Base of numbers measured on data, which nobody can see while code is read."""

    __slots__ = ()


class Counted:
    """Base of whole numbers that depend on data."""

    __slots__ = ()

    @property
    def number(self) -> int | None:
        """The number, if it is known."""
        raise NotImplementedError


class Midway:
    """Base of places in the middle of data: what comes before the end of them does not stop."""

    __slots__ = ()


def resolve_number(value: Any) -> Any:
    """A Counted as the number it is, or Unknown; anything else as it is."""
    if isinstance(value, Counted):
        return value.number if value.number is not None else Unknown()
    return value


@dataclass(eq=False, slots=True)
class Reference(Symbol):
    """A thing from an import, by its canonical dotted name."""

    path: str


@dataclass(eq=False, slots=True)
class Unknown:
    """A value nobody could work out; it was told where it arose."""


@dataclass(eq=False, slots=True)
class Opaque:
    """What exists only once the model was trained, or plays no part: all done with it is fine.

    Args:
        origin: the data it was made of in a way that is not read, or the layer it was asked of.
    """

    origin: Any = None


def opaque_of(*values: Any) -> Opaque:
    """What comes of values of which one is Opaque: it remembers the data it was made of."""
    known = (v.origin if isinstance(v, Opaque) else v for v in values)
    return Opaque(next((v for v in known if v is not None and not is_scalar(v)), None))


@dataclass(eq=False, slots=True)
class TrainingFlag(Opaque):
    """The argument ``training`` of a model's ``call``."""


@dataclass(eq=False, slots=True)
class Scope:
    """Names of a function call, or of the whole text.

    Args:
        calls: variable → the call of a layer whose result was put into it first.
    """

    names: dict[str, Any] = field(default_factory=dict)
    parent: Scope | None = None
    star: list[str] = field(default_factory=list)
    calls: dict[str, Any] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)

    def set(self, name: str, value: Any) -> None:
        """Give a name a value, here or, after ``global``, in the whole text."""
        scope = self.top if name in self.outer else self
        scope.names[name] = value

    def get(self, name: str) -> Any:
        """The value; KeyError when no scope around has the name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        raise KeyError(name)

    @property
    def top(self) -> Scope:
        """The scope of the whole text."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(eq=False, slots=True)
class UserFunction:
    """A function or lambda of the text.

    Args:
        calls: how often it was called.
        drawn: how often it made rows of a dataset of ours.
        print, yields: its fingerprint, and whether it is a generator, once somebody asked.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    home: Scope
    calls: int = 0
    print: str = ""
    yields: bool | None = None
    drawn: int = 0


@dataclass(eq=False, slots=True)
class UserClass:
    """A class of the text.

    Args:
        base: ``model``, ``layer`` or ``""``.
        weights: whether it makes weights of its own, once somebody asked.
        values: what its body gives to names.
    """

    node: ast.ClassDef
    home: Scope
    base: str
    methods: dict[str, UserFunction] = field(default_factory=dict)
    weights: bool | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class UserInstance:
    """An object of such a class."""

    of: UserClass
    fields: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    line: int = 0


@dataclass(eq=False, slots=True)
class BoundMethod:
    """``value.name``, waiting to be called."""

    value: Any
    name: str


@dataclass(eq=False, slots=True)
class CommandLine:
    """A parser of the command line: its options at their defaults, and what it parses."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Super:
    """What ``super()`` gives."""


def count_items(value: Any, most: int = MAX_ITEMS, depth: int = 0) -> int:
    """How many plain values stand in nested lists and mappings, each as often as it is reached.

    Raises:
        LimitReached: more than ``most``, or nested too deeply.
    """
    if depth > 30:
        raise LimitReached("lists nested too deeply")
    if isinstance(value, str):
        return 1 + len(value) // 64
    if isinstance(value, range):
        return len(value)
    if not isinstance(value, list | tuple | dict | set):
        return 1
    count = 1
    items: Any = value.values() if isinstance(value, dict) else value
    for item in items:
        count += count_items(item, most - count, depth + 1)
        if count > most:
            raise LimitReached("a list that is too long")
    return count


def is_scalar(value: Any) -> bool:
    """Whether it is one number, text or None."""
    return value is None or isinstance(value, bool | int | float | str)


def check_value(value: Any) -> Any:
    """``value``, if it is small enough; raises CannotEvaluate."""
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise CannotEvaluate("the number is too large")
    if isinstance(value, float) and not math.isfinite(value):
        raise CannotEvaluate("the number is too large")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise CannotEvaluate("the text is too long")
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise CannotEvaluate("the text holds half a character")
    if isinstance(value, list | tuple | dict | set | range) and len(value) > MAX_ITEMS:
        raise CannotEvaluate("the list is too long")
    return value


def is_small(value: Any) -> bool:
    """Whether it holds numbers and text only, and few: comparing or printing it costs nothing."""
    try:
        return count_items(value, 2000) > 0 and _is_plain(value)
    except LimitReached:
        return False


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple | set):
        return all(_is_plain(v) for v in value)
    if isinstance(value, dict):
        return all(_is_plain(v) for v in value.values())
    return is_scalar(value) or isinstance(value, range)


def walk(value: Any) -> Iterator[Any]:
    """Everything in nested lists; the caller has checked ``count_items``."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from walk(item)
    else:
        yield value
