"""The code pane: it follows edits, marks the selected layer, explains lines, and can be edited."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from builder.runs.disk import projects

Visit = Callable[..., AppTest]


def lines(at: AppTest) -> dict[str, Any]:
    (pane,) = (c.proto for c in at.get("bidi_component") if "code" in c.proto.component_name)
    found: dict[str, Any] = json.loads(pane.json)[0]
    return found


def said(at: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*at.markdown, *at.error, *at.warning, *at.info))


def newest() -> Any:
    return projects.list_projects("local")[0].training


def test_the_selected_layer_is_marked_and_every_style_is_shown(visit: Visit) -> None:
    at = visit("export")
    shown = lines(at)
    (marked,) = shown["marked"]
    assert "layers.Dense(10" in shown["text"].split("\n")[marked - 1]
    assert "".join(text for _, text in shown["lines"][marked - 1]).strip().startswith("layers")
    assert ["keyword", "import"] in shown["lines"][4]
    for style, mark in (("functional", "keras.Model(inputs, "), ("subclass", "def call(self")):
        at.selectbox(key="code-style").set_value(style).run()
        assert not at.exception
        assert mark in lines(at)["text"]
        assert len(lines(at)["marked"]) == (1 if style == "functional" else 2)


def test_code_is_edited_compared_applied_and_undone(visit: Visit) -> None:
    at = visit("export")
    at.button(key="code-edit").click().run()
    text = at.text_area(key="code-text").value
    assert "layers.Dense(128" in text
    at.text_area(key="code-text").set_value(text.replace("Dense(128", "Dense(99")).run()
    at.button(key="code-compare").click().run()
    (changes,) = (m.value for m in at.markdown if m.value.startswith("**What changes**"))
    assert changes == "**What changes**\n- units 128 → 99 in dense"
    assert any("+        layers.Dense(99" in c.value for c in at.code)
    at.button(key="code-apply").click().run()
    assert not at.exception
    assert newest().model.layers["dense"].config["units"] == 99
    assert "layers.Dense(99" in lines(at)["text"]
    at.button(key="undo").click().run()
    assert "layers.Dense(128" in lines(at)["text"]


def test_what_was_not_understood_is_told_before_it_is_left_out(visit: Visit) -> None:
    at = visit("export")
    at.button(key="code-edit").click().run()
    text = at.text_area(key="code-text").value.replace("Dense(128", "Dense(77")
    at.text_area(key="code-text").set_value(text + "launch_missiles(model)\n").run()
    at.button(key="code-apply").click().run()
    assert "Not understood" in said(at) and "launch" in said(at)
    assert at.text_area(key="code-text").value.endswith("launch_missiles(model)\n")
    at.button(key="code-apply").click().run()
    assert newest().model.layers["dense"].config["units"] == 77


def test_broken_code_changes_nothing_and_is_kept_in_the_field(visit: Visit) -> None:
    at = visit("export")
    at.button(key="code-edit").click().run()
    at.text_area(key="code-text").set_value("model = keras.Sequential([").run()
    at.button(key="code-apply").click().run()
    assert not at.exception
    assert "Line 1 is no Python" in said(at)
    assert at.text_area(key="code-text").value == "model = keras.Sequential(["
    at.button(key="code-discard").click().run()
    assert "layers.Dense(128" in lines(at)["text"]


def test_code_without_data_keeps_the_projects_own(visit: Visit) -> None:
    at = visit("export")
    at.button(key="code-edit").click().run()
    model = (
        "import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((28, 28)),"
        " layers.Flatten(), layers.Dense(10, activation='softmax')], name='small')\n"
    )
    at.text_area(key="code-text").set_value(model).run()
    at.button(key="code-apply").click().run()
    assert newest().dataset.class_name == "Digits"
    assert newest().fit["epochs"] and newest().compile["optimizer"]
    assert newest().model.name == "small"


def test_changes_made_elsewhere_are_not_overwritten_unasked(visit: Visit) -> None:
    at = visit("export")
    for units in (99, 55):
        at.button(key="code-edit").click().run()
        text = at.text_area(key="code-text").value
        changed = re.sub(r"Dense\(\d+, activation=.relu", f'Dense({units}, activation="relu', text)
        at.text_area(key="code-text").set_value(changed).run()
        if units == 99:
            at.button(key="code-apply").click().run()
    at.button(key="undo").click().run()
    at.button(key="code-apply").click().run()
    assert "changed elsewhere" in said(at) and "units 128 → 55" in said(at)
    assert newest().model.layers["dense"].config["units"] == 128
    at.button(key="code-apply").click().run()
    assert newest().model.layers["dense"].config["units"] == 55
