"""The canvas without a browser: its picture of a model, its events, and the page around it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder import catalog, edit, starters
from builder.facts import Failure, ModelFacts, NodeFacts, Problem
from builder.runs.disk import projects
from builder.spec import ModelSpec, Node, ObjectSpec
from pages.widgets.model import canvas_data, canvas_events, palette_items
from pages.widgets.model.canvas_state import CanvasState
from pages.widgets.session.selection import Selection
from tests import zoo

CANVAS = Path(__file__).parents[2] / "assets" / "canvas"


def test_the_bundle_was_built_from_the_source_beside_it() -> None:
    """``npm ci && npm run build`` in assets/canvas writes the hash of what it read."""
    digest = hashlib.sha256()
    sources = sorted((CANVAS / "src").iterdir())
    for path in (*sources, CANVAS / "build.mjs", CANVAS / "package-lock.json"):
        digest.update(path.read_bytes())
    head = (CANVAS / "canvas.js").read_text("utf-8")[:200]
    assert f"source {digest.hexdigest()};" in head


def test_licences_of_all_that_is_bundled_are_there() -> None:
    text = (CANVAS / "LICENSES.txt").read_text("utf-8")
    for name in ("@xyflow/react", "@dagrejs/dagre", "react-dom", "zustand", "d3-zoom"):
        assert f"{name} " in text


# --- the picture -----------------------------------------------------------------------------


def facts(name: str, *shapes: tuple[int | None, ...], params: int = 0) -> NodeFacts:
    return NodeFacts(name, "Any", shapes, "float32", params, params, 4 * params, 16)


def test_nodes_tell_settings_figures_and_places() -> None:
    known = ModelFacts((facts("input", (None, 8)), facts("wide", (None, 8), params=72)))
    nodes, wires = canvas_data.graph_rows(zoo.RESIDUAL, known, ())
    assert nodes["wide"]["said"] == "8 · relu" and nodes["wide"]["figures"].startswith("72 · ")
    assert nodes["input"]["ins"] == [] and nodes["wide"]["ins"] == ["input"]
    assert len(nodes["sum"]["ins"]) == 3, "a layer that joins always has one more place"
    assert nodes["out"]["out"] == 1
    assert wires["input>wide:0"] == {"from": ["input", 0], "to": ["wide", 0], "shape": "8"}
    json.dumps([nodes, wires], allow_nan=False)


def test_what_merges_or_calculates_tells_its_kind_and_what_it_does() -> None:
    model = zoo.RESIDUAL
    for kind in ("Subtract", "ops.multiply", "Concatenate", "Flatten"):
        model = edit.append(
            model, catalog.new("layers", kind), ["wide", "deep"][: 2 - (kind == "Flatten")]
        )
    nodes, _ = canvas_data.graph_rows(model, None, ())
    rows = {row["kind"]: row.get("said") for row in nodes.values()}
    assert rows["Subtract"].startswith("The first input minus the second")
    assert rows["ops.multiply"].startswith("Multiplies two tensors value by value")
    assert rows["Add"] and rows["Concatenate"]
    assert rows["Flatten"] is None, "the canvas then writes the kind alone"


def test_shared_layers_and_second_outputs_are_drawn_as_such() -> None:
    nodes, _ = canvas_data.graph_rows(zoo.SHARED, None, ())
    assert nodes["tower"]["shared"] == nodes["tower_again"]["shared"] == 0
    assert nodes["tower_again"]["layer"] == "tower" and "shared" not in nodes["out"]
    nodes, wires = canvas_data.graph_rows(zoo.STATE, None, ())
    assert nodes["encoder"]["outs"] == 3
    assert wires["encoder:2>out:0"]["from"] == ["encoder", 2]


def test_problems_stand_on_their_node_and_its_wires() -> None:
    known = ModelFacts((), Failure("sum", "Add", (), "shapes differ"))
    found = (
        Problem("model.sum", "They differ."),
        Problem("model.out", "Try relu.", severe=False),
    )
    nodes, wires = canvas_data.graph_rows(zoo.RESIDUAL, known, found)
    assert nodes["sum"]["wrong"] == ["They differ."] and nodes["out"]["advice"] == ["Try relu."]
    assert wires["deep>sum:1"]["bad"] and "bad" not in wires["wide>deep:0"]


def test_a_wire_from_nowhere_ends_at_a_ghost() -> None:
    loose = replace(zoo.RESIDUAL, nodes=(*zoo.RESIDUAL.nodes, Node("extra", "wide", ("gone",))))
    nodes, wires = canvas_data.graph_rows(loose, None, ())
    assert nodes["?gone"]["wrong"] and wires["gone>extra:0"]["from"] == ["?gone", 0]


@pytest.mark.parametrize("name", zoo.GRAPHS)
def test_every_wire_has_ports_to_end_at(name: str) -> None:
    nodes, wires = canvas_data.graph_rows(zoo.GRAPHS[name], None, ())
    for wire in wires.values():
        (source, out), (target, at) = wire["from"], wire["to"]
        assert out < nodes[source].get("outs", 1) and at < len(nodes[target]["ins"])


# --- events ----------------------------------------------------------------------------------


class Desk:
    """What lies beside a model: the canvas and the selection."""

    def __init__(self) -> None:
        self.canvas, self.selection = CanvasState(), Selection()


def ask(model: ModelSpec, desk: Desk | None = None, **row: Any) -> tuple[ModelSpec, Desk]:
    desk = desk or Desk()
    shapes = {n.name: facts(n.name, (None, 8)) for n in model.nodes}
    known = ModelFacts(tuple(shapes.values()))
    return canvas_events.apply_event(
        canvas_events.CanvasEvent(model, desk.canvas, desk.selection, row, lambda: known)
    ), desk


def test_adding_wires_what_is_new_and_selects_it() -> None:
    model, desk = ask(zoo.RESIDUAL, do="add", layer="Dropout", nodes=["wide"], drop=[3, 4])
    assert model.node("deep").inbound == ("dropout",) and desk.selection.chosen == ("dropout",)
    assert desk.canvas.pins == {(): {"dropout": (3.0, 4.0)}}
    model, _ = ask(zoo.RESIDUAL, do="add", layer="Dropout", wire=["sum", 0])
    assert model.node("sum").inbound == ("dropout", "deep")
    assert model.node("dropout").inbound == ("input",)
    model, _ = ask(ModelSpec(), do="add", layer="Dense", nodes=[])
    assert model.outputs == ("dense",)


@pytest.mark.parametrize("row", json.loads(palette_items.palette_json()), ids=lambda r: r["name"])
def test_everything_on_the_palette_can_be_added_after_two_layers(row: dict[str, str]) -> None:
    model, desk = ask(zoo.RESIDUAL, do="add", layer=row["name"], nodes=["wide", "deep"])
    assert desk.canvas.said == (0, "") and len(desk.selection.chosen) == 1
    nodes, _ = canvas_data.graph_rows(model, None, ())
    assert (
        nodes[desk.selection.chosen[0]]["kind"] == row["name"]
        and row["plain"]
        and row["icon"] != "help"
    )


def test_an_input_stands_for_a_column_that_nothing_reads() -> None:
    door = ("picture", ObjectSpec("InputLayer", {"shape": (28, 28)}))  # type: ignore[arg-type]
    row = {"do": "add", "layer": "InputLayer", "nodes": ["wide"]}
    asked = canvas_events.CanvasEvent(
        zoo.RESIDUAL, CanvasState(), Selection(), row, lambda: None, lambda: (door,)
    )
    model = canvas_events.apply_event(asked)
    assert model.layers["picture"] == door[1] and model.node("picture").inbound == ()
    again = canvas_events.apply_event(replace(asked, model=model))
    assert again.nodes[-1].name == "input_layer"


def test_a_refusal_is_a_sentence_and_changes_nothing() -> None:
    model, desk = ask(zoo.RESIDUAL, **{"do": "connect", "from": "out", "to": "wide"})
    assert model is zoo.RESIDUAL and desk.canvas.said[0] == 1 and "circle" in desk.canvas.said[1]
    for row in (
        {"do": "add", "layer": "NoSuchLayer"},
        {"do": "connect", "from": 3},
        {"do": "paste", "text": "[1, 2"},
        {"do": "paste", "text": '{"layerwise-part": {"nodes": [{"name": 3}]}}'},
        {"do": "paste"},
        {"do": "rename", "node": "wide", "new": "deep"},
        {"do": "open", "node": "wide"},
        {"do": "nonsense"},
    ):
        assert ask(zoo.RESIDUAL, **row)[0] is zoo.RESIDUAL


def test_copied_layers_go_through_json() -> None:
    _, desk = ask(zoo.SHARED, do="copy", nodes=["tower", "tower_again"])
    model, desk = ask(zoo.RESIDUAL, do="paste", text=desk.canvas.clip)
    assert len(model.nodes) == 7 and len(desk.selection.chosen) == 2
    first, second = (model.node(n) for n in desk.selection.chosen)
    assert first.layer == second.layer and first.inbound == ()


def test_wires_and_nodes_are_deleted_together() -> None:
    model, _ = ask(zoo.RESIDUAL, do="delete", nodes=["deep"], wires=[["sum", 0], ["sum", 1]])
    assert [n.name for n in model.nodes] == ["input", "wide", "sum", "out"]
    assert model.node("sum").inbound == ()


def test_a_block_is_made_opened_and_left() -> None:
    model, desk = ask(zoo.RESIDUAL, do="group", nodes=["wide", "deep"])
    assert desk.selection.chosen == ("block",)
    _, desk = ask(model, desk, do="open", node="block")
    assert desk.selection.path == ("block",)
    _, desk = ask(model, desk, do="up", depth=0)
    assert desk.selection.path == ()


# --- the page --------------------------------------------------------------------------------


def project(model: ModelSpec) -> str:
    training = replace(starters.find_starter("iris").training, model=model)
    return projects.create("local", model.name, training).token


def model_of() -> ModelSpec:
    return projects.list_projects("local")[0].training.model


def test_a_graph_opens_on_the_canvas_a_chain_as_a_stack(visit) -> None:
    app = visit("model")
    assert app.segmented_control(key="model-view").value == "Stack"
    app.segmented_control(key="model-view").set_value("Canvas").run()
    assert not [b for b in app.button if b.key and b.key.startswith("row-")]
    app.segmented_control(key="model-view").set_value("Stack").run()
    assert [b for b in app.button if b.key and b.key.startswith("row-")] and not app.error
    app = visit("model", p=project(zoo.RESIDUAL))
    assert app.segmented_control(key="model-view").value == "Canvas"
    assert app.segmented_control(key="model-view").disabled
    assert not [b for b in app.button if b.key and b.key.startswith("row-")]


def test_the_inspector_edits_the_layer_of_an_open_block(visit) -> None:
    app = visit("model", p=project(zoo.NESTED))
    selection = app.session_state["layerwise"].selection
    selection.go_to(("inner",))
    selection.select("dense")
    app.run()
    assert app.text_input(key="name-inner-dense").value == "dense"
    app.number_input(key="layer-inner-dense-units").set_value(9).run()
    assert not app.error and not app.exception
    inner = model_of().layers["inner"]
    assert isinstance(inner, ModelSpec) and inner.layers["dense"].config["units"] == 9
    app.text_input(key="name-inner-dense").set_value("first").run()
    assert edit.nested_model(model_of(), ["inner"]).node("first")
    app.button(key="undo").click().run()
    app.button(key="undo").click().run()
    assert model_of() == zoo.NESTED
    assert not app.error


def test_a_problem_inside_a_block_is_mended_there(visit) -> None:
    inner = edit.nested_model(zoo.NESTED, ["inner"])
    broken = edit.configure(inner, "dense", zoo.dense(0))
    app = visit("model", p=project(edit.replace_nested_model(zoo.NESTED, ["inner"], broken)))
    selection = app.session_state["layerwise"].selection
    selection.go_to(("inner",))
    selection.select("dense")
    app.run()
    next(b for b in app.button if str(b.key).startswith("fix-beside-model.dense")).click().run()
    model = model_of()
    assert edit.nested_model(model, ["inner"]).layers["dense"].config["units"] == 64
    assert model == edit.replace_nested_model(
        zoo.NESTED, ["inner"], edit.configure(inner, "dense", zoo.dense(64))
    )
    assert selection.path == ("inner",) and not app.error and not app.exception
    app.button(key="undo").click().run()
    assert edit.nested_model(model_of(), ["inner"]) == broken


def test_layers_are_frozen_and_learn_again(visit) -> None:
    model, _ = ask(zoo.RESIDUAL, do="freeze", nodes=["input", "wide", "deep"], on=True)
    frozen = [name for name, layer in model.layers.items() if edit.is_frozen(layer)]
    assert frozen == ["wide", "deep"]
    assert canvas_data.graph_rows(model, None, ())[0]["wide"]["frozen"]
    assert ask(model, do="freeze", nodes=["wide", "deep"], on=False)[0] == zoo.RESIDUAL
    block = edit.freeze(zoo.NESTED, ["inner"], True)
    assert edit.is_frozen(block.layers["inner"]) and not edit.is_frozen(zoo.NESTED.layers["inner"])
    app = visit("model", p=project(zoo.RESIDUAL))
    app.session_state["layerwise"].selection.select("wide")
    app.run()
    app.button(key="tool-freeze").click().run()
    assert model_of().layers["wide"].config["trainable"] is False
    assert app.button(key="tool-freeze").label == "Unfreeze" and not app.error


def test_a_wire_pulled_into_the_open_begins_a_branch() -> None:
    model, desk = ask(zoo.RESIDUAL, **{"do": "add", "layer": "Dense", "from": "wide"})
    assert model.node(desk.selection.chosen[0]).inbound == ("wide",)
    assert model.node("deep").inbound == ("wide",) and model.outputs == zoo.RESIDUAL.outputs
    model, _ = ask(zoo.STATE, **{"do": "add", "layer": "Dense", "from": "encoder:1"})
    assert model.nodes[-1].inbound == ("encoder:1",)
    same, desk = ask(zoo.RESIDUAL, **{"do": "add", "layer": "InputLayer:", "from": "wide"})
    assert same.nodes[-1].inbound == ()


def test_a_class_without_a_form_and_what_no_form_asks_open_as_json(visit) -> None:
    strange = ObjectSpec("LayerScale", {"init_values": 0.5, "projection_dim": 8})  # type: ignore[arg-type]
    model = edit.append(zoo.RESIDUAL, strange, ["wide"])
    app = visit("model", p=project(model))
    app.session_state["layerwise"].selection.select("layer_scale")
    app.run()
    area = app.text_area(key="raw-layer_scale-text")
    assert json.loads(area.value) == {"init_values": 0.5, "projection_dim": 8}
    area.set_value('{"init_values": 0.25, "projection_dim": 8, "trainable": false}').run()
    assert model_of().layers["layer_scale"] == strange.with_(init_values=0.25, trainable=False)
    for wrong in ("{", "[1]", '{"a": 1e999}', "[" * 5000, '{"a": {"class_name": 3, "config": 1}}'):
        app.text_area(key="raw-layer_scale-text").set_value(wrong).run()
        assert any("edit_off" in c.value for c in app.caption) and not app.exception, wrong
        assert model_of().layers["layer_scale"].config["init_values"] == 0.25
    app.session_state["layerwise"].selection.select("wide")
    app.run()
    given = {"units": 8, "activation": "relu", "dtype": "mixed_float16"}
    app.text_area(key="raw-wide-text").set_value(json.dumps(given)).run()
    assert model_of().layers["wide"].config["dtype"] == "mixed_float16"
    app.number_input(key="layer-wide-units").set_value(9).run()
    assert json.loads(app.text_area(key="raw-wide-text").value) == given | {"units": 9}
    assert model_of().layers["wide"].config == given | {"units": 9} and not app.error
    app.selectbox(key="layer-wide-dtype").set_value("bfloat16").run()
    assert model_of().layers["wide"].config["dtype"] == "bfloat16" and not app.error


def test_tools_of_the_inspector_work_in_a_graph(visit) -> None:
    app = visit("model", p=project(zoo.RESIDUAL))
    app.session_state["layerwise"].selection.select("wide")
    app.run()
    app.button(key="tool-copy").click().run()
    assert len(model_of().nodes) == 6
    app.button(key="tool-remove").click().run()
    assert model_of() == zoo.RESIDUAL and not app.error


def test_an_input_is_bound_to_its_column_in_the_inspector(visit) -> None:
    starter = next(s for s in starters.all_starters() if len(s.training.model.outputs) > 1)
    app = visit("model", p=projects.create("local", "Two", starter.training).token)
    output = starter.training.model.outputs[0]
    app.session_state["layerwise"].selection.select(output)
    app.run()
    assert app.selectbox(key=f"bind-{output}").label == "Answers the column"
    assert not app.error and not app.exception


def test_the_code_stands_below_both_views(visit) -> None:
    app = visit("model", p=project(zoo.RESIDUAL))
    app.toggle(key="show-code").set_value(True).run()
    assert app.selectbox(key="code-style").value == "functional"
    assert not app.error and not app.exception
