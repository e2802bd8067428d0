"""A trained model in other forms: each opened by its own runtime, with the same predictions."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from builder import edit, starters
from builder.engine.build import keras_model
from builder.engine.data import column_arrays, loading
from builder.engine.training import adapt_layers
from builder.errors import FileError
from builder.exporters.contract import ExportRequest, missing_packages
from builder.exporters.registry import all_exporters
from builder.spec import Config, TrainingSpec, chain
from tests import zoo
from tests.zoo import dense, given, layer

CLOSE = 1e-5
"""How far probabilities may be apart; another runtime adds up in another order."""

IN_8_BITS = 0.05
"""The same where weights and layers have 8 bits."""

RECURRENT = chain(
    "recurrent",
    given(6, 3),
    layer("LSTM", units=4, return_sequences=True),
    layer("GRU", units=4),
    dense(2, "softmax"),
)
TRAININGS = {
    "dense": zoo.STACKS["nested_choices"],
    "normalized": zoo.STACKS["normalized"],
    "recurrent": zoo.training(RECURRENT, zoo.DIGITS),
    "graph": zoo.training(zoo.MULTI, zoo.DIGITS),
}


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Models as runs leave them; what their weights are does not matter here."""
    folder = tmp_path_factory.mktemp("artefacts")
    for name, training in TRAININGS.items():
        keras.utils.set_random_seed(1)
        model = keras_model.build(training.model)
        if name == "normalized":
            adapt_layers.adapt(model, loading.load(training.dataset).input.train)
        model.save(folder / f"{name}.keras")
    return {name: str(folder / f"{name}.keras") for name in TRAININGS}


def rows(model: keras.Model) -> list[np.ndarray]:
    chance = np.random.default_rng(0)
    return [chance.integers(0, 9, (3, *t.shape[1:])).astype(t.dtype) for t in model.inputs]


