"""The layers of graphs against the installed Keras, and every layer of Keras accounted for."""

from __future__ import annotations

import inspect
import json
import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from builder import catalog
from builder.catalog import Entry
from builder.catalog.layers import NOT_ASKED, NOT_IN_A_STACK
from builder.document import decode_object, encode
from builder.engine.build import keras_model, keras_objects
from builder.engine.files.records import convert, deserialize
from builder.spec import Config, ModelSpec, Node, ObjectSpec, freeze
from tests.builder.catalog.test_catalog import _check
from tests.zoo import given, layer

JOINS = catalog.joins()


@pytest.mark.parametrize("row", JOINS, ids=lambda e: e.class_name)
def test_arguments_and_defaults_are_keras_own(row: Entry) -> None:
    # of __init__: of the class, Python 3.11.2 tells what Keras's __new__ hands on
    own = inspect.signature(keras_objects.classes("layers")[row.class_name].__init__)
    theirs = [
        (p.name, catalog.REQUIRED if p.default is p.empty else freeze(p.default))
        for p in [*own.parameters.values()][1:]
        if p.kind is not p.VAR_KEYWORD and p.name not in NOT_ASKED
    ]
    assert list(row.args.items()) == theirs
    for name in row.args:
        _check(row, name)
    assert row.summary.endswith(".") and row.analogy.endswith(".") and row.group


@pytest.mark.parametrize("row", JOINS, ids=lambda e: e.class_name)
def test_a_new_one_joins_as_many_inputs_as_it_says_and_comes_back(row: Entry) -> None:
    least, most = row.traits.arity
    whole = {"dtype": "int32"} if row.traits.reads else {}
    shape = (1,) if whole else (3, 8)
    for many in {least, most or 3}:
        inputs = [f"input_{i}" for i in range(many)]
        table = {n: given(*shape, **whole) for n in inputs}
        table["join"] = catalog.new("layers", row.class_name)
        nodes = [*(Node(n, n) for n in inputs), Node("join", "join", tuple(inputs))]
        spec = ModelSpec("m", Config(table), tuple(nodes), ("join",))
        model = keras_model.build(spec)
        assert convert.to_spec(model)[0].layers["join"] == catalog.minimal("layers", table["join"])


SAMPLES = {
    "RNN": layer("RNN", cell=layer("LSTMCell", units=3)),
    "StackedRNNCells": layer("StackedRNNCells", cells=(layer("GRUCell", units=3),)),
    "LSTMCell": layer("LSTMCell", units=3),
    "GRUCell": layer("GRUCell", units=3),
    "SimpleRNNCell": layer("SimpleRNNCell", units=3),
    "ReversibleEmbedding": layer("ReversibleEmbedding", input_dim=9, output_dim=3),
    "MaxNumBoundingBoxes": layer("MaxNumBoundingBoxes", max_number=3),
}
"""Layers without a form of their own, with what they need."""

CODE = {"Lambda", "FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"}
NOTHING = {"Layer", "Wrapper", "InputSpec", "Pipeline"}
"""Base classes and helpers that no model contains by themselves."""


def test_no_layer_of_keras_is_lost() -> None:
    """Each public class has a form, or opens with its whole config as JSON, or carries code."""
    forms = {e.class_name for e in (*catalog.entries("layers"), *JOINS)}
    names: dict[type, set[str]] = {}
    for name, made in vars(keras.layers).items():
        if inspect.isclass(made):
            names.setdefault(made, set()).add(name)
    for known in names.values():
        if known & (forms | NOTHING):
            continue
        if known & CODE:
            assert known <= keras_objects.REFUSED
            continue
        (name,) = known
        assert name in NOT_IN_A_STACK
        spec = SAMPLES.get(name, ObjectSpec(name))
        with keras_model.without_allocating():
            made = keras_objects.make("layers", spec)
            written = json.loads(json.dumps(keras.saving.serialize_keras_object(made)))
        assert deserialize.read_object("layers", written, name, lambda text: None) == spec
        assert decode_object(encode(spec)) == spec
