"""The traits of catalogue entries, held against Keras where Keras can be asked."""

from __future__ import annotations

import inspect
import itertools
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras.src.layers.layer import Layer
from keras.src.layers.merging.base_merge import Merge
from keras.src.random import seed_generator

from builder import catalog
from builder.catalog import Entry
from builder.catalog.completeness import require_complete
from builder.catalog.traits import ORDINARY, Traits
from builder.errors import CatalogError
from builder.spec import Config, ObjectSpec
from tests.builder.catalog.test_layers import ANY, AT_RANK, KERAS, PUBLIC, fresh, make, sample

LAYERS = [e for e in catalog.entries("layers") if e.class_name != "InputLayer"]
ALL = [*LAYERS, *catalog.joins()]
PAIRS = [e for e in catalog.operations() if e.extra["tensors"] == ("x1", "x2")]


def names(rows: list[Entry]) -> list[str]:
    return [e.class_name for e in rows]


def ranks(row: Entry) -> tuple[int, ...]:
    return row.ndim or ANY.get(row.class_name, (2, 3, 4))


def tried(row: Entry, rank: int) -> tuple[Any, np.ndarray]:
    """A layer as the palette makes it, and values it can read."""
    made = make(fresh(row, **AT_RANK.get((row.class_name, rank), {})))
    values = sample(row, rank)
    if row.class_name == "TextVectorization":
        made.adapt(values)
    return made, values


@pytest.mark.parametrize("row", ALL, ids=names(ALL))
def test_layers_with_states_are_those_with_return_state(row: Entry) -> None:
    arguments = inspect.signature(PUBLIC[row.class_name]).parameters
    holds = "layer" in arguments and hasattr(PUBLIC[row.class_name], "get_initial_state")
    inside = row.class_name == "Bidirectional"
    assert row.traits.recurrent == ("return_state" in arguments or holds or inside)


STATEFUL = [e for e in LAYERS if e.traits.recurrent]


@pytest.mark.parametrize("row", STATEFUL, ids=names(STATEFUL))
def test_states_are_as_many_as_keras_gives_and_takes(row: Entry) -> None:
    layer = fresh(row)
    inner = layer.config.get("layer")
    if isinstance(inner, ObjectSpec):
        layer = layer.with_(layer=inner.with_(return_state=True))
    else:
        layer = layer.with_(return_state=True)
    results = make(layer)(sample(row, row.ndim[0] if row.ndim else 3))
    states = catalog.layer_states(layer)
    assert len(results) == 1 + len(states)
    assert len(set(states)) == len(states)
    assert row.traits.arity == (1, 1 + len(states))
    make(layer)(sample(row, row.ndim[0] if row.ndim else 3), initial_state=results[1:])


def test_wrappers_are_those_that_hold_a_layer() -> None:
    holds = {
        e.class_name
        for e in LAYERS
        if "layer" in inspect.signature(PUBLIC[e.class_name]).parameters
    }
    assert {e.class_name for e in LAYERS if e.traits.wraps} == holds


@pytest.mark.parametrize("row", ALL, ids=names(ALL))
def test_a_layer_is_called_as_its_class_wants(row: Entry) -> None:
    made = PUBLIC[row.class_name]
    parameters = list(inspect.signature(made.call).parameters.values())[1:]
    query_value = parameters[1:2] and parameters[1].name == "value"
    assert (row.traits.call == "query_value") == bool(query_value)
    if issubclass(made, Merge):
        assert row.traits.call == "list"
    if row.traits.call == "one":
        assert row in LAYERS


MERGING = [e for e in catalog.joins() if e.traits.call in ("list", "pair")]


@pytest.mark.parametrize("row", MERGING, ids=names(MERGING))
def test_merging_layers_take_as_many_tensors_as_they_say(row: Entry) -> None:
    rank = row.ndim[0] if row.ndim else 2
    dtype = {"int": "int32", "string": "int32"}.get((row.traits.reads or ("",))[0], "float32")
    if row.class_name == "HashedCrossing":
        rank = 1
    one = keras.KerasTensor((None, *(4,) * (rank - 1)), dtype=dtype)
    least, most = row.traits.arity
    least = max(2, least)  # with one alone, it is read twice

    def works(count: int) -> bool:
        try:
            make(fresh(row))([one] * count)
        except Exception:
            return False
        return True

    assert works(least)
    if row.class_name in KERAS:
        assert works(3) == (most is None or most >= 3)


