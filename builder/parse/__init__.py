"""Parse Python source into a project by ``ast`` alone: nothing is executed, nothing imported."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from builder.errors import LayerwiseError, SpecError
from builder.parse import project
from builder.parse.interpreter.interpreter import MAX_STEPS, MAX_STEPS_A_STATEMENT, Interpreter
from builder.parse.interpreter.values import CannotEvaluate, LimitReached
from builder.parse.language import RULES
from builder.parse.text import notebook_cells
from builder.parse.text.remarks import (
    DIFFERENT,
    NOTED,
    SEVERITIES,
    TRANSLATED,
    UNKNOWN,
    Remark,
    Remarks,
    line_label,
    shorten,
)
from builder.parse.text.syntax_tree import MAX_CHARACTERS, read_page
from builder.spec import TrainingSpec

__all__ = [
    "DIFFERENT",
    "MAX_CHARACTERS",
    "NOTED",
    "SEVERITIES",
    "TRANSLATED",
    "UNKNOWN",
    "Parsed",
    "Remark",
    "add_seed",
    "parse",
    "parse_notebook",
]

SEED = 0
"""What code without a seed is given when it becomes a project."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text came to.

    Args:
        training: the project, or None when no model was found in it.
        notes: what was translated, taken differently or left out, by line.
        others: further models of the text, each as a project of its own, by name.
        title: the one given, else the first line of the text's docstring, else "".
    """

    training: TrainingSpec | None
    notes: tuple[Remark, ...] = ()
    title: str = ""
    others: tuple[tuple[str, TrainingSpec], ...] = ()

    def of(self, severity: str) -> tuple[Remark, ...]:
        """The notes of one severity."""
        return tuple(n for n in self.notes if n.severity == severity)


def parse(source: str, title: str = "", around: TrainingSpec | None = None) -> Parsed:
    """The project in a Python text, and what is to be said about reading it.

    Args:
        source: a script; a tutorial with fenced code, prompts or notebook commands will do.
        title: instead of the text's own.
        around: the project the text was made from: what it does not say stays as it is there.
            Without one, usual settings and data to come of the shapes that it asks for.

    Raises:
        SpecError: too long, too deeply nested, or no Python; ``where`` is the line.
    """
    notes = Remarks()
    page = read_page(source, notes)
    interp = Interpreter(page, notes, RULES, around=around)
    training, others = _understood(interp)
    title = title or _title(page.tree)
    return Parsed(training, notes.remarks(), title, others)


def add_seed(result: Parsed) -> Parsed:
    """With a seed where the code sets none, and a remark: a script can then repeat the run."""
    if result.training is None or result.training.seed is not None:
        return result
    text = f"The code sets no seed: {SEED} is set, so that the script repeats the run's numbers."
    remark = Remark(line_label(0), text, 0, DIFFERENT)
    return replace(
        result, training=replace(result.training, seed=SEED), notes=(*result.notes, remark)
    )


def parse_notebook(text: str | bytes, title: str = "") -> Parsed:
    """The project in a notebook (``.ipynb``), its code cells read in order.

    Notes say ``"cell 2, line 3"``.

    Raises:
        SpecError: no notebook, or its code is refused as by ``parse``.
    """
    source, places = notebook_cells.notebook_source(text)
    try:
        result = parse(source, title)
    except SpecError as error:
        place = _place(places, error.where)
        if not place:
            raise
        message = error.message.replace(error.where.capitalize(), place.capitalize(), 1)
        raise SpecError(message, error.hint, place) from None
    remarks = tuple(replace(n, where=_place(places, n.where) or n.where) for n in result.notes)
    return replace(result, notes=remarks)


def _place(places: tuple[str, ...], where: str) -> str:
    number = where.removeprefix("line ")
    at = int(number) if number.isdecimal() and len(number) < 9 else 0
    return places[at - 1] if 0 < at <= len(places) else ""


def _understood(
    interp: Interpreter,
) -> tuple[TrainingSpec | None, tuple[tuple[str, TrainingSpec], ...]]:
    for node in interp.page.tree.body:
        if interp.steps >= MAX_STEPS:
            interp.remarks.add(
                UNKNOWN, node.lineno, "The code takes too long to read: it ends here."
            )
            break
        _statement(interp, node)
    interp.limit = interp.steps + MAX_STEPS_A_STATEMENT
    try:
        made = project.build(interp)
        return made, project.build_others(interp) if made and interp.around is None else ()
    except LayerwiseError:
        raise
    except _UNFORESEEN as error:
        interp.remarks.add(
            UNKNOWN, 0, f"The model could not be put together: {shorten(str(error))}."
        )
        return None, ()


def _statement(interp: Interpreter, node: ast.stmt) -> None:
    """One statement at the left edge; whatever goes wrong in it stays in it."""
    interp.limit = interp.steps + MAX_STEPS_A_STATEMENT
    interp.scope = interp.scope.top
    interp.depth = interp.quiet = 0
    try:
        interp.run([node])
    except LimitReached as much:
        interp.remarks.add(UNKNOWN, node.lineno, f"`{interp.page.text(node)}`: {much}, left out")
    except (CannotEvaluate, *_UNFORESEEN) as error:
        text = f"`{interp.page.text(node)}`: not understood ({shorten(str(error))})"
        interp.remarks.add(UNKNOWN, node.lineno, text)


_UNFORESEEN = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, AssertionError,
               RecursionError, MemoryError)  # fmt: skip
"""What code nobody thought of may do to the reader: told as not understood, never a traceback."""


def _title(tree: ast.Module) -> str:
    words = (ast.get_docstring(tree) or "").strip().split("\n")[0].strip()
    return shorten(words.removesuffix("."), 80)
