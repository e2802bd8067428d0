"""Recognise a learning-rate function as one of our epoch schedules."""

from __future__ import annotations

import ast
import math
from typing import Any

from builder import catalog
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import CannotEvaluate, LimitReached, UserFunction
from builder.spec import Config, ObjectSpec

EPOCHS = 200
"""So many epochs are tried to see what a rule does."""

LEAST = 5
"""A rule that ends at a rate of 0 must have run for so many epochs to be seen."""


def recognise_schedule(
    interp: Interpreter, node: ast.AST, function: UserFunction
) -> ObjectSpec | None:
    """The epoch schedule that gives the same rates, or None.

    Where the rates hang on the epoch alone, the first is the optimizer's: ``interp.first_rate``.
    """
    return _by_words(function) or _by_numbers(interp, node, function)


def _by_words(function: UserFunction) -> ObjectSpec | None:
    """Our own script writes the catalogue's expression with the settings as defaults."""
    node = function.node
    body = node.body
    if not isinstance(body, list) or len(body) != 1 or not isinstance(body[0], ast.Return):
        return None
    if body[0].value is None or len(node.args.args) < 2:
        return None
    arguments = dict(zip([a.arg for a in node.args.args][2:], node.args.defaults, strict=False))
    for entry in catalog.entries("epoch_schedules"):
        rule = ast.parse(str(entry.extra["expression"]), mode="eval").body
        if set(arguments) == set(entry.args) and ast.dump(rule) == ast.dump(body[0].value):
            values = {k: v.value for k, v in arguments.items() if isinstance(v, ast.Constant)}
            if len(values) == len(arguments):
                return catalog.minimal(
                    "epoch_schedules", ObjectSpec(entry.class_name, Config(values))
                )
    return None


def _by_numbers(interp: Interpreter, node: ast.AST, function: UserFunction) -> ObjectSpec | None:
    takes = len(function.node.args.args)
    ratios: list[float] = []
    rate = 1.0
    with interp.silenced():
        for epoch in range(EPOCHS):
            try:
                value = interp.call(function.node, function, [epoch, rate][:takes], {})
            except (CannotEvaluate, LimitReached):
                value = 0.0
            if isinstance(value, bool) or not isinstance(value, int | float):
                value = 0.0
            if value <= 0:
                if epoch < LEAST:
                    return None
                break
            ratios.append(value / rate)
            rate = value
    if takes >= 2:
        return _rule(ratios)
    return _absolute(interp, node, ratios)


def _absolute(interp: Interpreter, node: ast.AST, ratios: list[float]) -> ObjectSpec | None:
    """A schedule of the epoch alone: its first rate, and how the others follow it."""
    first = float(f"{ratios[0]:.10g}")
    rule = _rule([1.0, *ratios[1:]])
    interp.first_rate = first
    text = f"The schedule begins with the rate {first:g}: the optimizer is given it."
    if rule is None:
        rule = _nearest(ratios)
        what = "stays at it" if rule is None else "is followed nearly, by one like it"
        interp.report_different(node, f"{text} How it goes on {what}.")
    else:
        interp.report_different(node, text)
    return rule


def _nearest(ratios: list[float]) -> ObjectSpec | None:
    """Steps by one factor to as small a rate, where a falling one follows none of our rules."""
    end = math.prod(ratios[1:])
    falls = [e for e, r in enumerate(ratios) if e and r < 1 - 1e-9]
    if not falls or end >= 1:
        return None
    every = max(1, falls[0])
    steps = (len(ratios) - 1) // every
    return _spec("StepDecay", factor=round(end ** (1 / steps), 6), every=every)


def _rule(ratios: list[float]) -> ObjectSpec | None:
    """From the rate of each epoch divided by that of the one before."""
    changed = [e for e, r in enumerate(ratios) if abs(r - 1) > 1e-9]
    if not changed:
        return None
    warm = round(1 / ratios[0]) if ratios[0] < 1 else 0
    if warm > 1 and all(_near(r, _warm(e, warm)) for e, r in enumerate(ratios)):
        return _spec("Warmup", epochs=warm)
    first, factor = changed[0], ratios[changed[0]]
    if not all(_near(ratios[e], factor) for e in changed):
        return None
    if changed == list(range(first, len(ratios))) and first != 1 and factor < 1:
        return _spec("ExpDecay", rate=round(-math.log(factor), 10), start_epoch=first)
    if first and changed == list(range(first, len(ratios), first)):
        return _spec("StepDecay", factor=round(factor, 10), every=first)
    return None


def _warm(epoch: int, epochs: int) -> float:
    if epoch == 0:
        return 1 / epochs
    return (epoch + 1) / epoch if epoch < epochs else 1.0


def _near(a: float, b: float) -> bool:
    return abs(a - b) < 1e-9


def _spec(name: str, **config: Any) -> ObjectSpec:
    return catalog.minimal("epoch_schedules", ObjectSpec(name, Config(config)))
