"""The one object that works out a Python text within limits: evaluate, run, assign, call."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from builder.parse.interpreter import imports
from builder.parse.interpreter.values import (
    Args,
    BoundMethod,
    CannotEvaluate,
    Keywords,
    LimitReached,
    Opaque,
    Scope,
    Signal,
    Unknown,
    UserFunction,
)
from builder.parse.text.remarks import DIFFERENT, NOTED, TRANSLATED, UNKNOWN, Remarks
from builder.parse.text.script_age import ScriptAge, script_age
from builder.parse.text.syntax_tree import Page
from builder.spec import TrainingSpec

MAX_STEPS = 400_000
"""Expressions and statements worked out in one text, loops and calls counted each time."""

MAX_STEPS_A_STATEMENT = 100_000
"""The same for one statement at the left edge, so that one bad loop does not hide the rest."""

MAX_DEPTH = 120
"""Expressions, blocks and calls inside each other."""

ITEMS_A_STEP = 50
"""Long lists and texts cost steps, so that steps bound the memory too."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """What can be done with the values of one type; None where it is nothing of their own.

    The first argument of each but ``iterate`` is the interpreter, the second the syntax node.

    Args:
        call: ``value(*args, **kw)``, from (value, args, kw).
        method: ``value.name(*args, **kw)``, from (value, name, args, kw).
        attribute: ``value.name``, from (value, name).
        index: ``value[key]``, from (value, key); slices come as Python's own.
        set_attribute, set_item: ``value.name = item``, ``value[key] = item``, from (value, item);
            name and key stand in the node.
        unpack: ``a, b = value``, from (value, how many): the parts.
        iterate: what a loop over the value sees, from (value,).
        signed: whether a sign before it multiplies it by -1.
    """

    call: Callable[[Interpreter, Any, Any, Args, Keywords], Any] | None = None
    method: Callable[[Interpreter, Any, Any, str, Args, Keywords], Any] | None = None
    attribute: Callable[[Interpreter, Any, Any, str], Any] | None = None
    index: Callable[[Interpreter, Any, Any, Any], Any] | None = None
    set_attribute: Callable[[Interpreter, Any, Any, Any], None] | None = None
    set_item: Callable[[Interpreter, Any, Any, Any], None] | None = None
    unpack: Callable[[Interpreter, Any, Any, int], list[Any]] | None = None
    iterate: Callable[[Any], Iterable[Any]] | None = None
    signed: bool = False


NO_HANDLERS = Handlers()

LibraryCall = Callable[["Interpreter", ast.Call, str, Args, Keywords], Any]
"""A call of a thing of an import, by its canonical dotted name; None: somebody else's."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All an interpreter can read, put together by ``parse.language``.

    Args:
        expressions, statements, targets: kind of syntax node → what works it out. Targets are what
            stands left of ``=``.
        values: type of value → what can be done with it.
        operators: (types, ``a op b`` where one operand is of them), the first that fits is taken.
        library: calls of imported things, the first that is not None is taken.
        own_functions: a call of a function that our own scripts carry; None for any other.
        own_classes: the dotted name of a class that our own scripts carry; "" for any other.
        is_known: whether a dotted name is one of Keras's, for ``import *``.
        name_result: what is done when a variable takes a value, from (target, value).
    """

    expressions: Mapping[type, Callable[[Interpreter, Any], Any]]
    statements: Mapping[type, Callable[[Interpreter, Any], Signal | None]]
    targets: Mapping[type, Callable[[Interpreter, Any, Any], None]]
    values: Mapping[type, Handlers]
    operators: tuple[tuple[Any, Callable[[Interpreter, Any, Any, Any], Any]], ...]
    library: tuple[LibraryCall, ...]
    own_functions: Callable[[Interpreter, UserFunction, Args, Keywords], Any]
    own_classes: Callable[[ast.ClassDef], str]
    is_known: Callable[[str], bool]
    name_result: Callable[[Interpreter, ast.AST, Any], None]


def merge_handlers(*tables: Mapping[type, Handlers]) -> dict[type, Handlers]:
    """One table of several; where two speak of a type, each gives what it has."""
    merged: dict[type, Handlers] = {}
    for table in tables:
        for kind, handlers in table.items():
            fields = {f.name: getattr(handlers, f.name) for f in dataclasses.fields(Handlers)}
            own = {name: value for name, value in fields.items() if value}
            merged[kind] = dataclasses.replace(merged.get(kind, NO_HANDLERS), **own)
    return merged


@dataclass
class Interpreter:
    """Where reading stands, and the verbs by which every part of it reads the others.

    Args:
        page: the text.
        remarks: what is said about it.
        scope: the names in reach.
        line: of the statement being read, for what has no line of its own.
        models: every model made, in order.
        calls: how many calls of layers were made.
        seed: of ``set_random_seed``; None while none was set.
        policy: the dtype policy that was set.
        around: the project the text was made from, if any.
        shape_guessed: whether the code does not say which shape its data have.
        metric_names: what the code calls a metric → what it is called here.
        first_rate: what a schedule that sets the learning rate by the epoch alone begins with.
        inside: how many layers of the text's own are being followed, one in the other.
        foreign: another framework's name → the things of it that were used, with lines.
    """

    page: Page
    remarks: Remarks
    rules: Rules
    scope: Scope = field(default_factory=Scope)
    line: int = 0
    steps: int = 0
    limit: int = MAX_STEPS_A_STATEMENT
    depth: int = 0
    quiet: int = 0
    models: list[Any] = field(default_factory=list)
    functions: list[Any] = field(default_factory=list)
    seed: int | None = None
    policy: str = ""
    foreign: dict[str, dict[str, int]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    calls: int = 0
    around: TrainingSpec | None = None
    shape_guessed: bool = False
    first_rate: float | None = None
    metric_names: dict[str, str] = field(default_factory=dict)
    inside: int = 0

    @functools.cached_property
    def age(self) -> ScriptAge:
        """The Keras that the text was written for."""
        return script_age(self.page.tree)

    # --- the verbs ------------------------------------------------------------------------------

    def evaluate(self, node: ast.AST) -> Any:
        """What an expression comes to; Unknown where it was reported that nobody can say.

        Raises:
            LimitReached: too many steps or levels.
        """
        self.step()
        with self.nested():
            handler = self.rules.expressions.get(type(node))
            if handler is None:
                return self.report_unknown(node, "this kind of expression is not read")
            try:
                value = handler(self, node)
            except CannotEvaluate as error:
                return self.report_unknown(node, str(error))
        if isinstance(value, list | str | dict | set):
            self.steps += len(value) // ITEMS_A_STEP
        return value

    def run(self, nodes: list[ast.stmt]) -> Signal | None:
        """Read statements in order; a Signal when ``return``, ``break`` or ``continue`` ended it.

        Raises:
            LimitReached: too many steps or levels.
        """
        for node in nodes:
            self.step()
            self.line = node.lineno
            with self.nested():
                handler = self.rules.statements.get(type(node))
                if handler is None:
                    self.report_unknown(node, "this kind of statement is not read")
                    continue
                try:
                    signal = handler(self, node)
                except CannotEvaluate as error:
                    self.report_unknown(node, str(error))
                    continue
            if signal is not None:
                return signal
        return None

    def assign(self, target: ast.AST, value: Any) -> None:
        """``target = value``; names, lists of names, fields and places in lists."""
        handler = self.rules.targets.get(type(target))
        if handler is None:
            self.report_unknown(target, "nothing can be assigned to it")
        else:
            handler(self, target, value)

    def call(self, node: ast.AST, value: Any, args: Args, kw: Keywords) -> Any:
        """``value(*args, **kw)``; what cannot be called has no part in the project."""
        handler = self.handlers(value).call
        return handler(self, node, value, args, kw) if handler else Opaque()

    def attribute(self, node: ast.AST, value: Any, name: str) -> Any:
        """``value.name``; a method waits to be called."""
        handler = self.handlers(value).attribute
        return handler(self, node, value, name) if handler else BoundMethod(value, name)

    def items(self, value: Any) -> Iterable[Any]:
        """What a loop over ``value`` sees; raises CannotEvaluate when it is no list."""
        if isinstance(value, list | range | str | set | dict):
            return list(value) if isinstance(value, dict) else value
        if handler := self.handlers(value).iterate:
            return handler(value)
        raise CannotEvaluate("what it goes through could not be worked out")

    def handlers(self, value: Any) -> Handlers:
        """What can be done with ``value``."""
        return self.rules.values.get(type(value), NO_HANDLERS)

    # --- limits ---------------------------------------------------------------------------------

    def step(self) -> None:
        """Count one step; raises LimitReached when there were too many."""
        self.steps += 1
        if self.steps > self.limit or self.steps > MAX_STEPS:
            raise LimitReached("too many steps")

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Inside, one level deeper; raises LimitReached below ``MAX_DEPTH``."""
        if self.depth >= MAX_DEPTH:
            raise LimitReached("too many levels")
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    # --- remarks --------------------------------------------------------------------------------

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Inside, nothing is reported: what is read here has no part in the project."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1

    def report(self, severity: str, where: ast.AST | int | None, message: str) -> None:
        """Make a remark about a node, or a line."""
        if self.quiet:
            return
        line = where if isinstance(where, int) else getattr(where, "lineno", 0) or self.line
        self.remarks.add(severity, line, message)

    def report_unknown(self, node: ast.AST, why: str) -> Unknown:
        """Say that ``node`` was not understood, and return the value that stands for that."""
        if not self.quiet and not self.remarks.is_full():
            self.report(UNKNOWN, node, f"`{self.page.text(node)}`: {why}")
        elif not self.quiet:
            self.remarks.dropped += 1
        return Unknown()

    def was_reported(self, what: str) -> bool:
        """Whether this was asked before: a second time it need not be said."""
        if what in self.missing:
            return True
        if not self.quiet:
            self.missing.add(what)
        return False

    def report_unread(self, node: ast.AST, message: str) -> None:
        """Say, in a sentence of its own, what was not understood."""
        self.report(UNKNOWN, node, message)

    def report_outside(self, node: ast.AST, what: str) -> None:
        """Say, once for each kind of thing, that it has no part in the project."""
        if not self.quiet and not self.was_reported(what):
            self.report_note(node, f"{what} has no part in the project: left out.")

    def report_translation(self, where: ast.AST | int | None, message: str) -> None:
        """Say that this is another spelling of the same."""
        self.report(TRANSLATED, where, message)

    def report_different(self, where: ast.AST | int | None, message: str) -> None:
        """Say what is not taken to the letter."""
        self.report(DIFFERENT, where, message)

    def report_note(self, where: ast.AST | int | None, message: str) -> None:
        """Mention something understood with nothing to do about it."""
        self.report(NOTED, where, message)

    def note_foreign(self, node: ast.AST, path: str, what: str = "") -> None:
        """Remember that something of another framework was used."""
        framework = imports.foreign_framework(path)
        if framework:
            used = self.foreign.setdefault(framework, {})
            if len(used) < 50:
                used.setdefault(what or path, getattr(node, "lineno", 0))
