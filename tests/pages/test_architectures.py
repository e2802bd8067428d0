"""A known architecture becomes a project: for the open project's pictures, or as it is."""

from __future__ import annotations

from builder import starters
from builder.runs.disk import projects
from builder.spec import ModelSpec


def test_an_architecture_gets_a_head_for_the_open_pictures(visit):
    digits = projects.create("local", "Digits", starters.find_starter("digits_dense").training)
    app = visit(p=digits.token)
    app.toggle(key="known").set_value(True).run()
    app.selectbox(key="known-name").set_value("MobileNetV3Small").run()
    assert "10 classes" in app.radio(key="known-head").value
    app.checkbox(key="known-freeze").set_value(True).run()
    app.button(key="known-open").click().run(timeout=120)
    assert not app.exception and not app.error
    newest = projects.list_projects("local")[0]
    training = newest.training
    assert newest.title == "MobileNetV3Small"
    assert [type(v) for v in training.model.layers.values()].count(ModelSpec) == 1
    assert training.dataset == digits.training.dataset and not training.weights
