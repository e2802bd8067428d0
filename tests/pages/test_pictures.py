"""A person's own pictures on the Data page: seen, prepared, a model that follows; and collected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from builder.media import sound_overview
from builder.media.picture_overview import overview_file
from builder.runs.disk import data_files, projects
from builder.suggest import table_model
from builder.suggest.media import picture_dataset, sound_dataset
from tests.builder.media.small_pictures import archive, drawn, shapes, turned
from tests.builder.media.small_sounds import tones
from tests.builder.tables.small_files import zipped

Visit = Callable[..., AppTest]


@pytest.fixture
def project(workspace, tmp_path) -> str:
    """Discs and bars, one of them turned, as a project that was saved: its token."""
    data = archive(shapes() | {"shapes/bar/lying.jpg": turned(drawn("bar", 5))})
    (tmp_path / "shapes.zip").write_bytes(data)
    file = data_files.keep("shapes.zip", data)
    seen = overview_file(str(tmp_path / "shapes.zip"))
    assert seen is not None
    dataset = picture_dataset.picture_dataset(file, "shapes.zip", seen)
    training = table_model.suggest(picture_dataset.expected_facts(dataset), dataset)
    return projects.create("local", "Shapes", training).token


def saved(token: str):
    return projects.load(token).training


def said(app: AppTest) -> str:
    return " ".join(str(part.value) for part in (*app.markdown, *app.caption, *app.error))


def test_a_gallery_what_is_odd_and_a_model_that_follows(visit: Visit, project: str) -> None:
    app = visit("data", p=project)
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert "25 pictures of 2 classes" in said(app)
    assert "1 picture is turned by its camera" in said(app)
    assert any("lw-classes" in str(h.value) for h in app.get("html"))
    before = saved(project)
    assert before.dataset.config["clean"] is True
    app.button(key="pictures-clean").click().run()
    assert saved(project).dataset.config["clean"] is False
    app.button(key="table-model-linear").click().run()
    assert len(saved(project).model.nodes) < len(before.model.nodes)
    grey = next(s for s in app.selectbox if s.label == "Color mode")
    grey.set_value("grayscale").run()
    after = saved(project)
    assert after.dataset.config["color_mode"] == "grayscale"
    assert after.model.layers["input_layer"].config["shape"][-1] == 1
    assert not app.exception and not app.error


def test_classes_are_collected_by_name_and_too_few_pictures_are_told(visit: Visit) -> None:
    app = visit("data")
    for name in ("cup", "p/en", "CUP"):
        app.text_input(key="collect-name").set_value(name).run()
    assert not app.exception
    drawn = " ".join(str(h.value) for h in app.get("html"))
    assert "<h4>cup " in drawn and "<h4>pen " in drawn and "<h4>CUP" not in drawn
    app.button(key="collect-done").click().run()
    assert "'cup' has 0 pictures; 5 are the fewest to learn from." in said(app)


@pytest.fixture
def tones_project(workspace, tmp_path) -> str:
    """High and low tones by two players, as a project that was saved: its token."""
    data = zipped(tones(), flat=True)
    (tmp_path / "tones.zip").write_bytes(data)
    seen = sound_overview.overview_file(str(tmp_path / "tones.zip"))
    assert seen is not None
    file = data_files.keep("tones.zip", data)
    dataset = sound_dataset.sound_dataset(file, "tones.zip", seen)
    training = table_model.suggest(sound_dataset.expected_facts(dataset), dataset)
    return projects.create("local", "Tones", training).token


def test_sounds_are_drawn_and_speakers_kept_apart(visit: Visit, tones_project: str) -> None:
    app = visit("data", p=tones_project)
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert "20 sounds of 2 classes" in said(app) and "2 beginnings" in said(app)
    assert len(app.get("audio")) == 1
    before = saved(tones_project)
    app.button(key="sounds-apart").click().run()
    assert saved(tones_project).dataset.config["split"] == "name"
    seconds = next(n for n in app.number_input if n.label == "Seconds")
    seconds.set_value(0.6).run()
    after = saved(tones_project)
    assert after.model.layers["input_layer"].config["shape"] == (2400,)
    assert after.model != before.model and not app.exception and not app.error
