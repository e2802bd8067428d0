"""Who is here and which project: addresses, saving, undo, two tabs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from builder import edit, starters
from builder.runs.disk import projects
from builder.spec import ObjectSpec
from pages.widgets.session import widget_sync
from pages.widgets.session.current_project import FIRST
from pages.widgets.session.engine_facts import find_facts

DENSE = "layer-dense-units"


def address(app: AppTest) -> str:
    value = app.query_params["p"]
    return value if isinstance(value, str) else value[0]


def units(app: AppTest, node: str = "dense") -> object:
    return app.number_input(key=f"layer-{node}-units").value


def change_units(app: AppTest, value: int, node: str = "dense") -> None:
    app.button(key=f"row-{node}").click().run()
    app.number_input(key=f"layer-{node}-units").set_value(value).run()
    assert not app.exception and not app.error


def test_a_first_visit_finds_the_first_starter_and_saves_nothing(visit):
    app = visit()
    assert starters.find_starter(FIRST).title in app.markdown[0].value
    assert projects.list_projects("local") == [] and "p" not in app.query_params


def test_the_first_change_makes_a_project_with_an_address(visit):
    app = visit("model")
    change_units(app, 64)
    (mine,) = projects.list_projects("local")
    assert mine.training.model.layers["dense"].config["units"] == 64
    assert address(app) == mine.token


def test_a_reload_finds_the_project_by_its_address(visit):
    app = visit("model")
    change_units(app, 64)
    again = visit("model", p=address(app))
    again.button(key="row-dense").click().run()
    assert units(again) == 64


def test_a_visit_without_an_address_finds_the_newest_project(visit):
    iris = starters.find_starter("iris")
    projects.create("local", "Older", starters.find_starter(FIRST).training)
    projects.create("local", "Newer", iris.training)
    app = visit("model")
    assert app.text_input(key="project-title-model").value == "Newer"


@pytest.mark.parametrize("token", ["x" * 22, "../../etc/passwd", "short", "ä" * 22])
def test_an_address_of_nothing_is_said_and_something_is_open(visit, token):
    app = visit("model", p=token)
    said = " ".join(str(i.value) for i in visit("home", p=token).info)
    assert "project" in said
    assert app.text_input(key="project-title-model").value == starters.find_starter(FIRST).title


def test_undo_and_redo_go_through_every_step_to_the_very_same_values(visit):
    app = visit("model")
    seen = [starters.find_starter(FIRST).training]
    for value in (64, 32, 16):
        change_units(app, value)
        seen.append(projects.list_projects("local")[0].training)
    for expected in reversed(seen[:-1]):
        app.button(key="undo").click().run()
        assert projects.list_projects("local")[0].training == expected
        app.button(key="row-dense").click().run()
        assert units(app) == expected.model.layers["dense"].config["units"]
    assert app.button(key="undo").disabled
    for expected in seen[1:]:
        app.button(key="redo").click().run()
        assert projects.list_projects("local")[0].training == expected
    assert app.button(key="redo").disabled


def test_a_browser_that_has_not_heard_of_the_undo_changes_nothing(visit, monkeypatch):
    monkeypatch.setattr(widget_sync, "LATE_SECONDS", 60)
    app = visit("model")
    for value in (64, 32):
        change_units(app, value)
    for _ in range(2):
        app.button(key="undo").click().run()
    for late in (32, 64):  # what stood there before the undo, and between the two
        app.number_input(key=DENSE).set_value(late)
        app.button(key="row-dense").click().run()
        assert units(app) == 128 and not app.button(key="redo").disabled
    change_units(app, 99)
    assert units(app) == 99
    assert projects.list_projects("local")[0].training.model.layers["dense"].config["units"] == 99


def test_a_new_change_ends_redo(visit):
    app = visit("model")
    change_units(app, 64)
    app.button(key="undo").click().run()
    change_units(app, 12)
    assert app.button(key="redo").disabled


def test_a_second_tab_with_a_newer_version_is_never_overwritten(visit):
    first = visit("model")
    change_units(first, 64)
    token = address(first)
    second = visit("model", p=token)
    change_units(second, 32)
    change_units(first, 16)
    assert "another tab" in first.warning[0].value
    assert projects.load(token).training.model.layers["dense"].config["units"] == 32

    first.button(key="stale-load").click().run()
    first.button(key="row-dense").click().run()
    assert units(first) == 32 and not first.warning
    first.button(key="undo").click().run()
    first.button(key="row-dense").click().run()
    assert units(first) == 16


def test_mine_can_be_kept_as_a_copy(visit):
    first = visit("model")
    change_units(first, 64)
    token = address(first)
    change_units(visit("model", p=token), 32)
    change_units(first, 16)
    first.button(key="stale-copy").click().run()
    assert not first.warning
    copy = projects.load(address(first))
    assert copy.token != token and copy.title.endswith("(copy)")
    assert copy.training.model.layers["dense"].config["units"] == 16
    assert projects.load(token).training.model.layers["dense"].config["units"] == 32


def test_a_save_that_fails_is_said_and_can_be_tried_again(visit, workspace):
    app = visit("model")
    change_units(app, 64)
    folder = workspace / "projects"
    kept = {p.name: p.read_bytes() for p in folder.iterdir()}
    aside = workspace / "aside"
    folder.rename(aside)
    folder.write_text("in the way")
    app.button(key="row-dense").click().run()
    app.number_input(key=DENSE).set_value(48).run()
    assert not app.exception
    assert "Not saved" in app.warning[0].value and units(app) == 48
    folder.unlink()
    aside.rename(folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.name in kept} == kept
    app.button(key="save-again").click().run()
    assert not app.warning
    assert projects.list_projects("local")[0].training.model.layers["dense"].config["units"] == 48


def test_the_project_is_renamed_in_its_title(visit):
    app = visit("model")
    app.text_input(key="project-title-model").set_value("My digits").run()
    assert projects.list_projects("local")[0].title == "My digits"


def test_facts_come_from_keras_and_failures_are_problems():
    training = starters.find_starter(FIRST).training
    known = find_facts(training)
    assert known.model and known.model.params == 101_770  # the figure of every MNIST tutorial
    assert known.data and known.data.input.shape == (28, 28) and not known.errors
    broken = replace(training, dataset=ObjectSpec("Nowhere"))
    assert [p.where for p in find_facts(broken).errors] == ["dataset"]
    assert edit.is_chain(training.model)