@pytest.mark.parametrize("row", LAYERS, ids=names(LAYERS))
def test_shapes_kinds_and_values_come_out_as_the_traits_say(row: Entry) -> None:
    traits, seen = row.traits, set()
    for rank in ranks(row):
        made, x = tried(row, rank)
        y = np.asarray(made(x, training=False) if traits.random else made(x))
        same, last = y.shape == x.shape, y.shape[-1:] == x.shape[-1:]
        seen.add("same" if same else "last_axis" if last else "new")
        if traits.shape == "same":
            assert same
        if traits.shape == "last_axis":
            assert last
        if traits.values == "same":
            np.testing.assert_array_equal(y, x)
        if traits.values == "moved":
            assert set(y.ravel().tolist()) <= {*x.ravel().tolist(), 0.0}
        if traits.values == "new":
            assert np.issubdtype(y.dtype, np.integer) == traits.gives_int
        assert traits.one_row == (y.ndim == 2) or rank == 2 or row.class_name in MAYBE_ONE_ROW
    if seen == {"same"} and row.class_name not in BY_SETTINGS:
        assert traits.shape == "same", "Keras keeps the shape"


BY_SETTINGS = {
    *("Bidirectional", "TimeDistributed", "SpectralNormalization"),
    *("DepthwiseConv1D", "DepthwiseConv2D", "RandomCrop"),
    *("Discretization", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"),
}
"""Layers whose shape depends on what they hold or on an argument."""

MAYBE_ONE_ROW = {*BY_SETTINGS, "Reshape", "CategoryEncoding"}


LOOKUPS = [e for e in LAYERS if "vocabulary" in e.args]


@pytest.mark.parametrize("row", LOOKUPS, ids=names(LOOKUPS))
def test_a_vocabulary_begins_after_the_reserved_numbers(row: Entry) -> None:
    known = (4, 5, 6) if row.class_name == "IntegerLookup" else ("a", "b", "c")
    made = PUBLIC[row.class_name](vocabulary=list(known))
    assert made.vocabulary_size() == len(known) + row.traits.reserved


def test_layers_that_adapt_are_those_with_an_adapt_of_their_own() -> None:
    having = {name for name in names(LAYERS) if hasattr(PUBLIC[name], "adapt")}
    assert {e.class_name for e in LAYERS if e.traits.adapts} == having


def test_masks_are_made_by_those_that_say_so() -> None:
    making = set()
    for row in LAYERS:
        made, x = tried(row, ranks(row)[0])
        if "mask_zero" in row.args:
            made = make(fresh(row, mask_zero=True))
        own = type(made).compute_mask is not Layer.compute_mask
        if own and made.compute_mask(x, None) is not None:
            making.add(row.class_name)
    assert making == {e.class_name for e in LAYERS if e.traits.masks}


FUNCTIONS = [e for e in LAYERS if e.traits.activation]


@pytest.mark.parametrize("row", FUNCTIONS, ids=names(FUNCTIONS))
def test_activation_layers_are_the_function_they_name(row: Entry) -> None:
    x = np.linspace(-3, 3, 24, dtype="float32").reshape(4, 6)
    function = getattr(keras.activations, row.traits.activation)
    shared = inspect.signature(function).parameters.keys() & row.args.keys()
    expected = function(x, **{name: row.args[name] for name in shared})
    np.testing.assert_allclose(make(fresh(row))(x), expected, rtol=1e-6)


def test_seeds_are_drawn_late_by_those_that_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    real: Callable[[], int] = seed_generator.make_default_seed

    def counted() -> int:
        drawn.append(1)
        return real()

    for home in ("keras.src.random.seed_generator", "keras.src.initializers.random_initializers"):
        module = __import__(home, fromlist=["x"])
        for name in ("make_default_seed",):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, counted)
            elif hasattr(getattr(module, "random", None), name):
                monkeypatch.setattr(module.random, name, counted)
    late = set()
    for row in ALL:
        rank = ranks(row)[0]
        joins = row.traits.call != "one"
        made = make(fresh(row)) if joins else tried(row, rank)[0]
        x = sample(row, rank)
        drawn.clear()
        if row.class_name == "HashedCrossing":
            continue
        made(*(x, x)) if row.traits.call == "query_value" else made([x, x] if joins else x)
        if drawn:
            late.add(row.class_name)
    assert late == {e.class_name for e in ALL if e.traits.late_seeds}


