"""A drawing for a model of several inputs: what is set beside it reaches the model as data did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from builder import starters
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.engine.inference import digit_image, predict_multi
from builder.errors import DataError
from builder.kinds.registry import find_kind

PAIRS = starters.find_starter("digit_pairs").training
COVERED = starters.find_starter("covered_digits").training
DRAWING = np.full((280, 280), 255, np.uint8)
DRAWING[40:240, 120:160] = 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("beside")
    for training in (PAIRS, COVERED):
        keras_model.build_compiled(training).save(where / f"{training.model.name}.keras")
    return where


def test_two_equal_pictures_get_what_the_model_says_of_them(folder: Path) -> None:
    artefact = str(folder / "digit_pairs.keras")
    (other,) = predict_multi.other_inputs(PAIRS)
    assert other["node"] == "second" and other["images"].shape == (12, 28, 28)
    said = predict_multi.predict_drawing(artefact, PAIRS, DRAWING, {"second": 3})
    seen = digit_image.centre(digit_image.extract_ink(DRAWING))
    assert np.array_equal(said["seen"], seen)
    model = keras_model.build_compiled(PAIRS)
    second = loading.load(PAIRS.dataset).column("second").test[3:4]
    truth = model.predict([seen[None] / np.float32(255), second], verbose=0)[0, 0]
    (answer,) = said["outputs"]
    assert answer["classes"] == ["different", "same"]
    assert answer["probabilities"][1] == pytest.approx(truth, abs=1e-5)


def test_numbers_are_scaled_as_the_training_rows_were(folder: Path) -> None:
    artefact = str(folder / "covered_digits.keras")
    (other,) = predict_multi.other_inputs(COVERED)
    fields = find_kind(other["column"].kind).fields(other["column"])
    assert next(iter(fields)) == "width" and len(fields) == 6
    assert all(field.min <= field.start <= field.max for field in fields.values())
    high = {"measures": [field.max for field in fields.values()]}
    said = predict_multi.predict_drawing(artefact, COVERED, DRAWING, high)
    model = keras_model.build_compiled(COVERED)
    seen = said["seen"][None] / np.float32(255)
    truth = model.predict([seen, np.ones((1, 6), "float32")], verbose=0)[0]
    assert said["outputs"][0]["probabilities"] == pytest.approx(truth, abs=1e-5)


def test_an_empty_canvas_and_a_missing_input_are_said(folder: Path) -> None:
    artefact = str(folder / "covered_digits.keras")
    empty = predict_multi.predict_drawing(artefact, COVERED, None, {})
    assert empty["seen"] is None and empty["outputs"][0]["probabilities"] == []
    with pytest.raises(DataError, match="also reads 'measures'"):
        predict_multi.predict_drawing(artefact, COVERED, DRAWING, {})


def test_a_model_without_pictures_takes_no_drawing() -> None:
    with pytest.raises(DataError, match="cannot read a drawing"):
        predict_multi.other_inputs(starters.find_starter("reviews").training)
