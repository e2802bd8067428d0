"""A project that begins with weights of a file says so, and lets them go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builder import starters
from builder.runs.disk import projects, weight_files
from builder.spec import Config


@pytest.fixture
def begun(tmp_path):
    file = tmp_path / "w.npz"
    file.write_bytes(b"PK")
    kept = Config(file=weight_files.keep_file(file), name="mine.keras")
    return replace(starters.find_starter("iris").training, weights=kept)


def test_the_weights_are_named_and_let_go(visit, begun):
    project = projects.create("local", "Mine", begun)
    app = visit("train", p=project.token)
    assert any("mine.keras" in m.value for m in app.markdown)
    assert app.button(key="begun-use")
    app.button(key="begun-drop").click().run()
    assert not app.exception and not app.error
    assert not projects.load(project.token).training.weights


def test_weights_that_are_elsewhere_are_not_offered(visit, begun):
    gone = replace(begun, weights=Config(file="0" * 64, name="gone.keras"))
    app = visit("train", p=projects.create("local", "Gone", gone).token)
    assert any("gone.keras are not in this workspace" in w.value for w in app.warning)
    assert not [b for b in app.button if b.key == "begun-use"]
