"""The layer tables against the installed Keras: nothing missing, nothing invented, all works."""

from __future__ import annotations

import inspect
import os
from types import SimpleNamespace
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from builder import catalog
from builder.catalog import Entry
from builder.catalog.layers import NOT_ASKED, NOT_IN_A_STACK, own
from builder.catalog.layers.augmentation import ENTRIES as AUGMENTATION
from builder.custom_layers.registry import custom_layer_classes
from builder.spec import Config, ObjectSpec, freeze

LAYERS = catalog.entries("layers")
NAMES = [e.class_name for e in LAYERS]
KERAS = {name: c for name, c in vars(keras.layers).items() if inspect.isclass(c)}
PUBLIC = {**KERAS, **custom_layer_classes()}
"""Keras's public classes, and our own."""

MODULES = {
    "layers": SimpleNamespace(**PUBLIC),
    "initializers": keras.initializers,
    "regularizers": keras.regularizers,
    "constraints": keras.constraints,
}

SHORT = {kind: getattr(keras.src, kind).ALL_OBJECTS_DICT for kind in list(MODULES)[1:]}
"""Keras's own tables: short string → class."""

AT_RANK = {("Permute", r): {"dims": tuple(range(r - 1, 0, -1))} for r in (3, 4, 5, 6)}
"""Arguments that speak of the input's axes: what they are for an input of that rank."""

ANY = {
    "InputLayer": (),
    "Bidirectional": (3,),
    "SpectralNormalization": (2, 3),
    "StringLookup": (1, 2),
    "TimeDistributed": (3, 4),
}
"""Ranks to try where a layer claims none: what the layer it holds, or its input, can have."""

MORE_THAN_CLAIMED = {
    *(e.class_name for e in AUGMENTATION),
    *("AutoContrast", "Equalization", "ContrastLimitedAdaptiveHistogramEqualization"),
    *("CenterCrop", "Resizing", "CategoryEncoding", "TextVectorization", "MelSpectrogram"),
    *(n for n in NAMES if n.startswith("Adaptive")),
    "Softmax",
}
"""Layers that build on ranks where they cannot work: they would take one picture for a batch of
them, or fail only when values arrive (TensorFlow's softmax takes five axes at most)."""


FILLED_IN = {
    "Bidirectional": ("backward_layer",),
    "MelSpectrogram": ("max_freq",),
    "RandomCrop": ("seed",),
}
"""Arguments left empty that Keras replaces by a value it computed, and writes out."""


def make(value: Any, kind: str = "layers") -> Any:
    """A Keras object from a spec value, in the plainest way."""
    if not isinstance(value, ObjectSpec):
        return value
    row = catalog.find(kind, value.class_name)
    assert row is not None
    config = {k: make(v, catalog.param(row, k).kind) for k, v in value.config.items()}
    return getattr(MODULES[kind], value.class_name)(**config)


def spec(value: Any) -> Any:
    """What Keras serialized, as a spec value."""
    if isinstance(value, dict) and {"class_name", "config"} <= set(value):
        asked = (k for k in value["config"] if k not in NOT_ASKED)
        return ObjectSpec(value["class_name"], Config({k: spec(value["config"][k]) for k in asked}))
    return freeze(value)


def fresh(row: Entry, **more: Any) -> ObjectSpec:
    return catalog.new("layers", row.class_name).with_(**more)


def sample(row: Entry, rank: int) -> np.ndarray:
    """A small batch of that rank the layer can read."""
    kinds = row.traits.reads or ("float",)
    if "string" in kinds and "int" not in kinds:
        words = np.array([["good movie"], ["the bad"]], dtype=object)
        return words[:, 0] if rank == 1 else words.reshape((2, *(1,) * (rank - 1)))
    long = {"STFTSpectrogram": 600, "MelSpectrogram": 4096}.get(row.class_name, 12)
    size = {2: 8, 3: long, 4: 12, 5: 6, 6: 5}.get(rank, 8)
    channels = 3 if row.group == "Augmentation" else 8
    shape = (2, *(size,) * (rank - 2), channels)
    if row.class_name == "MelSpectrogram":
        shape = (2, long)
    rng = np.random.default_rng(0)
    if kinds[0] == "int":
        return rng.integers(0, 4, shape).astype("int64")
    return rng.random(shape).astype("float32")


def test_every_public_class_is_an_entry_or_left_out_with_a_reason() -> None:
    classes = set(PUBLIC.values())
    placed = [PUBLIC[n] for n in (*NAMES, *NOT_IN_A_STACK)]
    assert len(placed) == len(set(placed)), "a class stands in the tables twice"
    missing = {c.__name__ for c in classes - set(placed)}
    assert not missing


def test_our_own_are_offered_and_named_as_nothing_in_keras() -> None:
    """One file a class, found by folder; a line of the catalogue offers each."""
    assert set(custom_layer_classes()) == set(own.BY_NAME)
    assert not set(own.BY_NAME) & set(KERAS)
    assert all(row.extra["own"] for row in own.BY_NAME.values())


