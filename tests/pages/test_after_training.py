"""Draw, Evaluate and Export with a model really trained: what a person reads there is true."""

from __future__ import annotations

import ast
import functools
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from builder import formatting, starters
from builder.document import read_document
from builder.exporters.contract import Exporter
from builder.exporters.registry import all_exporters
from builder.runs.disk import projects
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs, worker_pool
from builder.runs.store import database
from builder.spec import Run
from pages.widgets.draw import drawing_canvas
from pages.widgets.evaluate import confusion_matrix, prediction, report
from pages.widgets.shared import markup

Visit = Callable[..., AppTest]
PATIENCE_SECONDS = 120


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    yield
    worker_pool.close()
    database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workspace of the tests that look at trained runs, some at the same."""
    yield tmp_path_factory.mktemp("trained")
    trained.cache_clear()


@pytest.fixture
def runs(shared: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(shared))


@functools.cache
def trained(name: str, epochs: int) -> tuple[str, Run]:
    """A project of that starter with one finished run: its token and the run."""
    training = starters.find_starter(name).training.with_fit(epochs=epochs)
    token = projects.create("local", "Mine", training).token
    run = jobs.start(training, project=token, owner="local")
    end = time.monotonic() + PATIENCE_SECONDS
    while jobs.get(run.id).status in ("queued", "running") and time.monotonic() < end:
        time.sleep(0.2)
    run = jobs.get(run.id)
    assert run.status == "finished", run.error
    return token, run


def said(at: AppTest) -> str:
    assert not at.exception and not at.error
    return " ".join(e.value for e in (*at.markdown, *at.caption, *at.subheader, *at.info))


@pytest.mark.parametrize("step", ["draw", "evaluate", "export"])
def test_without_a_trained_model_the_page_says_what_to_do(visit: Visit, step: str) -> None:
    at = visit(step)
    assert "train" in said(at).lower()
    assert not [box for box in at.selectbox if str(box.key).startswith("picker")]


@pytest.mark.usefixtures("runs")
def test_a_typed_sentence_is_read_and_strange_words_are_marked(visit: Visit) -> None:
    token, run = trained("review_texts", epochs=3)
    at = visit("evaluate", token)
    assert "Try a sentence" in said(at)
    at.text_input(key=f"sentence-{run.id}").set_value("Soup was <b>superb</b> & lovely").run()
    assert not at.exception and not at.error
    html = "".join(h.proto.body for h in at.get("html"))
    assert "<s>&lt;b&gt;superb&lt;/b&gt;</s>" in html and "1 struck out" in html
    assert '<th scope="row">positive</th>' in html
    assert "type a sentence on the Evaluate page" in said(visit("draw", token))


@pytest.mark.usefixtures("runs")
def test_a_digits_run_is_drawn_on_examined_and_taken_home(visit: Visit) -> None:
    token, run = trained("digits_dense", epochs=1)
    html = "".join(h.proto.body for h in visit("draw", token).get("html"))
    assert "canvas is empty" in html
    assert all(f'<th scope="row">{digit}</th>' in html for digit in range(10))

    report = client.call("evaluation.report", str(jobs.artefact(run.id)), run.training)
    at = visit("evaluate", token)
    shown = {m.label: m.value for m in at.metric}
    assert shown["Test accuracy"] == f"{report['test']['accuracy']:.4f}"
    (matrix,) = (c.proto for c in at.get("bidi_component") if "matrix" in c.proto.component_name)
    assert np.array_equal(json.loads(matrix.json)[0]["counts"], report["confusion"])
    assert "confident mistakes" in said(at)

    at = visit("export", token)
    (pane,) = (c.proto for c in at.get("bidi_component") if "code" in c.proto.component_name)
    text = json.loads(pane.json)[0]["text"]
    ast.parse(text)
    assert "keras.Sequential" in text
    assert {b.proto.label for b in at.get("download_button")} >= {
        "Python script", "Jupyter notebook", "Model card", "Keras model with its weights",
    }  # fmt: skip
    assert "TensorFlow Serving" in said(at)
    at.button(key="prepare-tflite").click().run()
    assert not at.exception
    offered = [b.proto.label for b in at.get("download_button")]
    assert "LiteRT (TensorFlow Lite)" in offered
    artefact = jobs.artefact(run.id)
    whole = artefact.read_bytes()
    try:
        artefact.write_bytes(b"no model")
        at.button(key="prepare-h5").click().run()
        assert not at.exception
        assert [e.value for e in at.error if "model" in e.value]
    finally:
        artefact.write_bytes(whole)


def test_an_exporter_that_needs_only_the_project_appears_by_itself(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    haiku = Exporter("haiku", "Haiku", ".txt", "project", lambda request: b"", about="Three lines.")
    slow = replace(haiku, name="novel", title="Novel", slow=True, requires=("no-such-package",))
    monkeypatch.setitem(all_exporters(), "haiku", haiku)
    monkeypatch.setitem(all_exporters(), "novel", slow)
    at = visit("export")
    offered = [b.proto.label for b in at.get("download_button")]
    project = ["Picture of the architecture (SVG)", "Picture of the architecture (PNG)"]
    project += ["Layerwise project", "Haiku", "Keras model, not trained"]
    assert offered == ["Python script", "Jupyter notebook", *project]
    assert "Three lines." in said(at) and not at.error and not at.exception
    assert "pip install no-such-package" in [c.value for c in at.code]


def test_what_is_downloaded_opens_again(visit: Visit) -> None:
    training = starters.find_starter("iris").training
    known = all_exporters()
    made = {
        n: client.call("export_run.export", n, training, None, title="Iris")
        for n in ("project", "svg")
    }
    assert read_document(made["project"]) == ("Iris", training)
    assert made["svg"].startswith(b"<svg")
    assert {e.kind for e in known.values()} == {"project", "run"}


@pytest.mark.usefixtures("runs")
def test_regression_and_points_have_their_own_exam(visit: Visit) -> None:
    token, run = trained("diabetes", epochs=2)
    at = visit("evaluate", token)
    report = client.call("evaluation.report", str(jobs.artefact(run.id)), run.training)
    assert {m.label: m.value for m in at.metric}["R²"] == f"{report['r2']:.4f}"
    assert "Residuals" in said(at)
    token, run = trained("circles", epochs=2)
    at = visit("evaluate", token)
    assert "Decision surface" in said(at)
    _look_closer(at, run)


def _look_closer(at: AppTest, run: Run) -> None:
    """Every part of the exam, with the engine's own numbers."""
    artefact = str(jobs.artefact(run.id))
    curves = client.call("class_curves.curves", artefact, run.training)
    at.session_state[f"view-{run.id}"] = "Probabilities"
    at.run()
    assert {"ROC curve", "Calibration"} <= {h.value for h in at.subheader}
    shown = {m.label: m.value for m in at.metric}
    assert shown["ROC AUC"] == f"{curves['by_class'][1]['auc']:.4f}"
    key = f"{run.id}--{curves['classes'][1]}"
    at.slider(key=f"threshold-{key}").set_value(0.0).run()
    assert {m.label: m.value for m in at.metric}["Recall"] == "1.0000"
    at.number_input(key=f"alarm-{key}").set_value(5.0).run()
    at.button(key=f"cheapest-threshold-{key}").click().run()
    assert at.slider(key=f"threshold-{key}").value > 0
    assert "no threshold is cheaper" in said(at)
    at.session_state[f"view-{run.id}"] = "What matters"
    at.run()
    assert "Importance of each column" in "".join(h.proto.body for h in at.get("html"))
    assert {"x1", "x2"} == set(at.selectbox(key=f"moves-{run.id}-").options)
    at.session_state[f"view-{run.id}"] = "Groups"
    at.run()
    assert "error rate of all test examples" in said(at)
    at.session_state[f"view-{run.id}"] = "Mistakes"
    at.run()
    opened = next(b for b in at.button if str(b.key).startswith("show-"))
    opened.click().run()
    assert "the model says" in "".join(h.proto.body for h in at.get("html"))
    assert not at.exception and not at.error


