"""Laws that hold for every spec, run over the zoo; a new feature is first a new member there."""

from __future__ import annotations

import ast
import copy
import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder import catalog, check, code, document, edit
from builder.catalog.layers import NOT_IN_A_STACK
from builder.engine.build import keras_model
from builder.engine.training import adapt_layers
from builder.errors import LayerwiseError
from builder.facts import Problem
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec, active, chain
from tests import broken, zoo
from tests.zoo import TUTORIAL, dense, layer

EVERY = {**zoo.STACKS, **{name: row.training for name, row in broken.BROKEN.items()}}


@pytest.mark.parametrize("name", EVERY)
def test_json_round_trip(name: str) -> None:
    assert document.from_json(document.to_json(EVERY[name])) == EVERY[name]


@pytest.mark.parametrize("name", zoo.MODELS)
def test_model_json_round_trip(name: str) -> None:
    model = zoo.MODELS[name]
    assert document.decode_model(document.encode(model)) == model


def objects(value: Any, kind: str = "layers") -> list[tuple[str, ObjectSpec]]:
    """Every object in a spec with its catalogue kind."""
    if isinstance(value, ModelSpec):
        return [pair for v in value.layers.values() for pair in objects(v)]
    if isinstance(value, tuple):
        return [pair for v in value for pair in objects(v, kind)]
    if not isinstance(value, ObjectSpec) or value.class_name in NOT_IN_A_STACK:
        return []
    entry = catalog.entry(kind, value.class_name)
    inner = [(catalog.param(entry, k).kind, v) for k, v in value.config.items()]
    return [(kind, value), *(pair for k, v in inner for pair in objects(v, k))]


@pytest.mark.parametrize("name", zoo.STACKS)
def test_every_value_has_a_form(name: str) -> None:
    training = zoo.STACKS[name]
    parts = {"optimizer": "optimizers", "loss": "losses", "metrics": "metrics"}
    found = objects(training.model)
    found += [p for key, kind in parts.items() for p in objects(training.compile[key], kind)]
    found += objects(training.fit.get("callbacks", ()), "callbacks")
    for kind, obj in found:
        entry = catalog.entry(kind, obj.class_name)
        assert set(obj.config) <= set(entry.args)
        for argument in entry.args:
            assert catalog.param(entry, argument).help
        short = catalog.minimal(kind, obj)
        assert catalog.minimal(kind, short) == short


@pytest.mark.parametrize("name", zoo.MODELS)
def test_the_summary_counts_what_is_built(name: str) -> None:
    model = zoo.MODELS[name]
    facts = keras_model.summary(model)
    assert facts.failure is None
    real = keras_model.build(model)
    assert facts.params == real.count_params()
    assert facts.trainable == sum(math.prod(w.shape) for w in real.trainable_weights)
    outputs = [tuple(t.shape) for t in real.outputs]
    returned = [_output(facts, ref) for ref in active(model).outputs]
    assert outputs == returned


def _output(facts: Any, ref: str) -> tuple[int | None, ...]:
    name, _, index = ref.partition(":")
    shape: tuple[int | None, ...] = facts.of(name).outputs[int(index or 0)]
    return shape


LAYERS = [
    catalog.new("layers", entry.class_name)
    for entry in catalog.entries("layers")
    if entry.class_name != "InputLayer"
]


@st.composite
def edits(draw: st.DrawFn) -> TrainingSpec:
    """A stack after any edits a person could make, fit and dataset included."""
    model: ModelSpec = TUTORIAL
    for _ in range(draw(st.integers(0, 8))):
        names = edit.topological_order(model)
        node = draw(st.sampled_from(names))
        try:
            match draw(st.sampled_from(["insert", "insert", "remove", "move", "switch", "units"])):
                case "insert":
                    model = edit.insert(model, draw(st.sampled_from(LAYERS)), node)
                case "remove":
                    model = edit.remove(model, node)
                case "move":
                    model = edit.move(model, node, draw(st.integers(0, 9)))
                case "switch":
                    model = edit.switch(model, node, draw(st.booleans()))
                case "units":
                    units = draw(st.one_of(st.integers(-3, 40), st.none(), st.just("x")))
                    model = edit.configure(model, node, dense(units))  # type: ignore[arg-type]
        except LayerwiseError as error:
            assert error.message
    dataset = draw(st.sampled_from([layer(name) for name in zoo.DATA]))
    loss = draw(st.sampled_from([e.class_name for e in catalog.entries("losses")]))
    return zoo.training(model, dataset, loss)