def test_names_are_the_ones_keras_writes_into_configs() -> None:
    assert {n for n in NAMES if PUBLIC[n].__name__ != n} == set()


@pytest.mark.parametrize("row", LAYERS, ids=NAMES)
def test_arguments_and_defaults_are_keras_own(row: Entry) -> None:
    theirs = [
        (p.name, catalog.REQUIRED if p.default is p.empty else freeze(p.default))
        for p in inspect.signature(PUBLIC[row.class_name]).parameters.values()
        if p.kind is not p.VAR_KEYWORD and (p.name not in NOT_ASKED or p.name in row.args)
    ]
    assert list(row.args.items()) == theirs


@pytest.mark.parametrize("row", LAYERS, ids=NAMES)
def test_a_new_layer_works_on_every_rank_it_claims(row: Entry) -> None:
    for rank in row.ndim or ANY.get(row.class_name, (2, 3, 4)):
        made = make(fresh(row, **AT_RANK.get((row.class_name, rank), {})))
        x = sample(row, rank)
        if row.class_name == "TextVectorization":
            made.adapt(x)  # its words come from the data
        training = {"training": True} if row.traits.random else {}
        y = np.asarray(made(x, **training))
        assert y.shape[0] == len(x), f"rank {rank}: the batch axis is gone"
        predicted = made.compute_output_shape((None, *x.shape[1:]))
        assert len(predicted) == y.ndim


@pytest.mark.parametrize(
    "row", [e for e in LAYERS if e.ndim and e.class_name not in MORE_THAN_CLAIMED],
    ids=lambda e: e.class_name,
)  # fmt: skip
def test_keras_refuses_every_rank_that_is_not_claimed(row: Entry) -> None:
    dtype = {"int": "int64", "string": "string"}.get((row.traits.reads or ("",))[0], "float32")
    for rank in set(range(2, 7)) - set(row.ndim):
        made = make(fresh(row))
        with pytest.raises((ValueError, TypeError, IndexError)):
            made(keras.KerasTensor((None, *(16,) * (rank - 1)), dtype=dtype))


@pytest.mark.parametrize("row", [e for e in LAYERS if e.traits.random], ids=lambda e: e.class_name)
def test_random_layers_act_in_training_only(row: Entry) -> None:
    rank = row.ndim[0] if row.ndim else 2
    x = sample(row, rank)
    made = make(fresh(row))
    if row.class_name == "RandomCrop":  # then cuts out the middle: here that is everything
        made = make(fresh(row, height=x.shape[1], width=x.shape[2]))
    np.testing.assert_array_equal(np.asarray(made(x, training=False)), x)


@pytest.mark.parametrize("row", LAYERS, ids=NAMES)
def test_what_keras_writes_is_brought_back_to_what_was_chosen(row: Entry) -> None:
    chosen = fresh(row)
    written = spec(keras.layers.serialize(make(chosen)))
    asked = {k: v for k, v in written.config.items() if k in row.args}
    config = Config(asked).without(*FILLED_IN.get(row.class_name, ()))
    back = catalog.minimal("layers", ObjectSpec(row.class_name, config))
    if row.traits.wraps:
        inner = back.config["layer"]
        known = catalog.entry("layers", inner.class_name).args
        kept = {k: v for k, v in inner.config.items() if k in known}
        back = back.with_(layer=ObjectSpec(inner.class_name, Config(kept)))
    assert back == _without_shape(catalog.minimal("layers", chosen))


def _without_shape(chosen: ObjectSpec) -> ObjectSpec:
    """An InputLayer writes its shape as ``batch_shape``, which no entry asks for."""
    known = chosen.config.without("shape") if chosen.class_name == "InputLayer" else chosen.config
    return ObjectSpec(chosen.class_name, known)


def test_only_layers_that_say_so_need_color() -> None:
    keras.utils.set_random_seed(0)
    gray = np.random.default_rng(0).random((2, 12, 12, 1)).astype("float32")
    works = {  # often: RandAugment picks its changes at random, and not all of them need color
        e.class_name: all(_changes(make(fresh(e)), gray) for _ in range(8)) for e in AUGMENTATION
    }
    assert works == {e.class_name: e.traits.channels is None for e in AUGMENTATION}


def _changes(made: Any, pictures: np.ndarray) -> bool:
    """Whether the layer takes those pictures and gives as many channels back."""
    try:
        return made(pictures, training=True).shape[-1] == pictures.shape[-1]
    except (ValueError, tf.errors.OpError):
        return False


def _gets(kind: str, name: str) -> bool:
    """Whether Keras makes an object of that string; "constant" is in its table but does not."""
    try:
        return MODULES[kind].get(name) is not None
    except KeyError:
        return False


@pytest.mark.parametrize("kind", ["initializers", "regularizers", "constraints"])
def test_every_short_string_keras_knows_names_an_entry(kind: str) -> None:
    for row in catalog.entries(kind):
        theirs = getattr(MODULES[kind], row.class_name)
        names = [
            n for n, c in SHORT[kind].items() if c is theirs and n.islower() and _gets(kind, n)
        ]
        assert [n for n in names if catalog.by_alias(kind, n) is not row] == []