def ours(artefact: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Examples, and what Keras says of them, output by output."""
    model = keras.models.load_model(artefact)
    x = rows(model)
    y = model(x if len(x) > 1 else x[0])
    return x, [np.asarray(v) for v in (y if isinstance(y, list | tuple) else [y])]


def exported(name: str, case: str, artefacts: dict[str, str], **options: bool) -> bytes:
    request = ExportRequest(TRAININGS[case], artefacts[case], options=options)
    return all_exporters()[name].export(request)


def close(theirs: list[np.ndarray], expected: list[np.ndarray], within: float = CLOSE) -> None:
    assert len(theirs) == len(expected)
    for value in expected:  # a runtime may name and order several outputs its own way
        same = [t for t in theirs if t.shape == value.shape]
        assert any(np.abs(t - value).max() <= within for t in same)


@pytest.mark.parametrize("case", TRAININGS)
def test_tensorflow_serves_the_saved_model(
    case: str, artefacts: dict[str, str], tmp_path: Path
) -> None:
    x, expected = ours(artefacts[case])
    zipfile.ZipFile(io.BytesIO(exported("savedmodel", case, artefacts))).extractall(tmp_path)
    served = tf.saved_model.load(str(tmp_path / "saved_model"))
    y = served.serve(x) if len(x) > 1 else served.serve(x[0])
    close([np.asarray(v) for v in tf.nest.flatten(y)], expected)


def by_litert(content: bytes, x: list[np.ndarray]) -> list[np.ndarray]:
    """Example by example."""
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    places = {tuple(d["shape"][1:]): d["index"] for d in inputs}
    said = []
    for row in range(len(x[0])):
        for array in x:
            interpreter.set_tensor(places[array.shape[1:]], array[row : row + 1])
        interpreter.invoke()
        said.append([interpreter.get_tensor(d["index"])[0] for d in outputs])
    return [np.array(column) for column in zip(*said, strict=True)]


@pytest.mark.parametrize("case", TRAININGS)
def test_litert_runs_the_flat_file(case: str, artefacts: dict[str, str]) -> None:
    x, expected = ours(artefacts[case])
    close(by_litert(exported("tflite", case, artefacts), x), expected)


def test_eight_bits_are_smaller_and_nearly_as_good(artefacts: dict[str, str]) -> None:
    x = loading.load(TRAININGS["normalized"].dataset).input.test[:10].astype("float32")
    expected = np.asarray(keras.models.load_model(artefacts["normalized"])(x))
    small = exported("tflite", "normalized", artefacts, int8=True)
    close(by_litert(small, [x]), [expected], IN_8_BITS)
    interpreter = Interpreter(model_content=small)
    interpreter.allocate_tensors()
    assert any(d["dtype"] == np.int8 for d in interpreter.get_tensor_details())


def test_eight_bits_with_several_inputs(tmp_path: Path) -> None:
    """Each is measured on its own column, whatever its name."""
    training = starters.find_starter("reviews").training
    model = edit.rename(training.model, "text", "my-text.1")
    columns = {"my-text.1" if k == "text" else k: v for k, v in training.columns.items()}
    training = replace(training, model=model, columns=Config(columns))
    keras.utils.set_random_seed(1)
    keras_model.build(model).save(tmp_path / "model.keras")
    path = str(tmp_path / "model.keras")
    small = all_exporters()["tflite"].export(ExportRequest(training, path, options={"int8": True}))
    assert len(small) < 0.7 * len(all_exporters()["tflite"].export(ExportRequest(training, path)))
    x = list(column_arrays.bind_arrays(training, loading.load(training.dataset)).x_test.values())
    x = [array[:10].astype("float32") for array in x]
    expected = [np.asarray(v) for v in keras.models.load_model(path)(x)]
    said = [array.reshape(10, 1) for array in by_litert(small, x)]
    ours = sorted(expected, key=lambda v: v.mean())
    for theirs, value in zip(sorted(said, key=lambda v: v.mean()), ours, strict=True):
        np.testing.assert_allclose(theirs, value, atol=IN_8_BITS)


def test_eight_bits_are_refused_where_the_converter_has_none(artefacts: dict[str, str]) -> None:
    inside = replace(zoo.NESTED, layers=zoo.NESTED.layers.with_(inner=RECURRENT))
    for model in (RECURRENT, inside):
        training = zoo.training(model, zoo.DIGITS)
        with pytest.raises(FileError, match="with LSTM"):
            request = ExportRequest(training, artefacts["recurrent"], options={"int8": True})
            all_exporters()["tflite"].export(request)


@pytest.mark.parametrize("case", TRAININGS)
def test_onnx_runtime_runs_the_onnx_file(case: str, artefacts: dict[str, str]) -> None:
    x, expected = ours(artefacts[case])
    session = onnxruntime.InferenceSession(exported("onnx", case, artefacts))
    names = {tuple(i.shape[1:]): i.name for i in session.get_inputs()}
    found = session.run(None, {names[array.shape[1:]]: array for array in x})
    close(found, expected)


def test_what_is_not_installed_is_named(
    artefacts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = replace(all_exporters()["onnx"], requires=("onnx", "layerwise-has-no-such-package"))
    monkeypatch.setitem(all_exporters(), "onnx", lacking)
    assert missing_packages(lacking) == ("layerwise-has-no-such-package",)
    with pytest.raises(FileError, match="not installed") as found:
        exported("onnx", "dense", artefacts)
    assert found.value.hint.startswith("Run pip install layerwise-has-no-such-package")


@pytest.mark.parametrize("name", ["savedmodel", "tflite"])
def test_a_free_axis_and_a_missing_run_are_said(name: str, tmp_path: Path) -> None:
    training: TrainingSpec = TRAININGS["dense"]
    with pytest.raises(FileError, match="Only a trained model has weights"):
        all_exporters()[name].export(ExportRequest(training))
    free = keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(2)])
    free.save(tmp_path / "free.keras")
    if name == "tflite":
        with pytest.raises(FileError, match="free axis"):
            all_exporters()[name].export(ExportRequest(training, str(tmp_path / "free.keras")))
