"""The catalogue as its users see it: every thing is explained, every argument can be asked for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from builder import catalog
from builder.catalog import REQUIRED, Entry, Param
from builder.errors import CatalogError
from builder.spec import Config, ObjectSpec

EVERYTHING = [e for kind in catalog.KINDS for e in catalog.entries(kind)]

ENDS = (".", "?", "…", ".)")
"""How a sentence may end."""


def _id(value: Any) -> str:
    return f"{value.kind}-{value.class_name}" if isinstance(value, Entry) else str(value)


@pytest.mark.parametrize("row", EVERYTHING, ids=_id)
def test_every_entry_is_explained(row: Entry) -> None:
    assert row.group
    assert row.url.startswith("https://keras.io/") or row.kind == "epoch_schedules"
    assert row.summary.endswith(ENDS) and len(row.summary) > 20
    assert row.analogy.endswith(ENDS) and len(row.analogy) > 10
    assert row.formula.count("{") == row.formula.count("}")


@pytest.mark.parametrize("kind", catalog.KINDS)
def test_names_and_short_strings_are_unique(kind: str) -> None:
    rows = catalog.entries(kind)
    assert len({e.class_name for e in rows}) == len(rows) > 0
    aliases = [e.alias for e in rows if e.alias]
    assert len(set(aliases)) == len(aliases)
    assert all(catalog.find(kind, e.class_name) is e for e in rows)
    assert all(catalog.by_alias(kind, e.alias) is e for e in rows if e.alias)


@pytest.mark.parametrize("kind", catalog.KINDS)
def test_groups_hold_all_entries_in_order(kind: str) -> None:
    rows = [e for g in catalog.groups(kind) for e in catalog.entries(kind, g)]
    assert sorted(rows, key=_id) == sorted(catalog.entries(kind), key=_id)


@pytest.mark.parametrize("row", EVERYTHING, ids=_id)
def test_every_argument_can_be_asked_for(row: Entry) -> None:
    for arg in row.args:
        _check(row, arg)


def _check(row: Entry, arg: str) -> None:
    asked = catalog.param(row, arg)
    default = row.args[arg]
    assert asked.help.endswith(ENDS)
    if default is None:
        assert asked.optional, "the default is None, so the form must offer it"
    elif default is not REQUIRED:
        assert _fits(asked, default), f"{default!r} does not fit {asked}"
    for value in (asked.start, row.start.get(arg)):
        assert value is None or _fits(asked, value), f"{value!r} does not fit {asked}"


def _fits(asked: Param, value: Any) -> bool:
    """Whether a form made from ``asked`` can show the value."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    within = not number or (
        (asked.min is None or value >= asked.min) and (asked.max is None or value <= asked.max)
    )
    match asked.type:
        case "bool":
            return isinstance(value, bool)
        case "choice":
            return value in asked.choices
        case "str":
            return isinstance(value, str)
        case "int":
            return number and isinstance(value, int) and within
        case "float":
            return (number and within) or bool(asked.kind and isinstance(value, ObjectSpec))
        case "ints" | "floats":
            many = value if isinstance(value, tuple) else (value,)
            sized = not isinstance(value, tuple) or asked.length in (None, len(value))
            return sized and all(isinstance(v, int | float) for v in many)
        case "object":
            known = isinstance(value, ObjectSpec) or _named(asked.kind, value)
            return bool(asked.kind in catalog.KINDS and known)
        case kind:
            return kind == "json"


def _named(kind: str, value: Any) -> bool:
    return bool(catalog.by_alias(kind, value) or catalog.find(kind, value))


@pytest.mark.parametrize("row", EVERYTHING, ids=_id)
def test_new_things_have_what_they_need_and_are_minimal(row: Entry) -> None:
    made = catalog.new(row.kind, row.class_name)
    assert set(row.required) <= set(made.config) <= set(row.args)
    assert catalog.minimal(row.kind, made) == catalog.minimal(
        row.kind, catalog.minimal(row.kind, made)
    )


def test_beginner_defaults() -> None:
    new = catalog.new
    assert new("layers", "Dense").config == Config(units=64, activation="relu")
    assert new("layers", "Conv2D").config == Config(filters=32, kernel_size=3, activation="relu")
    assert new("layers", "Dropout").config == Config(rate=0.2)
    assert new("layers", "Flatten").config == Config()


def test_a_wrong_name_is_answered_with_near_ones() -> None:
    with pytest.raises(CatalogError, match="Conv2d") as caught:
        catalog.entry("layers", "Conv2d")
    assert "Conv2D" in caught.value.hint
    with pytest.raises(CatalogError, match="cakes"):
        catalog.entries("cakes")
    with pytest.raises(CatalogError, match="no described argument 'colour'"):
        catalog.param(catalog.entry("layers", "Dense"), "colour")


def test_sizes_have_as_many_numbers_as_the_class_name_says() -> None:
    def length(class_name: str, arg: str) -> int | None:
        return catalog.param(catalog.entry("layers", class_name), arg).length

    assert [length(f"Conv{n}D", "kernel_size") for n in (1, 2, 3)] == [1, 2, 3]
    assert [length(f"MaxPooling{n}D", "pool_size") for n in (1, 2, 3)] == [1, 2, 3]
    assert length("ConvLSTM2D", "strides") == 2