@pytest.mark.parametrize("row", PAIRS, ids=names(PAIRS))
def test_operations_that_need_one_shape_are_those_that_refuse_two(row: Entry) -> None:
    function = getattr(keras.ops, row.class_name.removeprefix("ops."))

    def works(other: int) -> bool:
        kind = "bool" if "logical" in row.class_name else "float32"
        one, two = (keras.KerasTensor((None, 3, n), dtype=kind) for n in (4, other))
        try:
            return function(one, two).shape == one.shape
        except Exception:
            return False

    assert (works(4) and not works(5)) == (row.traits.merges == "elementwise")


def test_layers_that_need_one_shape_are_those_that_refuse_two() -> None:
    for row in catalog.joins():
        if not issubclass(PUBLIC[row.class_name], Merge) or row.class_name == "Dot":
            continue
        pair = [keras.KerasTensor((None, 3, n)) for n in (4, 5)]
        if row.traits.merges == "elementwise":
            with pytest.raises(ValueError):
                make(fresh(row))(pair)
        else:
            assert row.traits.merges == "axis"
            assert make(fresh(row))(pair).shape == (None, 3, 9)


SWITCHED = [
    (row, switch)
    for row in catalog.entries("optimizers")
    for switch in ("", *row.traits.slot_switches)
]


@pytest.mark.parametrize("row, switch", SWITCHED, ids=lambda x: getattr(x, "class_name", x))
def test_optimizers_keep_as_many_numbers_as_they_say(row: Entry, switch: str) -> None:
    on = {switch: 0.9 if switch == "momentum" else True} if switch else {}
    assert row.traits.slots is not None
    assert _kept(row, **on) == row.traits.slots + bool(switch)


def _kept(row: Entry, **settings: Any) -> int:
    """How many numbers an optimizer keeps beside each weight."""
    made = getattr(keras.optimizers, row.class_name)(**settings)
    weights = keras.Variable(np.zeros((64, 128), "float32"), name="kernel")
    made.build([weights])
    return round(sum(int(np.prod(v.shape)) for v in made.variables) / (64 * 128))


def test_no_further_switch_of_an_optimizer_adds_a_slot() -> None:
    for row in catalog.entries("optimizers"):
        for switch in {"momentum", "centered", "amsgrad"} & set(row.args):
            more = _kept(row, **{switch: 0.9 if switch == "momentum" else True}) - _kept(row)
            assert more == (switch in row.traits.slot_switches), (row.class_name, switch)


METRICS = catalog.entries("metrics")


def test_metrics_of_several_numbers_are_those_that_say_so() -> None:
    several = {
        e.class_name
        for e in METRICS
        if (argument := e.traits.averaged_by)
        and _result(e, argument, None).ndim == 1
        and _result(e, argument, catalog.param(e, argument).choices[0]).ndim == 0
    }
    assert several == {e.class_name for e in METRICS if e.traits.averaged_by}
    others = [e for e in METRICS if not e.traits.averaged_by]
    assert not any({"average", "class_aggregation"} & set(e.args) for e in others)


def _result(row: Entry, argument: str, value: Any) -> np.ndarray:
    metric = getattr(keras.metrics, row.class_name)(**{argument: value})
    truth = np.eye(3, dtype="float32")[np.arange(6) % 3]
    metric.update_state(truth, np.clip(truth, 0.1, 0.8))
    return np.asarray(metric.result())


def test_a_counterpart_takes_the_labels_its_twin_does_not() -> None:
    twins = [
        (kind, row, labels, twin)
        for kind in ("losses", "metrics")
        for row in catalog.entries(kind)
        for labels, twin in row.traits.counterparts.items()
    ]
    assert len(twins) >= 12
    for kind, row, labels, twin in twins:
        assert labels not in row.labels
        assert labels in catalog.entry(kind, twin).labels


