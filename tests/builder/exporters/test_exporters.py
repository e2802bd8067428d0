"""What is taken home: it opens elsewhere, says the same, and cannot be broken by a title."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from builder import document, edit
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import CatalogError, FileError, SpecError
from builder.exporters import export_run, png, svg
from builder.exporters.contract import ExportRequest, read_exporter
from builder.exporters.registry import all_exporters
from builder.spec import TrainingSpec
from tests import zoo

TRAINING = zoo.STACKS["nested_choices"]


def exported(name: str, training: TrainingSpec = TRAINING, **more: Any) -> bytes:
    return all_exporters()[name].export(ExportRequest(training, **more))


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("run")
    return str(train_run.train(TRAINING, folder, NullSink(), lambda: None)["artefact"])


def test_there_are_the_promised_ones() -> None:
    found = {name: (m.suffix, m.kind) for name, m in all_exporters().items()}
    assert found == {
        "script": (".py", "project"),
        "notebook": (".ipynb", "project"),
        "project": (".json", "project"),
        "keras": (".keras", "run"),
        "h5": (".h5", "run"),
        "svg": (".svg", "project"),
        "png": (".png", "project"),
        "card": (".md", "run"),
        "savedmodel": (".savedmodel.zip", "run"),
        "tflite": (".tflite", "run"),
        "onnx": (".onnx", "run"),
    }
    assert all(m.title for m in all_exporters().values())


PARTS: dict[str, Any] = {
    "NAME": "text",
    "TITLE": "Text",
    "SUFFIX": ".txt",
    "KIND": "project",
    "export": lambda request: b"",
}


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"TITLE": ""}, "lacks TITLE."),
        ({"SUFFIX": None, "export": None}, "lacks SUFFIX and export(request)."),
        ({"KIND": "weights"}, "has the unknown kind 'weights' (there are project and run)."),
        ({"REQUIRES": "onnx"}, "has a REQUIRES that is no tuple."),
        ({"export": lambda training, artefact: b""}, "export that does not take one ExportRequest"),
        ({"OPTIONS": {"style": "bool"}}, "has an option 'style' that is no Option of bool or"),
    ],
)
def test_an_exporter_that_breaks_its_contract_is_named(
    parts: dict[str, Any], sentence: str
) -> None:
    module = ModuleType("builder.exporters.text")
    module.__file__ = "/somewhere/builder/exporters/text.py"
    vars(module).update(PARTS | parts)
    with pytest.raises(CatalogError) as raised:
        read_exporter(module)
    assert raised.value.message.startswith("The exporter builder/exporters/text.py ")
    assert sentence in raised.value.message


def test_a_plain_exporter_has_what_is_usual() -> None:
    module = ModuleType("builder.exporters.text")
    vars(module).update(PARTS)
    exporter = read_exporter(module)
    assert exporter.export(ExportRequest(TRAINING)) == b""
    assert (exporter.mime, exporter.order, exporter.slow) == (
        "application/octet-stream",
        100,
        False,
    )
    with pytest.raises(SpecError, match="no option --style"):
        exporter.export(ExportRequest(TRAINING, options={"style": "functional"}))


def test_the_project_opens_again() -> None:
    title, training = document.read_document(exported("project", title="Mine"))
    assert (title, training) == ("Mine", TRAINING)


def test_the_script_is_python() -> None:
    text = exported("script", title="Mine").decode()
    compile(text, "script", "exec")
    assert text.startswith('"""Mine."""') and "load_iris" in text


@pytest.mark.parametrize("name", ["keras", "h5"])
def test_the_model_opens_in_keras_with_the_same_predictions(
    name: str, artefact: str, tmp_path: Path
) -> None:
    path = tmp_path / f"model.{name}"
    path.write_bytes(exported(name, artefact=artefact))
    x = loading.load(TRAINING.dataset).input.test
    ours = keras.models.load_model(artefact).predict(x, verbose=0)
    theirs = keras.models.load_model(path).predict(x, verbose=0)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["keras", "h5"])
def test_weights_need_a_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="Only a trained model has weights"):
        exported(name)
    with pytest.raises(FileError, match="cannot be read"):
        exported(name, artefact=str(tmp_path / "gone.keras"))


def words(svg: bytes) -> str:
    root = ET.fromstring(svg)
    return "\n".join(text for e in root.iter() if (text := (e.text or "").strip()))


@pytest.mark.parametrize("name", zoo.MODELS)
def test_the_picture_shows_every_layer(name: str) -> None:
    model = zoo.MODELS[name]
    training = zoo.training(model, zoo.DIGITS)
    facts = keras_model.summary(model)
    text = words(exported("svg", training, facts=facts, title=name))
    for node in facts.nodes:
        assert node.class_name in text or node.class_name == "Functional"
    assert f"{facts.params:,} parameters" in text


def test_the_picture_has_shapes_and_leaves_out_what_is_off() -> None:
    text = words(exported("svg", zoo.STACKS["switched_off"]))
    assert "28 × 28" in text and "784" in text and "units 128, relu" in text
    assert "Dropout" not in text


def test_the_picture_escapes_its_title() -> None:
    svg = exported("svg", title='<script>alert("x")</script> & co')
    assert b"<script>" not in svg
    assert '<script>alert("x")</script> & co' in words(svg)


def test_a_wrong_model_is_drawn_as_far_as_it_goes() -> None:
    model = edit.insert(zoo.TUTORIAL, zoo.layer("Conv2D", filters=3, kernel_size=3))
    assert "Conv2D" in words(exported("svg", zoo.training(model, zoo.DIGITS)))


def test_the_child_exports_by_name() -> None:
    assert export_run.export("project", TRAINING, title="a") == exported("project", title="a")
    with pytest.raises(CatalogError, match="no export called 'torch'"):
        export_run.export("torch", TRAINING)
    graph = export_run.export("script", zoo.training(zoo.RESIDUAL, zoo.DIGITS)).decode()
    assert 'model = keras.Model(inputs, out, name="residual")' in graph


@pytest.mark.parametrize("name", zoo.MODELS)
def test_the_png_shows_what_the_svg_shows(name: str) -> None:
    training = zoo.training(zoo.MODELS[name], zoo.DIGITS)
    facts = keras_model.summary(training.model)
    content = exported("png", training, facts=facts, title=name)
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    root = ET.fromstring(exported("svg", training, facts=facts, title=name))
    assert picture.size == (2 * int(root.get("width", 0)), 2 * int(root.get("height", 0)))
    colors = {c for _, c in picture.getcolors(1_000_000) or []}
    assert {(255, 255, 255), (245, 247, 247)} <= colors  # the page and the cards
    dark = sum(n for n, c in picture.getcolors(1_000_000) or [] if sum(c) < 200)
    assert dark > 100 * len(facts.nodes)  # there are letters on every card


def _lines(path: str) -> Iterator[list[tuple[float, float]]]:
    """``M0 0 C0 9 9 9 9 18`` as the points of a line; a curve as sixteen of them."""
    for part in re.split(r"(?=M)", path):
        steps = re.findall(r"([MCL])([^MCL]*)", part)
        points: list[tuple[float, float]] = []
        for sign, text in steps:
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", text)]
            pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
            # a curve is written before its points: "C" with one pair belongs to the next ones
            points += _curve(points[-1], *pairs) if sign == "C" and len(pairs) == 3 else pairs
        if len(points) > 1:
            yield points


def _curve(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> list[tuple[float, float]]:
    points = []
    for step in range(1, 17):
        t = step / 16
        weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
        places = (a, b, c, d)
        points.append(
            (
                sum(w * p[0] for w, p in zip(weights, places, strict=True)),
                sum(w * p[1] for w, p in zip(weights, places, strict=True)),
            )
        )
    return points


@pytest.mark.parametrize("name", [*zoo.MODELS, *zoo.SEVERAL])
def test_no_wire_passes_behind_a_card(name: str) -> None:
    model = (zoo.MODELS | zoo.SEVERAL)[name]
    facts = keras_model.summary(model)
    root = ET.fromstring(exported("svg", zoo.training(model, zoo.DIGITS), facts=facts))
    cards = []
    for group in root.findall(".//{*}g"):
        if moved := re.fullmatch(r"translate\((\d+) (\d+)\)", group.get("transform", "")):
            cards.append((int(moved[1]), int(moved[2])))
    assert len(cards) >= len(facts.nodes)
    width = int(root.get("width", "0"))
    for path in root.findall(".//{*}path"):
        for line in _lines(path.get("d", "")):
            assert all(0 < x < width for x, _ in line)
            for x, y in line[1:-1]:
                assert not any(
                    left < x < left + svg.WIDTH and top < y < top + svg.HEIGHT
                    for left, top in cards
                )


def drawn(title: str) -> bytes:
    """A line of text as PNG, on a computer without fonts of its own."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="40">'
    line = f'{svg}<text x="5" y="30" font-size="17">{title}</text></svg>'
    return png.rasterize(line.encode(), system_fonts=False)


