"""Keep the best value of each metric of a run, by whether more or less is better."""

from __future__ import annotations

import functools
import json
import math
import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from builder import catalog
from builder.spec import ObjectSpec, snake_case

UP, DOWN = max, min


def update_best(
    best: Mapping[str, float], metrics: Mapping[str, Any], given: Mapping[str, str] | None = None
) -> dict[str, float]:
    """``best`` after one more epoch's metrics; what is no number is no best, nor is a setting.

    Args:
        best: metric → its best value so far.
        metrics: metric → its value in this epoch, as Keras's history names them.
        given: as ``metric_names`` finds them.
    """
    updated = dict(best)
    for name, value in metrics.items():
        better = _better(name, given or {})
        if better is None or value is None or not math.isfinite(value):
            continue
        updated[name] = better(updated[name], value) if name in updated else float(value)
    return updated


def metric_names(value: Any) -> dict[str, str]:
    """The names a person gave to metrics → their classes, in a spec's ``compile["metrics"]``."""
    match value:
        case ObjectSpec():
            given = value.config.get("name")
            return {given: value.class_name} if isinstance(given, str) else {}
        case tuple():
            return {k: v for item in value for k, v in metric_names(item).items()}
        case Mapping():
            return metric_names(tuple(value.values()))
    return {}


def _better(name: str, given: Mapping[str, str]) -> Any:
    """``max``, ``min``, or None for what is neither loss nor metric (the learning rate)."""
    plain = re.sub(r"_\d+$", "", name.removeprefix("val_"))
    if plain == "loss" or plain.endswith("_loss"):
        return DOWN
    table = _directions() | {k: _directions().get(snake_case(v)) for k, v in given.items()}
    # a model with several outputs puts the output's name before the metric's
    parts = plain.split("_")
    tails = ("_".join(parts[i:]) for i in range(len(parts)))
    return next((table[t] for t in tails if t in table), None)


@functools.cache
def _directions() -> dict[str, Any]:
    table = {snake_case(e.class_name): DOWN for e in catalog.entries("losses")}
    for entry in catalog.entries("metrics"):
        keys = (snake_case(entry.class_name), entry.extra.get("key"), entry.alias)
        way = UP if entry.extra.get("better") == "up" else DOWN
        table |= {k: way for k in (*keys, *entry.extra.get("aliases", ())) if k}
    return table


def fill_best(connection: sqlite3.Connection) -> None:
    """Writes the best values of all runs, for a store that did not keep them."""
    best: dict[str, dict[str, float]] = {}
    for run, text in connection.execute("SELECT run, metrics FROM epochs ORDER BY run, seq"):
        best[run] = update_best(best.get(run, {}), json.loads(text))
    connection.executemany(
        "UPDATE runs SET best = ? WHERE id = ?", [(json.dumps(v), k) for k, v in best.items()]
    )