def test_callbacks_write_where_their_argument_says() -> None:
    for row in catalog.entries("callbacks"):
        writes = {"filepath", "filename", "log_dir"} & set(row.args)
        assert writes == ({row.traits.writes[0]} if row.traits.writes else set())
        source = inspect.getsource(getattr(keras.callbacks, row.class_name))
        assert row.traits.sets_rate == ("learning_rate.assign" in source or "lr" in source.split())


def test_callbacks_hear_of_batches_as_keras_has_it() -> None:
    """Those that follow each batch have a method for it."""
    for row in catalog.entries("callbacks"):
        made = getattr(keras.callbacks, row.class_name)
        base = keras.callbacks.Callback
        hears = any(
            getattr(made, name) is not getattr(base, name)
            for name in ("on_train_batch_end", "on_batch_end")
        )
        assert hears == (row.traits.loop == "batch"), row.class_name


def test_of_a_class_nobody_knows_the_ordinary_is_said() -> None:
    assert catalog.traits_of("Nonsense") is ORDINARY is catalog.traits_of("")
    assert (
        catalog.traits_of("STFTSpectrogram") == ORDINARY == catalog.traits_of("MyLayer", "losses")
    )
    assert catalog.traits_of("RNN").recurrent and catalog.traits_of("ops.add").arity == (1, 2)
    inside = ObjectSpec("LSTMCell", Config(units=2))
    assert catalog.layer_states(ObjectSpec("RNN", Config(cell=inside))) == ("h", "c")
    assert catalog.layer_states(ObjectSpec("RNN", Config(cell="?"))) == ()


LACKS = {
    "LSTM": ({"states": ()}, "builder/catalog/layers/recurrent.py: LSTM lacks the trait states"),
    "TimeDistributed": ({"wraps": False}, "recurrent.py: TimeDistributed lacks the trait wraps"),
    "StringLookup": ({"reserved": 0}, "preprocessing.py: StringLookup lacks the trait reserved"),
    "Add": ({"call": "one"}, "joining.py: Add lacks the trait call"),
    "Dot": ({"arity": (1, 1)}, "joining.py: Dot lacks the trait arity"),
    "Sampling": ({"arity": (1, 1)}, "builder/catalog/layers/own.py: Sampling lacks the trait"),
    "Attention": ({"arity": (1, 2)}, "Attention has more roles than tensors"),
    "Normalization": ({"adapts": "meen"}, "has a trait about its argument 'meen', but no such"),
}


@pytest.mark.parametrize("name", LACKS)
def test_an_entry_that_lacks_a_trait_is_named_with_its_file(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields, sentence = LACKS[name]
    row = catalog.entry("layers", name)
    _refused(replace(row, traits=replace(row.traits, **fields)), row, sentence, monkeypatch)


def test_other_entries_that_lack_something_are_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    adam = catalog.entry("optimizers", "Adam")
    _refused(
        replace(adam, traits=Traits()),
        adam,
        "optimizers.py: Adam lacks the trait slots",
        monkeypatch,
    )
    log = catalog.entry("callbacks", "CSVLogger")
    _refused(replace(log, traits=Traits()), log, "CSVLogger lacks the trait writes", monkeypatch)
    _refused(replace(adam, summary=""), adam, "Adam lacks a summary", monkeypatch)
    odd = replace(adam, args=adam.args.with_(wobble=1))
    _refused(odd, adam, "optimizers.py: Adam has no described argument 'wobble'", monkeypatch)


def _refused(wrong: Entry, right: Entry, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = list(sys.modules.values())
    with monkeypatch.context() as patch, pytest.raises(CatalogError) as caught:
        for module, table in itertools.product(modules, ("ENTRIES", "JOINS")):
            rows = getattr(module, table, ())
            if isinstance(rows, tuple) and right in rows:
                patch.setattr(module, table, tuple(wrong if e == right else e for e in rows))
        require_complete([wrong], catalog.param)
    assert sentence in str(caught.value)
    assert str(caught.value).count(".") == 2 if ".py" in sentence else True
