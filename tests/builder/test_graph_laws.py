"""Laws of graphs: whatever is wired, the answer is a model or Problems at the right node."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder import catalog, check, document
from builder.engine.build import keras_model
from builder.facts import ModelFacts, Problem
from builder.spec import Config, ModelSpec, Node, ObjectSpec
from tests import zoo

QUICK = ("Dense", "Flatten", "Activation", "Dropout", "Reshape", "LSTM", "Conv1D", "Conv2D",
         "Embedding", "GlobalAveragePooling1D", "RepeatVector", "LayerNormalization")  # fmt: skip
RARE = [e.class_name for e in catalog.entries("layers") if e.group != "Augmentation"]
JOINS = [e.class_name for e in catalog.joins()]
OPS = [e.class_name for e in catalog.operations()]
SHAPES = ((4,), (4,), (3, 4), (6, 6, 2))


def graph(seed: int, astray: bool) -> ModelSpec:
    """A small graph of any layers, wired by chance.

    Args:
        astray: now and then a wire leads nowhere, a layer has too few or many, or a setting is
            nonsense; else only shapes can be wrong.
    """
    dice = random.Random(seed)
    layers: dict[str, ObjectSpec | ModelSpec] = {}
    nodes: list[Node] = []
    for i in range(dice.choice((1, 1, 2))):
        layers[f"in{i}"] = ObjectSpec("InputLayer", Config(shape=dice.choice(SHAPES)))
        nodes.append(Node(f"in{i}", f"in{i}"))
    for i in range(dice.randint(1, 4)):
        kind = dice.choice(dice.choice((QUICK, QUICK, RARE, JOINS, JOINS, OPS, OPS)))
        name = f"n{i}"
        if kind == "InputLayer" or dice.random() < 0.03:
            kind, layers[name] = "Dense", zoo.NESTED.layers["inner"]
        else:
            layers[name] = _made(dice, kind, astray)
        if dice.random() < 0.1 and kind == "Dense" and nodes[-1].layer == f"n{i - 1}":
            name = _shared(layers, nodes[-1].layer, name)
        nodes.append(Node(f"n{i}", name, _wires(dice, kind, [n.name for n in nodes], astray)))
    ends = tuple(dice.sample([n.name for n in nodes], dice.choice((1, 1, 2))))
    if astray and dice.random() < 0.1:
        dice.shuffle(nodes)
    return ModelSpec("random", Config(layers), tuple(nodes), ends)


def _shared(layers: dict[str, ObjectSpec | ModelSpec], before: str, own: str) -> str:
    """The layer of the node before where it has weights to share, else its own."""
    shared = layers[before]
    if not isinstance(shared, ObjectSpec) or shared.class_name != "Dense":
        return own
    del layers[own]
    return before


def _made(dice: random.Random, kind: str, astray: bool) -> ObjectSpec:
    made = catalog.new("layers", kind)
    small: dict[str, object] = {
        k: dice.choice((2, 4)) for k in ("units", "filters") if k in made.config
    }
    if kind == "LSTM":
        small["return_state"] = dice.random() < 0.3
    if astray and dice.random() < 0.2:
        small[dice.choice(("units", "axis", "nonsense"))] = dice.choice((-1, 0, 7, None, "x"))
    return made.with_(**small)


def _wires(dice: random.Random, kind: str, known: list[str], astray: bool) -> tuple[str, ...]:
    entry = catalog.find("layers", kind)
    extra = entry.extra if entry else {}
    merges = entry is not None and entry.traits.call != "one"
    many = 2 if merges else max(1, len(extra.get("tensors", ())))
    if astray and dice.random() < 0.2:
        many = dice.choice((0, 1, 2, 3))
    wires = [dice.choice(known[-3:]) for _ in range(many)]
    if astray and wires and dice.random() < 0.2:
        wires[0] = dice.choice((f"{wires[0]}:1", f"{wires[0]}:9", "gone", "n2"))
    return tuple(wires)


def judged(model: ModelSpec) -> tuple[ModelFacts, tuple[Problem, ...]]:
    facts = keras_model.summary(model)
    return facts, check.problems(zoo.training(model, zoo.layer("Iris")), None, facts)


@given(st.integers(0, 2**40), st.booleans())
@settings(max_examples=500, suppress_health_check=list(HealthCheck), database=None)
def test_any_graph_gives_a_model_or_problems_at_its_node(seed: int, astray: bool) -> None:
    understood(graph(seed, astray), astray)


@pytest.mark.long
@given(st.integers(0, 2**40), st.booleans())
@settings(max_examples=10_000, suppress_health_check=list(HealthCheck), database=None)
def test_many_graphs_give_a_model_or_problems_at_their_nodes(seed: int, astray: bool) -> None:
    understood(graph(seed, astray), astray)


def understood(model: ModelSpec, astray: bool) -> None:
    """It is built, or what is wrong is said at one of its nodes."""
    facts, found = judged(model)
    severe = {p.where.removeprefix("model.") for p in found if p.severe and "model" in p.where}
    assert severe <= {n.name for n in model.nodes} | {"model"}
    assert all(p.message.endswith((".", "?")) for p in found)
    if facts.failure is None:
        return
    assert severe, facts.failure
    if facts.failure.node and not astray:
        assert severe & _upstream(model, facts.failure.node), (facts.failure, found)


def _upstream(model: ModelSpec, node: str) -> set[str]:
    """The node and all that flows into it: a misreading there shows only here."""
    found, todo = set[str](), [node]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [ref.partition(":")[0] for ref in model.node(name).inbound]
    return found


@given(st.integers(0, 2**40), st.booleans())
@settings(max_examples=150, suppress_health_check=list(HealthCheck), database=None)
def test_following_first_fixes_ends(seed: int, astray: bool) -> None:
    training = zoo.training(graph(seed, astray), zoo.layer("Iris"))
    seen = {training}
    for _ in range(30):
        found = check.problems(training, None, keras_model.summary(training.model))
        fixes = [fix for p in found if p.severe for fix in p.fixes]
        if not fixes:
            return
        for fix in fixes:
            assert document.from_json(document.to_json(fix.training)) == fix.training
        training = fixes[0].training
        assert training not in seen, f"in a circle at: {found[0].message}"
        seen.add(training)
    pytest.fail(f"no end in sight: {found[0].message}")


def test_an_operation_that_mixes_the_batch_is_told_with_its_remedy() -> None:
    layers = {"in": zoo.given(4), "top": zoo.layer("ops.max")}
    nodes = (Node("in", "in"), Node("top", "top", ("in",)))
    found = judged(ModelSpec("m", Config(layers), nodes, ("top",)))[1]
    told = next(p for p in found if p.where == "model.top")
    assert told.message == (
        "'top' (ops.max) gives (): the batch axis is gone, so different examples are mixed."
    )
    mended = told.fixes[0].training.model
    assert mended.layers["top"] == catalog.new("layers", "ops.max")
    assert keras_model.summary(mended).of("top").outputs == ((None,),)
