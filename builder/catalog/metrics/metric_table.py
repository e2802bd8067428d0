"""What a line of the metrics' tables becomes."""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Entry, line

_URL = "https://keras.io/api/metrics/"
ACCURACY, FOUND, REGRESSION, LOSSES, SEGMENTS = (
    "Accuracy",
    "Found and missed",
    "Regression",
    "Losses as metrics",
    "Segmentation",
)
_TASKS = {REGRESSION: ("regression",), SEGMENTS: ("segmentation",)}
BINARY = ("integers", "one_hot")


def row(
    text: str,
    group: str,
    formula: str,
    summary: str,
    analogy: str,
    *,
    alias: str,
    labels: tuple[str, ...],
    page: str,
    better: str = "up",
    key: str = "",
    binary: bool = False,
    aliases: tuple[str, ...] = (),
    **more: Any,
) -> Entry:
    """One metric; ``page`` is Keras's page, ``key`` the name in the history where not the alias."""
    more.setdefault("tasks", _TASKS.get(group, ("classification",)))
    anchor = "" if text.startswith("accuracy") else f"#{text.partition('(')[0].lower()}-class"
    extra = {"better": better, "key": key or alias, "binary": binary, "aliases": aliases}
    return line(
        "metrics",
        text,
        group=group,
        formula=formula,
        summary=summary,
        analogy=analogy,
        alias=alias,
        labels=labels,
        url=f"{_URL}{page}/{anchor}",
        extra=extra,
        **more,
    )
