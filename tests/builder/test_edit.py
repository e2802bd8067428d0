"""Edits of a stack: what a person expects of add, copy, move, rename, switch and remove."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import edit
from builder.errors import SpecError
from builder.spec import ModelSpec, ObjectSpec, chain
from tests import zoo
from tests.zoo import TUTORIAL, dense, layer


def names(model: ModelSpec) -> tuple[str, ...]:
    return edit.topological_order(model)


def test_order_follows_the_data_not_the_list() -> None:
    model = ModelSpec("m", TUTORIAL.layers, TUTORIAL.nodes[::-1], TUTORIAL.outputs)
    assert names(model) == ("input_layer", "flatten", "dense", "dropout", "dense_1")
    assert edit.is_chain(model)


@pytest.mark.parametrize("name", zoo.STACKS)
def test_stacks_are_chains(name: str) -> None:
    assert edit.is_chain(zoo.STACKS[name].model)


@pytest.mark.parametrize("name", sorted(set(zoo.GRAPHS) - {"nested", "state"}))
def test_graphs_are_no_chains(name: str) -> None:
    model = zoo.GRAPHS[name]
    assert not edit.is_chain(model)
    assert set(names(model)) == {n.name for n in model.nodes}
    with pytest.raises(SpecError, match="a graph, not a stack"):
        edit.insert(model, layer("Dropout", rate=0.1))


def test_insert_appends_or_follows() -> None:
    model = edit.insert(TUTORIAL, dense(64, "relu"), "flatten")
    assert names(model) == ("input_layer", "flatten", "dense_2", "dense", "dropout", "dense_1")
    model = edit.insert(TUTORIAL, layer("Softmax"))
    assert names(model)[-1] == "softmax" and model.outputs == ("softmax",)


def test_insert_names_as_keras_does_and_takes_given_names() -> None:
    model = edit.insert(edit.insert(TUTORIAL, layer("Flatten")), layer("Flatten"), name="again")
    assert names(model)[-2:] == ("flatten_1", "again")


def test_a_stack_grows_from_nothing() -> None:
    model = edit.insert(ModelSpec("m"), dense(3))
    model = edit.insert(model, layer("InputLayer", shape=(4,)))
    assert names(model) == ("input_layer", "dense")
    assert model == chain("m", layer("InputLayer", shape=(4,)), dense(3)) or edit.is_chain(model)


def test_duplicate_copies_settings_under_a_new_name() -> None:
    model = edit.duplicate(TUTORIAL, "dropout")
    assert names(model) == ("input_layer", "flatten", "dense", "dropout", "dropout_1", "dense_1")
    assert edit.layer_of(model, "dropout_1") == layer("Dropout", rate=0.2)
    assert edit.layer_of(model, "dropout") == layer("Dropout", rate=0.2)


def test_remove_joins_the_neighbours() -> None:
    model = edit.remove(TUTORIAL, "dense_1")
    assert names(model) == ("input_layer", "flatten", "dense", "dropout")
    assert model.outputs == ("dropout",)
    assert "dense_1" not in model.layers
    assert edit.is_chain(edit.remove(TUTORIAL, "dense"))


def test_move_to_a_place() -> None:
    model = edit.move(TUTORIAL, "dropout", 1)
    assert names(model) == ("input_layer", "dropout", "flatten", "dense", "dense_1")
    assert edit.move(model, "dropout", 3) == TUTORIAL


def test_rename_everywhere() -> None:
    model = edit.rename(TUTORIAL, "dense_1", "digits")
    assert names(model)[-1] == "digits" == model.outputs[0]
    assert model.layers["digits"] == TUTORIAL.layers["dense_1"]
    assert edit.rename(model, "digits", "dense_1") == TUTORIAL


def test_rename_in_a_graph_follows_every_reader() -> None:
    model = edit.rename(zoo.STATE, "encoder", "reader")
    assert model.node("out").inbound == ("reader:2",)
    shared = edit.rename(zoo.SHARED, "tower", "first")
    assert shared.node("difference").inbound == ("first", "tower_again")
    assert shared.node("tower_again").layer == shared.node("first").layer


def test_switched_off_layers_are_kept_and_come_back() -> None:
    off = edit.switch(TUTORIAL, "dropout", True)
    assert off.node("dropout").off and off.layers == TUTORIAL.layers
    assert edit.switch(off, "dropout", False) == TUTORIAL
    assert edit.last_layer(edit.switch(TUTORIAL, "dense_1", True)) == "dropout"
    assert edit.source_of(off, "dense_1") == "dense"


def test_configure_replaces_the_record() -> None:
    model = edit.configure(TUTORIAL, "dense", dense(7, "tanh"))
    assert edit.layer_of(model, "dense") == dense(7, "tanh")
    assert model.nodes == TUTORIAL.nodes


@pytest.mark.parametrize(
    "broken",
    [
        lambda m: edit.remove(m, "input_layer"),
        lambda m: edit.move(m, "input_layer", 2),
        lambda m: edit.duplicate(m, "input_layer"),
        lambda m: edit.switch(m, "input_layer", True),
    ],
)
def test_the_input_stays(broken) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SpecError, match="The Input cannot be"):
        broken(TUTORIAL)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda m: edit.remove(m, "nobody"), "There is no layer 'nobody'"),
        (lambda m: edit.rename(m, "dense", "dense_1"), "already a layer named 'dense_1'"),
        (lambda m: edit.rename(m, "dense", "a/b"), "'a/b' cannot be a layer's name"),
        (lambda m: edit.rename(m, "dense", ""), "'' cannot be a layer's name"),
        (lambda m: edit.move(m, "dense", 0), "places 1 to 4, not at 0"),
        (lambda m: edit.move(m, "dense", 5), "places 1 to 4, not at 5"),
        (lambda m: edit.insert(m, layer("InputLayer", shape=(3,))), "already has an Input"),
        (lambda m: edit.configure(m, "dense", layer("InputLayer")), "cannot become another"),
        (lambda m: edit.last_layer(edit.remove(chain("m", dense(3)), "dense")), "no layer after"),
    ],
)
def test_the_impossible_is_refused_in_words(broken, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SpecError, match=message):
        broken(TUTORIAL)


ADDED = (dense(5), layer("Dropout", rate=0.5), layer("Flatten"), ObjectSpec("BatchNormalization"))
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "duplicate", "remove", "move", "rename", "switch"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=25,
)


def apply(model: ModelSpec, verb: str, a: int, b: int) -> ModelSpec:
    """One edit chosen by numbers; the same model when it is refused in words."""
    node = names(model)[a % len(model.nodes)]
    try:
        match verb:
            case "insert":
                return edit.insert(model, ADDED[b % len(ADDED)], node)
            case "duplicate":
                return edit.duplicate(model, node)
            case "remove":
                return edit.remove(model, node)
            case "move":
                return edit.move(model, node, b)
            case "rename":
                return edit.rename(model, node, f"layer_{b}")
        return edit.switch(model, node, bool(b % 2))
    except SpecError as error:
        assert error.message
        return model


@given(EDITS)
@settings(max_examples=150)
def test_any_edits_leave_a_stack_and_undo_gives_the_very_same_value(
    edits: list[tuple[str, int, int]],
) -> None:
    model, past = TUTORIAL, [TUTORIAL]
    for verb, a, b in edits:
        model = apply(model, verb, a, b)
        past.append(model)
        assert edit.is_chain(model)
        assert set(model.layers) == {n.layer for n in model.nodes}
        assert edit.is_input(model, names(model)[0])
    copies = [ModelSpec(m.name, m.layers, m.nodes, m.outputs) for m in past]
    assert past == copies and past[0] is TUTORIAL