@given(edits())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_edits_give_a_model_or_problems_never_a_traceback(training: TrainingSpec) -> None:
    facts = keras_model.summary(training.model)
    found = check.problems(training, zoo.facts(training.dataset), facts, 10**9)
    assert all(isinstance(p, Problem) and p.message for p in found)
    assert facts.failure is None or any(p.severe for p in found)
    for problem in found:
        for fix in problem.fixes:
            assert fix.training != training
            assert document.from_json(document.to_json(fix.training)) == fix.training


@given(edits())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_following_first_fixes_ends(training: TrainingSpec) -> None:
    seen = {training}
    for _ in range(25):
        facts = keras_model.summary(training.model)
        found = [p for p in check.problems(training, zoo.facts(training.dataset), facts) if p.fixes]
        if not found:
            return
        training = found[0].fixes[0].training
        assert training not in seen, f"in a circle at: {found[0].message}"
        seen.add(training)
    pytest.fail(f"no end in sight: {found[0].message}")


PLACES = {
    "Iris": layer("Iris"),
    "pixels": zoo.DIGITS,
    "pictures": zoo.DIGITS.with_(channel_axis=True),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_layer_that_is_not_refused_calculates(place: str) -> None:
    """Each layer of the catalogue on its own before the last one, on each kind of data."""
    data = zoo.facts(PLACES[place])
    x = np.random.default_rng(0).random((8, *data.input.shape)).astype("float32")
    start = zoo.given(*data.input.shape)
    ran = 0
    for new in LAYERS:
        facts = keras_model.summary(chain("m", start, new)).nodes
        flat = (layer("Flatten"),) if len(facts[-1].outputs[0]) > 2 else ()
        end = dense(len(data.target.classes), "softmax")
        training = zoo.training(chain("m", start, new, *flat, end), PLACES[place])
        model = keras_model.summary(training.model)
        if any(p.severe for p in check.problems(training, data, model)):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a Flatten that drops a mask
            made = keras_model.build_compiled(training)
            adapt_layers.adapt(made, x)
            assert np.isfinite(made(x, training=True)).all(), new.class_name
        ran += 1
    assert ran > 20


JUNK = st.sampled_from(
    [
        *(None, True, -1, 0, 2, 10**9, 0.5, -2.5, "", "relu", "x"),
        *([], [1, -1], [None, 3], {}, {"0": 1}),
        {"class_name": "Dense", "config": {}},
        {"class_name": "", "config": {"units": "x"}},
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document, as the keys that lead there."""
    if isinstance(value, dict):
        return [path, *(p for k, v in value.items() for p in places(v, (*path, k)))]
    if isinstance(value, list):
        return [path, *(p for i, v in enumerate(value) for p in places(v, (*path, i)))]
    return [path]


@st.composite
def tampered(draw: st.DrawFn) -> dict[str, Any]:
    """A project with up to three of its values replaced by nonsense."""
    name = draw(st.sampled_from(sorted(EVERY)))
    doc: dict[str, Any] = document.encode(EVERY[name])
    for _ in range(draw(st.integers(1, 3))):
        *parents, last = draw(st.sampled_from(places(doc)[1:]))
        at: Any = doc
        for key in parents:
            at = at[key]
        at[last] = copy.deepcopy(draw(JUNK))
    return doc


@given(tampered())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_a_tampered_project_is_refused_or_explained(doc: dict[str, Any]) -> None:
    try:
        training = document.decode_training(doc)
    except LayerwiseError as error:
        assert error.message
        return
    try:
        ast.parse(code.script(training, "x_train = 1\n"))
    except LayerwiseError as error:
        assert error.message
    dataset = training.dataset.class_name
    data = zoo.DATA.get(dataset)
    facts = keras_model.summary(training.model)
    for found in (check.problems(training), check.problems(training, data, facts, 10**9)):
        for problem in found:
            assert problem.message and problem.where
            for fix in problem.fixes:
                assert document.from_json(document.to_json(fix.training)) == fix.training


@pytest.mark.parametrize("name", zoo.STACKS)
def test_a_stack_is_its_layers_in_order(name: str) -> None:
    model = zoo.STACKS[name].model
    again = chain(model.name, *(edit.layer_of(model, n) for n in edit.topological_order(model)))
    for node in model.nodes:
        again = edit.switch(again, node.name, True) if node.off else again
    assert again == model