@pytest.mark.parametrize(
    "letters", ["aä", "oø", "шщ", "λμ", "אב", "中国", "あい", "한국", "→✓", "×…"]
)
def test_the_png_writes_letters_of_other_alphabets(letters: str) -> None:
    """Each has its own form: none is left out, and no box stands for it."""
    pictures = {drawn(text) for text in (*letters, "", "\U0010ffff")}
    assert len(pictures) == len(letters) + 2


def test_a_picture_that_is_too_large_is_refused() -> None:
    with pytest.raises(FileError, match="too much for a PNG"):
        png.rasterize(b'<svg xmlns="http://www.w3.org/2000/svg" width="9000" height="9000"/>')


def test_the_card_says_what_matters(artefact: str) -> None:
    history = {"loss": [1.0, 0.5, 0.25], "val_loss": [1.1, None, 0.4]}
    text = exported(
        "card",
        artefact=artefact,
        title="Mine | <b>",
        options={
            "history": history,
            "test": {"accuracy": 0.9333},
            "versions": {"keras": "3.15.1"},
        },
    ).decode()
    assert text.startswith("# Mine \\| \\<b\\>\n")
    for said in (
        "| Examples kept for the test | 30 |",
        "| dense | Dense | 16 | 80 |",
        "| optimizer | SGD(",
        "| accuracy | 0.9333 |",
        "| 2 | 0.5 |  |",
        "| curve | █▃▁ |",
        "## Limits",
        "| keras | 3.15.1 |",
    ):
        assert said in text, said
    with pytest.raises(FileError, match="Only a trained model"):
        exported("card")
