"""A trained model beside simple ones, in words: who wins, by how much, and what to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from builder import diagnose
from builder.formatting import digits, metric_value

CLOSE = 0.01
"""Share of the better score within which two models count as equally good; where a score is the
share of right answers, one standard error of it does, too."""

MEASURES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "accuracy": ("accuracy", diagnose.ACCURACIES),
    "mae": ("mean error", ("mean_absolute_error", "mae")),
    "rmse": ("root mean squared error", ("root_mean_squared_error", "rmse")),
    "r2": ("R²", ("r2_score",)),
}
"""What simple models are measured by → how it is called, and Keras's names of it."""

OTHER_AIM = (
    "Its classes have weights, so it finds more of the rare ones and is right less often in all:"
    " compare the recall of each class on Evaluate."
)

BETTER_HIGHER = frozenset({"accuracy", "r2"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A model's score beside those of simple models.

    Args:
        measure: ``accuracy``, ``mae``, ``rmse`` or ``r2``.
        score: the model's.
        verdict: ``worse`` than guessing, ``beaten``, ``equal`` or ``better``.
        numbers: the scores as one sentence.
        advice: what that means, and what to try.
    """

    measure: str
    score: float
    verdict: str
    numbers: str
    advice: str


def find_measure(test: Mapping[str, float]) -> tuple[str, float] | None:
    """The measure of simple models that a run has a number for, and that number.

    Args:
        test: metric → value, by Keras's names.
    """
    for measure, (_, names) in MEASURES.items():
        for name in names:
            if (value := test.get(name)) is not None:
                return measure, value
    return None


def judge(
    measure: str, score: float, compared: Mapping[str, Any], *, weighted: bool = False
) -> Standing | None:
    """Where the model stands; None where the simple models are measured by something else.

    Args:
        score: its own on the test.
        compared: as ``baselines.compare`` gives it.
        weighted: its classes have weights, so that it was not asked for most right answers.
    """
    if any(measure not in m for m in compared["models"]):
        return None
    guesses = [m for m in compared["models"] if m["is_guess"]]
    others = [m for m in compared["models"] if not m["is_guess"]]
    sign = 1 if measure in BETTER_HIGHER else -1
    said = [f"{m['word']} {_value(m[measure])}" for m in (*others, *guesses)]
    numbers = f"{MEASURES[measure][0]} {_value(score)}; {_listed(said)}."
    numbers = numbers[:1].upper() + numbers[1:]
    best = max(others or guesses, key=lambda m: sign * m[measure])
    guess = max((sign * m[measure] for m in guesses), default=-float("inf"))
    verdicts = [_verdict(measure, score, m[measure], sign, compared["tested"]) for m in others]
    verdict = _verdict(measure, score, best[measure], sign, compared["tested"])
    if sign * score <= guess:
        verdict = "worse"
    if verdict == "equal":  # the simplest that is; they stand in that order
        best = next(m for m, v in zip(others or guesses, verdicts, strict=False) if v != "better")
    lost = verdict in ("worse", "beaten")
    advice = OTHER_AIM if weighted and lost else _advice(verdict, best["word"])
    return Standing(measure, score, verdict, numbers, advice)


def _verdict(measure: str, score: float, best: float, sign: int, tested: int) -> str:
    lead = sign * (score - best)
    near = CLOSE * max(abs(score), abs(best))
    if measure == "accuracy":  # the deviation of a share of so many examples
        near = max(near, sqrt(best * (1 - best) / max(1, tested)))
    return "equal" if abs(lead) <= near else "better" if lead > 0 else "beaten"


def _advice(verdict: str, best: str) -> str:
    best = best[:1].upper() + best[1:]
    match verdict:
        case "worse":
            return (
                "It has learned nothing that guessing does not know. Train longer, or with another"
                " learning rate."
            )
        case "beaten":
            return (
                f"{best} does better: take it, or try more epochs, another learning rate or"
                " another size of the network."
            )
        case "equal":
            return f"{best} is as good, as far as this test can tell: take the simpler one."
    return "The network is worth it."


def _listed(parts: Sequence[str]) -> str:
    """``"the linear model gets 0.79, guessing 0.62"``."""
    first, *rest = parts
    word, _, value = first.rpartition(" ")
    return ", ".join([f"{word} gets {value}", *rest])


def _value(value: float) -> str:
    return digits(value, 3) if abs(value) < 1000 else metric_value(value)