def three_classes() -> None:
    import numpy as np

    from pages.widgets.evaluate import report

    plane = {"x": [0, 1, 2], "y": [0, 1], "z": np.array([[0, 1, 2], [2, 1, 0]])}
    report.surface(plane, {"x": [[0, 0], [1, 1], [2, 0]], "y": [0, 1, 2]}, ["a", "b", "c"])


def test_the_surface_of_three_classes_names_the_likeliest_everywhere() -> None:
    at = AppTest.from_function(three_classes).run()
    assert not at.exception
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    background, *points = figure["data"]
    assert background["text"] == [["a", "b", "c"], ["c", "b", "a"]]
    assert [p["name"] for p in points] == ["class a", "class b", "class c"]
    assert len({p["marker"]["symbol"] for p in points}) == 3, "colour alone is no mark"


def test_only_models_of_small_pictures_are_offered_for_drawing(visit: Visit) -> None:
    token, run = trained.__wrapped__("xor", epochs=1)  # where no run of digits is
    assert not prediction.reads_digits(run.training)
    assert prediction.reads_digits(starters.find_starter("digits_dense").training)
    assert prediction.reads_digits(starters.find_starter("digits_cnn").training)
    at = visit("draw", token)
    assert "no trained model" in said(at)
    at.button(key="draw-digits").click().run()
    assert (
        at.text_input(key="project-title-train").value
        == starters.find_starter("digits_dense").title
    )
    assert projects.load(token).title == "Mine", "the other project is still there"