def test_choices_of_a_kind_are_offered() -> None:
    dense = catalog.param(catalog.entry("layers", "Dense"), "activation")
    assert dense.choices[0] is None and {"relu", "softmax", "tanh"} <= set(dense.choices)
    alone = catalog.param(catalog.entry("layers", "Activation"), "activation")
    assert None not in alone.choices and "relu" in alone.choices


def test_an_entry_of_a_plugin_may_bring_its_own_descriptions() -> None:
    own = Param("float", "How noisy.", min=0.0)
    row = Entry(
        "datasets", "Circles", Config(noise=0.1, seed=0), extra=Config(params={"noise": own})
    )
    assert catalog.param(row, "noise") == own
    assert catalog.param(row, "seed").type == "int"
    assert catalog.minimal_config(row, Config(noise=0.1, seed=3)) == Config(seed=3)


SPELLINGS = [
    ("Dense", {"units": 3, "kernel_initializer": "glorot_uniform"}, {"units": 3}),
    ("Dense", {"units": 3, "kernel_initializer": "GlorotUniform"}, {"units": 3}),
    ("Dense", {"units": 3, "kernel_initializer": ObjectSpec("GlorotUniform")}, {"units": 3}),
    (
        "Dense",
        {"units": 3, "kernel_initializer": "he_normal"},
        {"units": 3, "kernel_initializer": ObjectSpec("HeNormal")},
    ),
    (
        "Dense",
        {"units": 3, "kernel_regularizer": ObjectSpec("L2", Config(l2=0.01))},
        {"units": 3, "kernel_regularizer": ObjectSpec("L2")},
    ),
    ("Dense", {"units": 3, "activation": "linear", "use_bias": True}, {"units": 3}),
    ("LSTM", {"units": 3, "activation": "tanh"}, {"units": 3}),
    ("LSTM", {"units": 3, "activation": "linear"}, {"units": 3, "activation": None}),
    (
        "Conv2D",
        {"filters": 3, "kernel_size": (3, 3), "strides": (1, 1), "data_format": "channels_last"},
        {"filters": 3, "kernel_size": 3},
    ),
    ("Conv2D", {"filters": 3, "kernel_size": (3, 5)}, {"filters": 3, "kernel_size": (3, 5)}),
    (
        "Conv2D",
        {"filters": 3, "kernel_size": 3, "padding": "VALID"},
        {"filters": 3, "kernel_size": 3},
    ),
    ("Dense", {"units": 3, "kernel_initializer": None}, {"units": 3}),
    ("CategoryEncoding", {"output_mode": "binary"}, {}),
    ("StringLookup", {"output_mode": "binary"}, {"output_mode": "multi_hot"}),
    ("MaxPooling2D", {"pool_size": 2, "strides": (2, 2)}, {}),
    ("MaxPooling2D", {"pool_size": 2, "strides": 1}, {"strides": 1}),
    ("MaxPooling2D", {"pool_size": 3, "strides": 3}, {"pool_size": 3}),
    ("ZeroPadding2D", {"padding": ((1, 1), (1, 1))}, {}),
    ("ZeroPadding2D", {"padding": ((1, 1), (2, 2))}, {"padding": (1, 2)}),
    ("ZeroPadding2D", {"padding": ((1, 2), (0, 0))}, {"padding": ((1, 2), (0, 0))}),
    ("Reshape", {"target_shape": (3, 3)}, {"target_shape": (3, 3)}),
    ("RandomRotation", {"factor": (-0.1, 0.1)}, {"factor": 0.1}),
    ("RandomRotation", {"factor": (0.0, 0.1)}, {"factor": (0.0, 0.1)}),
    ("RandomContrast", {"factor": (0, 0.1), "value_range": (0, 255)}, {"factor": 0.1}),
    (
        "TimeDistributed",
        {"layer": ObjectSpec("Dense", Config(units=3, use_bias=True))},
        {"layer": ObjectSpec("Dense", Config(units=3))},
    ),
]


@pytest.mark.parametrize(("class_name", "given", "kept"), SPELLINGS)
def test_minimal_keeps_one_spelling(
    class_name: str, given: dict[str, Any], kept: dict[str, Any]
) -> None:
    made = catalog.minimal("layers", ObjectSpec(class_name, Config(given)))
    assert made == ObjectSpec(class_name, Config(kept))


def test_minimal_leaves_alone_what_it_does_not_know() -> None:
    strange = ObjectSpec("Mystery", Config(a=1))
    assert catalog.minimal("layers", strange) == strange
    extra = ObjectSpec("Dense", Config(units=3, trainable=False))
    assert catalog.minimal("layers", extra) == extra


def test_zero_is_not_false() -> None:
    row = catalog.entry("layers", "Dense")
    assert catalog.minimal_config(row, Config(units=1, use_bias=1)) == Config(units=1, use_bias=1)


@pytest.mark.parametrize("row", catalog.entries("layers"), ids=_id)
def test_learner_texts_are_short_and_plain(row: Entry) -> None:
    sentences = re.findall(r"[^.]+\.", row.summary)
    assert len(sentences) <= 5 and max(map(len, sentences)) < 220
    assert row.analogy.count(".") == 1
