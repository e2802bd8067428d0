"""Where reading stands: names, limits spent, remarks, and what was found so far."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from builder.parse.interpreter.values import (
    Args,
    Keywords,
    LimitReached,
    Scope,
    Unknown,
    UserFunction,
)
from builder.parse.keras.symbolic_model import Model
from builder.parse.remarks import DIFFERENT, NOTED, TRANSLATED, UNKNOWN, Remarks
from builder.parse.text.syntax_tree import Page
from builder.spec import TrainingSpec

MAX_STEPS = 400_000
"""Expressions and statements worked out in one text, loops and calls counted each time."""

MAX_STEPS_A_STATEMENT = 100_000
"""The same for one statement at the left edge, so that one bad loop does not hide the rest."""

MAX_DEPTH = 120
"""Expressions, blocks and calls inside each other."""


@dataclass
class Interpreter:
    """All there is while a text is read.

    Args:
        page: the text.
        notes: what is told.
        follow: calls a function of the text.
        scope: the names in reach.
        line: of the statement being read, for what has no line of its own.
        models: every model made, in order.
        seed: of ``set_random_seed``; None while none was set.
        policy: the dtype policy that was set.
        around: the project the text was made from, if any.
        strange_data: whether a starter's data stand in for ones nobody recognised.
        foreign: another framework's name → the things of it that were used, with lines.
    """

    page: Page
    remarks: Remarks
    follow: Callable[[Interpreter, UserFunction, Args, Keywords], Any]
    scope: Scope = field(default_factory=Scope)
    line: int = 0
    steps: int = 0
    limit: int = MAX_STEPS_A_STATEMENT
    depth: int = 0
    quiet: int = 0
    models: list[Model] = field(default_factory=list)
    functions: list[Any] = field(default_factory=list)
    seed: int | None = None
    policy: str = ""
    foreign: dict[str, dict[str, int]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    made: int = 0
    around: TrainingSpec | None = None
    strange_data: bool = False

    def step(self) -> None:
        """Count one step; raises TooMuch when there were too many."""
        self.steps += 1
        if self.steps > self.limit or self.steps > MAX_STEPS:
            raise LimitReached("too many steps")

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Inside, one level deeper; raises TooMuch below ``MAX_DEPTH``."""
        if self.depth >= MAX_DEPTH:
            raise LimitReached("too many levels")
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Inside, nothing is told: what is read here has no part in the project."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1

    def report(self, severity: str, where: ast.AST | int | None, message: str) -> None:
        """Tell something about a node, or a line."""
        if self.quiet:
            return
        line = where if isinstance(where, int) else getattr(where, "lineno", 0) or self.line
        self.remarks.add(severity, line, message)

    def report_unknown(self, node: ast.AST, why: str) -> Unknown:
        """Tell that ``node`` was not understood, and give the value that stands for that."""
        if not self.quiet and not self.remarks.is_full():
            self.report(UNKNOWN, node, f"`{self.page.text(node)}`: {why}")
        elif not self.quiet:
            self.remarks.dropped += 1
        return Unknown()

    def was_reported(self, what: str) -> bool:
        """Whether this was asked before: a second time it need not be told."""
        if what in self.missing:
            return True
        if not self.quiet:
            self.missing.add(what)
        return False

    def report_unread(self, node: ast.AST, message: str) -> None:
        """Tell, in a sentence of its own, what was not understood."""
        self.report(UNKNOWN, node, message)

    def report_aside(self, node: ast.AST, what: str) -> None:
        """Tell, once for each kind of thing, that it has no part in the project."""
        if not self.quiet and not self.was_reported(what):
            self.report_note(node, f"{what} has no part in the project: left out.")

    def report_translation(self, where: ast.AST | int | None, message: str) -> None:
        """Tell of another spelling of the same."""
        self.report(TRANSLATED, where, message)

    def report_different(self, where: ast.AST | int | None, message: str) -> None:
        """Tell of something that is not taken to the letter."""
        self.report(DIFFERENT, where, message)

    def report_note(self, where: ast.AST | int | None, message: str) -> None:
        """Tell of something understood with nothing to do about it."""
        self.report(NOTED, where, message)
