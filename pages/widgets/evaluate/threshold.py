"""What comes of calling an example a class from some probability on: counts, shares and costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Decision:
    """What a threshold does to the test examples.

    Args:
        threshold: from this probability on an example is called the class.
        hits, misses: examples of the class that are called it, and that are not.
        false_alarms, rejections: the same of all other examples.
    """

    threshold: float
    hits: int
    misses: int
    false_alarms: int
    rejections: int

    @property
    def precision(self) -> float | None:
        """The share of the alarms that are right; None without alarms."""
        alarms = self.hits + self.false_alarms
        return self.hits / alarms if alarms else None

    @property
    def recall(self) -> float | None:
        """The share of the class that is found."""
        there = self.hits + self.misses
        return self.hits / there if there else None

    @property
    def false_rate(self) -> float | None:
        """The share of the other examples that raise an alarm."""
        others = self.false_alarms + self.rejections
        return self.false_alarms / others if others else None

    def cost(self, false_alarm: float, miss: float) -> float:
        """What all mistakes cost together."""
        return self.false_alarms * false_alarm + self.misses * miss


def decide(one: Mapping[str, Any], threshold: float) -> Decision:
    """What the nearest threshold that was counted does.

    Args:
        one: a class of ``class_curves.curves``.
    """
    return _at(one, int(np.argmin(np.abs(np.asarray(one["thresholds"]) - threshold))))


def find_cheapest(one: Mapping[str, Any], false_alarm: float, miss: float) -> Decision:
    """The threshold whose mistakes cost least; of several the one nearest to a half."""
    all_of_them = [_at(one, i) for i in range(len(one["thresholds"]))]
    return min(
        all_of_them, key=lambda d: (round(d.cost(false_alarm, miss), 9), abs(d.threshold - 0.5))
    )


def _at(one: Mapping[str, Any], place: int) -> Decision:
    hits, false_alarms = int(one["hits"][place]), int(one["false_alarms"][place])
    misses, rejections = one["positives"] - hits, one["negatives"] - false_alarms
    return Decision(float(one["thresholds"][place]), hits, misses, false_alarms, rejections)
