"""Compare trainings: what changed from one to another in words, or several as a table.

Absent, None and the default are the same setting; so are the spellings Keras takes alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder import catalog
from builder.catalog import Entry
from builder.compare import models
from builder.compare.settings import Difference, Find, differences, format_value, normalize
from builder.spec import ObjectSpec, TrainingSpec

DEFAULTS: Mapping[str, Any] = {
    "epochs": 1,
    "batch_size": 32,
    "validation_split": 0.0,
    "validation_freq": 1,
    "shuffle": True,
    "initial_epoch": 0,
    "verbose": "auto",
    "jit_compile": "auto",
    "steps_per_execution": 1,
    "run_eagerly": False,
    "auto_scale_loss": True,
}
"""What ``compile`` and ``fit`` do when nothing is said."""

LIST_SETTINGS: Mapping[str, str] = {
    "metrics": "metric",
    "weighted_metrics": "weighted metric",
    "callbacks": "callback",
}
"""Settings that are a list of objects, and what one of it is called."""

KINDS = {**catalog.COMPILE_OBJECTS, "callbacks": "callbacks"}
"""Settings that hold objects → the kind of those."""

ORDER = ("optimizer", "loss", "metrics", "epochs", "batch_size", "validation_split")
"""The settings in the order people ask for them; the others follow."""


Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Settings, each with one value a training."""


def catalog_entry(kind: str, class_name: str) -> Entry | None:
    """The catalogue's entry; None for kinds it does not hold, such as datasets."""
    return catalog.find(kind, class_name) if kind in catalog.KINDS else None


def changes(
    before: TrainingSpec, after: TrainingSpec, find: Find = catalog_entry
) -> tuple[str, ...]:
    """What changed, a line each: ``"units 128 → 256 in dense"``; empty when nothing did.

    Args:
        find: (kind, class name) → entry, for the defaults; one that also looks into the
            registry of datasets knows theirs.
    """
    if before == after:
        return ()
    lines = list(models.changes(before.model, after.model, find))
    return tuple(dict.fromkeys([*lines, *(d.line() for d in _settings((before, after), find))]))


def table(trainings: Sequence[TrainingSpec], find: Find = catalog_entry) -> Rows:
    """Rows of (setting, one value a training) for every setting that is not the same in all."""
    if len(set(trainings)) < 2:
        return ()
    rows = [*models.rows([t.model for t in trainings], find), *_settings(trainings, find)]
    return tuple((d.title(), tuple("–" if v is None else v for v in d.values)) for d in rows)


def _settings(trainings: Sequence[TrainingSpec], find: Find) -> Iterator[Difference]:
    """Everything but the model."""
    yield from _object("dataset", [t.dataset for t in trainings], "datasets", find)
    yield from differences("columns", "", [t.columns for t in trainings], "", find)
    settings = [{**t.compile, **t.fit} for t in trainings]
    for name in dict.fromkeys((*ORDER, *(k for s in settings for k in s))):
        values = [DEFAULTS.get(name) if s.get(name) is None else s[name] for s in settings]
        if name in LIST_SETTINGS and all(v is None or isinstance(v, tuple) for v in values):
            yield from _lists(name, values, find)
        elif name in KINDS:
            yield from _object(name, values, KINDS[name], find)
        else:
            yield from differences(name.replace("_", " "), "", values, "", find)
    for name in ("seed", "tuner", "distribution"):
        yield from differences(name, "", [getattr(t, name) for t in trainings], "", find)


def _object(name: str, values: Sequence[Any], kind: str, find: Find) -> Iterator[Difference]:
    """One object; inside it its own arguments, which need no name before them."""
    objects = [normalize(kind, v, find) for v in values]
    alike = len({v.class_name if isinstance(v, ObjectSpec) else None for v in objects}) == 1
    first = objects[0]
    if alike and isinstance(first, ObjectSpec):
        place = "" if name == "optimizer" else first.class_name
        yield from differences("", place, objects, kind, find)
    else:
        yield from differences(name, "", objects, kind, find)


def _lists(name: str, values: Sequence[Any], find: Find) -> Iterator[Difference]:
    """Lists of objects, matched by class (and how many of it came before)."""
    kind, keyed = KINDS[name], [_by_class(v or ()) for v in values]
    for key in dict.fromkeys(k for one in keyed for k in one):
        objects = [one.get(key) for one in keyed]
        label = key[0]
        if all(v is not None for v in objects):
            yield from differences("", label, objects, kind, find)
        else:
            texts = tuple(None if v is None else _format_presence(v) for v in objects)
            yield Difference(f"{LIST_SETTINGS[name]} {label}", "", texts)
    orders = [tuple(k[0] for k in one if all(k in o for o in keyed)) for one in keyed]
    yield from differences(f"order of the {name}", "", orders, "", find)


def _by_class(items: Sequence[Any]) -> dict[tuple[str, int], Any]:
    rows: dict[tuple[str, int], Any] = {}
    for item in items:
        label = item.class_name if isinstance(item, ObjectSpec) else str(item)
        count = sum(k[0] == label for k in rows)
        rows[(label, count)] = item
    return rows


def _format_presence(item: Any) -> str:
    """What a table says of a callback that is there: its settings, or just yes."""
    return format_value(item.config) if isinstance(item, ObjectSpec) and item.config else "yes"


__all__ = ["Difference", "Find", "Rows", "catalog_entry", "changes", "table"]
