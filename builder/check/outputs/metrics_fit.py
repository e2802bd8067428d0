"""Check the metrics of an output against its task, its labels and the last layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from builder import catalog
from builder.catalog import Entry
from builder.check.outputs.output_facts import Head
from builder.check.repair.recommended import recommend_loss
from builder.check.values.catalog_lookup import resolve
from builder.facts import DataFacts, Fix, Problem
from builder.spec import ObjectSpec, TrainingSpec

LABEL_WORDS = {"one_hot": "one-hot", "integers": "integer", "values": "number"}
"""Label encodings for people: "integer labels"."""


def problems(training: TrainingSpec, data: DataFacts, head: Head | None) -> Iterator[Problem]:
    """Metrics of another task, for other labels, or that one of the model's outputs cannot feed."""
    given = training.compile.get("metrics", ())
    if isinstance(given, Mapping):
        return
    items = given if isinstance(given, tuple) else (given,)
    for i, item in enumerate(items):
        metric = resolve("metrics", item)
        entry = catalog.find("metrics", metric.class_name) if metric else None
        if entry is None or metric is None:
            continue
        why = _metric_misfit(entry, data, head)
        if not why:
            continue
        rest = items[:i] + items[i + 1 :]
        better = _better(metric, data, rest)
        gone = Fix(f"Remove {entry.class_name}", training.with_compile(metrics=rest))
        remedies: tuple[Fix, ...] = (gone,)
        if better:
            new = (*items[:i], better, *items[i + 1 :])
            label = f"Use {better.class_name} instead"
            remedies = (Fix(label, training.with_compile(metrics=new)), gone)
        name = entry.alias or entry.class_name
        yield Problem(
            "compile.metrics", f"The metric {name} {why}.", f"{remedies[0].label}.", remedies
        )


def _metric_misfit(entry: Entry, data: DataFacts, head: Head | None) -> str:
    target = data.target
    if target.is_shares and entry.extra.get("binary"):
        return ""
    if target.task not in entry.tasks:
        return f"measures {' or '.join(entry.tasks)}, but {data.title} is a {target.task} task"
    if target.task == "regression":
        return ""
    if target.labels not in entry.labels:
        needs = " or ".join(LABEL_WORDS[label] for label in entry.labels)
        return f"expects {needs} labels, but {data.title} gives {LABEL_WORDS[target.labels]} ones"
    many = len(target.classes) > 2 or (head is not None and head.width == 2)
    if entry.extra.get("binary") and target.labels == "integers" and many:
        return "judges one yes-or-no output, but the model gives one number for each class"
    per_class = entry.labels == ("integers",) and not entry.extra.get("binary")
    if per_class and head is not None and head.width == 1:
        return "expects one number for each class, but the model gives only one"
    return ""


def _better(metric: ObjectSpec, data: DataFacts, rest: tuple[Any, ...]) -> ObjectSpec | None:
    twin = catalog.traits_of(metric.class_name, "metrics").counterparts.get(data.target.labels)
    options = [ObjectSpec(twin)] if twin else []
    have = {m.class_name for m in (resolve("metrics", r) for r in rest) if m}
    options += [m for m in recommend_loss(data)[1] if m.class_name != metric.class_name]
    return next((m for m in options if m.class_name not in have), None)
