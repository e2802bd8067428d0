"""Edits of a graph: each verb gives a sound spec, however half-wired, or a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import document, edit, starters
from builder.errors import LayerwiseError, SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec
from tests import zoo
from tests.zoo import GRAPHS, dense, layer

DOOR = layer("InputLayer", shape=(8,))
RESIDUAL, SHARED, NESTED = zoo.RESIDUAL, zoo.SHARED, GRAPHS["nested"]


# --- wires -----------------------------------------------------------------------------------


def test_wires_are_led_cut_and_led_elsewhere() -> None:
    model = edit.connect(RESIDUAL, "wide", "sum")
    assert model.node("sum").inbound == ("input", "deep", "wide")
    assert edit.disconnect(model, "sum", 2) == RESIDUAL
    moved = edit.reconnect(RESIDUAL, "sum", 0, "wide", "sum")
    assert moved.node("sum").inbound == ("wide", "deep")
    loose = edit.disconnect(RESIDUAL, "out", 0)
    assert edit.reconnect(loose, "sum", 0, "input", "out").node("out").inbound == ("input",)


def test_a_second_output_is_wired_by_its_number() -> None:
    model = edit.disconnect(zoo.STATE, "out", 0)
    assert edit.connect(model, "encoder:1", "out").node("out").inbound == ("encoder:1",)


@pytest.mark.parametrize(
    ("model", "source", "target", "said"),
    [
        (RESIDUAL, "out", "wide", "'out' already waits for 'wide': this wire would close a circle"),
        (RESIDUAL, "sum", "sum", "It reads itself"),
        (RESIDUAL, "wide", "input", "'input' is an Input, where data enters"),
        (RESIDUAL, "deep", "sum", "'sum' already reads 'deep'"),
        (RESIDUAL, "wide", "out", r"'out' \(Dense\) reads one input and already has 'sum'"),
        (SHARED, "left", "difference", r"reads 2 inputs and already has 'tower', 'tower_again'"),
        (NESTED, "input", "inner", "'inner' already reads 'input'"),
        (RESIDUAL, "nobody", "sum", "There is no layer 'nobody'"),
        (RESIDUAL, "wide", "nobody", "There is no layer 'nobody'"),
    ],
)
def test_a_refused_wire_says_why(model: ModelSpec, source: str, target: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        edit.connect(model, source, target)
    assert edit.refusal(model, source, target)


def test_attention_may_read_one_tensor_twice() -> None:
    model = edit.disconnect(zoo.GRAPHS["attention"], "attention", 1)
    assert edit.connect(model, "embedding", "attention") == zoo.GRAPHS["attention"]


def test_a_layer_is_called_again_with_the_same_weights() -> None:
    model = edit.call_again(RESIDUAL, "wide")
    assert model.nodes[-1] == Node("dense", "wide") and model.layers == RESIDUAL.layers
    with pytest.raises(SpecError, match="cannot be called a second time"):
        edit.call_again(RESIDUAL, "input")


def test_outputs_are_marked_and_unmarked() -> None:
    model = edit.set_returned(RESIDUAL, "wide", True)
    assert model.outputs == ("out", "wide")
    assert edit.set_returned(model, "wide", False) == RESIDUAL
    assert edit.set_returned(RESIDUAL, "out", False).outputs == ()


# --- nodes -----------------------------------------------------------------------------------


def test_a_layer_follows_the_selected_one() -> None:
    between = edit.append(RESIDUAL, layer("Dropout", rate=0.1), ["wide"])
    assert between.node("deep").inbound == ("dropout",)
    branch = edit.append(RESIDUAL, dense(3), ["input"])
    assert branch.node("dense").inbound == ("input",)
    assert branch.node("wide").inbound == ("input",)
    head = edit.append(RESIDUAL, dense(3), ["out"])
    assert head.outputs == ("dense",) and head.node("dense").inbound == ("out",)


def test_a_layer_that_joins_reads_all_that_is_selected() -> None:
    model = edit.append(zoo.GRAPHS["multi"], layer("Concatenate"), ["kind", "amount"])
    assert model.node("concatenate").inbound == ("kind", "amount")
    assert model.outputs == ("concatenate",)
    alone = edit.append(RESIDUAL, layer("Add"), ["wide"])
    assert alone.node("add").inbound == ("wide",) and alone.outputs == ("out",)


def test_a_layer_is_put_into_a_wire() -> None:
    model = edit.splice(RESIDUAL, layer("ReLU"), "sum", 0)
    assert model.node("sum").inbound == ("re_lu", "deep")
    assert model.node("re_lu").inbound == ("input",)
    with pytest.raises(SpecError, match="cannot stand in a wire"):
        edit.splice(RESIDUAL, DOOR, "sum", 0)


def test_deleting_joins_what_was_before_and_after() -> None:
    model = edit.delete(RESIDUAL, ["wide", "deep"])
    assert model.node("sum").inbound == ("input",), "no second wire from one source"
    assert set(model.layers) == {"input", "sum", "out"}
    assert edit.delete(RESIDUAL, ["out"]).outputs == ("sum",)
    assert edit.delete(RESIDUAL, ["sum"]).node("out").inbound == ()
    assert edit.delete(RESIDUAL, [n.name for n in RESIDUAL.nodes]) == ModelSpec("residual")


def test_copies_have_weights_of_their_own_and_keep_what_they_share() -> None:
    part = edit.copy(SHARED, ["tower", "tower_again"])
    model = edit.paste(SHARED, part)
    new = [n for n in model.nodes if n.name not in SHARED.by_name]
    assert len(new) == 2 and new[0].layer == new[1].layer != "tower"
    assert all(n.inbound == () for n in new)
    twin = edit.duplicate_nodes(RESIDUAL, ["wide", "deep"])
    assert twin.node("wide_1").inbound == ("input",) and twin.node("deep_1").inbound == ("wide_1",)


def test_a_damaged_or_endless_copy_is_refused() -> None:
    with pytest.raises(SpecError, match="damaged"):
        edit.paste(RESIDUAL, ModelSpec("m", {}, (Node("a", "a"),)))  # type: ignore[arg-type]
    nodes = tuple(Node(f"n{i}", "wide") for i in range(2001))
    with pytest.raises(SpecError, match="up to 2000 layers"):
        edit.paste(RESIDUAL, replace(RESIDUAL, nodes=nodes))


def test_names_from_elsewhere_become_usable() -> None:
    strange = ModelSpec("m", {"a/b": dense(2)}, (Node("a/b", "a/b"),))  # type: ignore[arg-type]
    assert edit.paste(RESIDUAL, strange).nodes[-1].name == "dense"


# --- blocks ----------------------------------------------------------------------------------


def test_a_group_is_a_nested_model_and_dissolves_into_what_it_was() -> None:
    model = edit.group(RESIDUAL, ["wide", "deep"], {"input": DOOR}, "tower")
    assert model.node("tower").inbound == ("input",)
    assert model.node("sum").inbound == ("input", "tower")
    block = edit.nested_model(model, ["tower"])
    assert edit.topological_order(block) == ("input", "wide", "deep") and block.outputs == ("deep",)
    assert edit.is_chain(block)
    again = edit.ungroup(model, "tower")
    assert {n.name: n for n in again.nodes} == {n.name: n for n in RESIDUAL.nodes}
    assert again.layers == RESIDUAL.layers and again.outputs == RESIDUAL.outputs


def test_a_group_may_read_and_give_several_tensors() -> None:
    multi = zoo.GRAPHS["multi"]
    doors = {"average": DOOR, "numbers": DOOR}
    model = edit.group(multi, ["both", "kind", "amount"], doors)
    assert model.node("block").inbound == ("average", "numbers")
    assert model.outputs == ("block", "block:1")
    assert edit.ungroup(model, "block").outputs == multi.outputs


@pytest.mark.parametrize(
    ("model", "names", "said"),
    [
        (RESIDUAL, ["wide", "sum"], "'deep' lies between the selected layers"),
        (RESIDUAL, ["input"], "nothing to group"),
        (SHARED, ["tower"], "'tower' is shared: 'tower_again' calls it"),
        (RESIDUAL, ["deep"], "The shape of 'wide' is not known yet"),
    ],
)
def test_what_cannot_be_a_group_is_refused(model: ModelSpec, names: list[str], said: str) -> None:
    doors = {n.name: DOOR for n in model.nodes if n.name != "wide"}
    with pytest.raises(SpecError, match=said):
        edit.group(model, names, doors)


def test_a_block_is_edited_in_its_place() -> None:
    new = edit.configure(edit.nested_model(NESTED, ["inner"]), "dense", dense(7))
    model = edit.replace_nested_model(NESTED, ["inner"], new)
    assert edit.nested_model(model, ["inner"]).layers["dense"] == dense(7)
    assert edit.nested_model(NESTED, ["inner"]).layers["dense"] != dense(7)
    with pytest.raises(SpecError, match="no block 'out'"):
        edit.nested_model(NESTED, ["out"])


# --- what follows a layer --------------------------------------------------------------------

TWO = starters.find_starter("witness").training


def test_columns_and_settings_follow_a_renamed_output_and_input() -> None:
    new = edit.follow_edit(TWO, edit.rename(TWO.model, "digit", "which"))
    assert new.columns["which"] == "digit" and "digit" not in new.columns
    for key in ("loss", "loss_weights", "metrics"):
        assert new.compile[key]["which"] == TWO.compile[key]["digit"]
        assert set(new.compile[key]) == {"which", "ink"}
    bare = replace(TWO, columns=Config())
    names = ("image", "note", "digit", "ink")
    assert edit.follow_edit(bare, edit.rename(TWO.model, "note", "text"), names).columns == Config(
        text="note"
    )


def test_a_layer_after_an_output_answers_what_that_did() -> None:
    new = edit.follow_edit(TWO, edit.append(TWO.model, dense(10), ["digit"]))
    assert new.columns["dense_1"] == "digit" and new.model.outputs == ("dense_1", "ink")
    assert new.compile["loss"]["dense_1"] == TWO.compile["loss"]["digit"]


def test_a_layer_named_like_a_column_is_bound_to_it() -> None:
    empty = starters.empty_project(TWO.dataset)
    model = edit.add(empty.model, DOOR, "note")
    assert edit.follow_edit(empty, model, ["image", "note"]).columns == Config(note="note")
    assert edit.follow_edit(empty, model).columns == Config()


def test_kept_weights_follow_a_renamed_grouped_and_dissolved_layer() -> None:
    begun = replace(zoo.training(RESIDUAL, layer("Iris")), weights=Config(file="f", name="n"))
    renamed = edit.follow_edit(begun, edit.rename(RESIDUAL, "wide", "broad"))
    assert renamed.weights["names"] == Config(broad="wide")
    back = edit.follow_edit(renamed, edit.rename(renamed.model, "broad", "wide"))
    assert back == begun
    grouped = edit.group(renamed.model, ["broad", "deep"], {"input": DOOR})
    inside = edit.follow_edit(renamed, grouped)
    assert inside.weights["names"] == Config({"block/broad": "wide", "block/deep": "deep"})
    block = edit.follow_edit(inside, edit.rename(inside.model, "block", "tower"))
    assert block.weights["names"] == Config({"tower/broad": "wide", "tower/deep": "deep"})
    out = edit.follow_edit(block, edit.ungroup(block.model, "tower"))
    assert out.weights == renamed.weights
    assert document.from_json(document.to_json(block)) == block


# --- laws ------------------------------------------------------------------------------------

NEW = (dense(5), layer("Add"), layer("Concatenate"), DOOR, layer("MultiHeadAttention"))
VERBS = {
    "add": lambda m, a, b, k: edit.add(m, NEW[k % len(NEW)]),
    "append": lambda m, a, b, k: edit.append(m, NEW[k % len(NEW)], [a, b][: 1 + k % 2]),
    "splice": lambda m, a, b, k: edit.splice(m, NEW[k % len(NEW)], a, k % 3),
    "connect": lambda m, a, b, k: edit.connect(m, a if k % 3 else f"{a}:1", b),
    "disconnect": lambda m, a, b, k: edit.disconnect(m, a, k % 3),
    "reconnect": lambda m, a, b, k: edit.reconnect(m, a, k % 3, b, a if k % 2 else b),
    "delete": lambda m, a, b, k: edit.delete(m, {a, b}),
    "duplicates": lambda m, a, b, k: edit.duplicate_nodes(m, {a, b}),
    "paste": lambda m, a, b, k: edit.paste(m, edit.copy(m, {a, b})),
    "again": lambda m, a, b, k: edit.call_again(m, a),
    "returns": lambda m, a, b, k: edit.set_returned(m, a, bool(k % 2)),
    "group": lambda m, a, b, k: edit.group(m, {a, b}, {n.name: DOOR for n in m.nodes}),
    "ungroup": lambda m, a, b, k: edit.ungroup(m, a),
    "rename": lambda m, a, b, k: edit.rename(m, a, f"layer_{k}"),
    "switch": lambda m, a, b, k: edit.switch(m, a, bool(k % 2)),
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, 30), st.integers(0, 30),
              st.integers(0, 30)),
    max_size=25,
)  # fmt: skip


def sound(model: ModelSpec) -> None:
    """What every spec on a canvas is, however half-wired."""
    names = [n.name for n in model.nodes]
    assert len(set(names)) == len(names)
    assert {n.layer for n in model.nodes} == set(model.layers)
    for node in model.nodes:
        assert {edit.split_reference(r)[0] for r in node.inbound} <= set(names)
        assert all(0 <= i < len(node.inbound) for i in edit.argument_wires(node))
        assert node.name not in edit.dependencies(model, node.name), "no circle"
        most = edit.node_inlets(model, node).most
        assert (
            most is None
            or len(node.inbound) <= most
            or not isinstance(model.layers[node.layer], ObjectSpec)
        )
    assert {edit.split_reference(r)[0] for r in model.outputs} <= set(names)
    assert len(set(model.outputs)) == len(model.outputs)
    assert document.decode_model(document.encode(model)) == model


@pytest.mark.parametrize("name", GRAPHS)
@given(steps=STEPS)
@settings(max_examples=100)
def test_any_edits_leave_a_sound_graph_or_a_sentence(
    name: str, steps: list[tuple[str, int, int, int]]
) -> None:
    model = GRAPHS[name]
    past = [(model, document.encode(model))]
    for verb, a, b, k in steps:
        if not model.nodes:
            break
        one, other = (model.nodes[i % len(model.nodes)].name for i in (a, b))
        try:
            model = VERBS[verb](model, one, other, k)
        except LayerwiseError as error:
            assert error.message.endswith((".", "!", "?")) or error.message
        sound(model)
        past.append((model, document.encode(model)))
    for before, text in past:  # nothing was changed in place: undo is the very same spec
        assert document.encode(before) == text