@pytest.mark.usefixtures("runs")
def test_a_photo_of_a_digit_goes_the_same_way_as_the_canvas() -> None:
    _, run = trained("digits_dense", epochs=1)
    paper = Image.new("RGB", (280, 280), "white")
    ImageDraw.Draw(paper).line([(140, 40), (140, 240)], fill="black", width=20)
    file = io.BytesIO()
    paper.save(file, "PNG")
    artefact = str(jobs.artefact(run.id))
    drawn = client.call("predict_image.predict_drawing", artefact, run.training, np.asarray(paper))
    photo = client.call("predict_image.predict_file", artefact, run.training, file.getvalue())
    assert np.array_equal(drawn["seen"], photo["seen"])
    assert drawn["probabilities"] == pytest.approx(photo["probabilities"], abs=1e-6)


def test_bars_escape_names_and_mark_the_likeliest() -> None:
    html = prediction.bars_html(["<b>", "ok"], [0.25, 0.75])
    assert "&lt;b&gt;" in html and "<b>" not in html
    assert html.index('class="top"') < html.index("ok")
    assert "75.0 %" in html


def test_words_for_times_and_cells() -> None:
    assert [formatting.ago(s, brief=True) for s in (5, 61, 7300, 200_000)] == [
        "just now", "1 min ago", "2 h ago", "2 days ago",
    ]  # fmt: skip
    assert report.cell_title("3", "3", 7) == "7 right: 3"
    assert report.cell_title("3", "5", 1) == "1 mistake: 3 taken for 5"


@pytest.mark.parametrize(
    "found", [None, {}, {"cell": None}, {"cell": [3, 2]}, {"cell": [-1, 0]}, {"cell": ["0", 1]}]
)
def test_a_cell_that_is_none_chooses_nothing(found: object) -> None:
    assert confusion_matrix._cell(found, 3) is None
    assert confusion_matrix._cell({"cell": [2, 0]}, 3) == (2, 0)


def test_a_table_escapes_what_stands_in_it() -> None:
    html = markup.table("A & b", ["<x>"], [["<i>", "1"]])
    assert "&lt;x&gt;" in html and "&lt;i&gt;" in html and "A &amp; b" in html and "<i>" not in html


@pytest.mark.parametrize("address", ["", "data:image/png;base64,", "data:;base64,QUJD", "x" * 99])
def test_what_is_no_drawing_is_not_read(address: str) -> None:
    assert drawing_canvas._image(address) is None


def test_a_drawing_is_read_as_the_canvas_painted_it() -> None:
    painted = np.zeros((drawing_canvas.SIDE, drawing_canvas.SIDE, 4), np.uint8)
    painted[10:20, 30:40] = 255
    assert np.array_equal(drawing_canvas._image(markup.image_data_url(painted)), painted)
