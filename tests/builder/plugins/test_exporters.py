"""What is taken home: it opens elsewhere, says the same, and cannot be broken by a title."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from builder import document, edit, plugins
from builder.engine import build, data, export, train
from builder.engine.record import Silence
from builder.errors import CatalogError, FileError
from builder.spec import TrainingSpec
from tests import zoo

TRAINING = zoo.STACKS["nested_choices"]


def exported(name: str, training: TrainingSpec = TRAINING, **more: Any) -> bytes:
    content: bytes = plugins.exporters()[name].export(training, **more)
    return content


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("run")
    return str(train.train(TRAINING, folder, Silence(), lambda: None)["artefact"])


def test_there_are_the_promised_ones() -> None:
    found = {name: (m.SUFFIX, m.NEEDS) for name, m in plugins.exporters().items()}
    assert found == {
        "script": (".py", "project"),
        "notebook": (".ipynb", "project"),
        "project": (".json", "project"),
        "keras": (".keras", "run"),
        "h5": (".h5", "run"),
        "svg": (".svg", "project"),
        "savedmodel": (".savedmodel.zip", "run"),
        "tflite": (".tflite", "run"),
        "onnx": (".onnx", "run"),
    }
    assert all(m.TITLE for m in plugins.exporters().values())


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
    x = data.load(TRAINING.dataset).x_test
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
    facts = build.summary(model)
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
    assert export.run("project", TRAINING, title="a") == exported("project", title="a")
    with pytest.raises(CatalogError, match="no export called 'torch'"):
        export.run("torch", TRAINING)
    graph = export.run("script", zoo.training(zoo.RESIDUAL, zoo.DIGITS)).decode()
    assert 'model = keras.Model(inputs, out, name="residual")' in graph
