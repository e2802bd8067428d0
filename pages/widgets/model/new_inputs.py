"""Inputs made for what they shall read: a column of the data, or another node's output."""

from __future__ import annotations

from builder import binding, check, edit
from builder.facts import ModelFacts
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec, TrainingSpec
from pages.widgets.session import engine_facts


def input_for_output(ref: str, facts: ModelFacts | None) -> ObjectSpec | None:
    """An InputLayer for what that output gives; None while its shape is not known."""
    name, number = edit.split_reference(ref)
    here = facts.of(name) if facts else None
    if here is None or number >= len(here.outputs):
        return None
    layer = ObjectSpec(edit.INPUT, {"shape": here.outputs[number][1:]})  # type: ignore[arg-type]
    return layer if here.dtype in ("", "float32") else layer.with_(dtype=here.dtype)


def inputs_for_columns(training: TrainingSpec) -> tuple[tuple[str, ObjectSpec], ...]:
    """An InputLayer for every column of the dataset that no Input reads, by the column's name.

    The name is "" for a dataset of one input, which its only Input reads under any name.
    """
    data = engine_facts.find_facts(training).data
    if data is None:
        return ()
    if not data.is_named:
        return (("", check.input_layer(data)),)
    read = set(binding.read_columns(training))
    unread = (column for column in data.inputs if column.name not in read)
    return tuple((column.name, find_kind(column.kind).input_layer(column)) for column in unread)
