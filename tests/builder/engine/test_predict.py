"""A drawing is answered as the model would, and doubted when it should be."""

from __future__ import annotations

import os

import numpy as np
import pytest

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.data import loading
from builder.engine.inference import model_cache, predict_image
from builder.errors import DataError, FileError
from builder.spec import ObjectSpec, TrainingSpec
from tests.builder.engine.drawings import canvas, dense, drawn, enlarged, saved, training


def test_drawings_are_answered_as_well_as_the_test_set(trained, digits):
    artefact, spec = trained
    pictures, labels = digits
    answers = [predict_image.predict_drawing(artefact, spec, canvas(p)) for p in pictures[:150]]
    right = np.array([a["class"] == str(y) for a, y in zip(answers, labels, strict=False)])
    model = keras.models.load_model(artefact)
    _, exam = model.evaluate(pictures / 255.0, np.eye(10)[labels], verbose=0)
    assert abs(right.mean() - exam) < 0.06 and right.mean() > 0.8
    sure = np.array([a["sure"] for a in answers])
    assert 0.2 < sure.mean() < 1
    assert right[sure].mean() > right[~sure].mean() + 0.1 and right[sure].mean() > 0.93


def test_an_answer_is_complete_and_is_what_the_model_says(trained, digits):
    artefact, spec = trained
    said = predict_image.predict_drawing(artefact, spec, canvas(digits[0][0]))
    assert set(said) == {*("seen", "probabilities", "classes", "class", "sure", "why"), "digits"}
    assert said["classes"] == [str(n) for n in range(10)] and said["why"].endswith(".")
    assert said["seen"].shape == (28, 28) and said["seen"].dtype == np.uint8
    model = keras.models.load_model(artefact)
    expected = model.predict(said["seen"][None] / 255.0, verbose=0)[0]
    assert np.allclose(said["probabilities"], expected, atol=1e-5)
    assert said["class"] == str(expected.argmax())


def test_the_paper_may_be_of_any_colour(trained, digits):
    artefact, spec = trained
    ink = enlarged(digits[0][1])
    clear = np.zeros_like(ink)
    ways = [
        canvas(digits[0][1]),
        canvas(digits[0][1])[..., :3],
        ink,
        255 - ink,
        np.dstack([clear, clear, clear, ink]),  # black on transparent
        np.dstack([clear + 255, clear + 255, clear + 255, ink]),  # white on transparent
    ]
    seen = [predict_image.predict_drawing(artefact, spec, way)["seen"] for way in ways]
    assert all(np.abs(s.astype(int) - seen[0]).max() <= 3 for s in seen)


@pytest.mark.parametrize("shade", [None, 0, 128, 255])
def test_an_empty_canvas_says_so(trained, shade):
    image = None if shade is None else np.full((280, 280, 4), shade, "uint8")
    said = predict_image.predict_drawing(*trained, image)
    assert said["class"] is None and said["seen"] is None and not said["sure"]
    assert said["probabilities"] == [] and len(said["classes"]) == 10
    assert "empty" in said["why"] or "Nothing" in said["why"]


def test_a_dot_and_a_blot_are_not_sure(trained):
    for side in (12, 22):  # a speck, and one touch of the page's pen
        around = (100, 100, 100 + side, 100 + side)
        dot = predict_image.predict_drawing(
            *trained, drawn(lambda d, a=around: d.ellipse(a, "black"))
        )
        assert not dot["sure"] and "dot" in dot["why"] and dot["class"] is not None
    for blot in (
        lambda d: d.ellipse((60, 60, 220, 220), "black"),
        lambda d: d.rectangle((20, 20, 260, 260), "black"),
    ):
        said = predict_image.predict_drawing(*trained, drawn(blot))
        assert not said["sure"] and "filled shape" in said["why"]


def test_two_likely_answers_are_both_named(trained):
    """A face is no digit; whatever the model makes of it, it must not be certain of much."""
    artefact, spec = trained
    rng = np.random.default_rng(0)
    doubts = []
    for _ in range(20):
        points = [tuple(p) for p in rng.integers(20, 260, (9, 2)).tolist()]
        said = predict_image.predict_drawing(
            artefact, spec, drawn(lambda d, p=points: d.line(p, "black", 16, joint="curve"))
        )
        doubts.append(not said["sure"])
        if not said["sure"]:
            assert "could as well be" in said["why"] or "filled" in said["why"]
    assert np.mean(doubts) > 0.4


def test_an_answer_survives_other_work(trained, digits):
    artefact, spec = trained
    image = canvas(digits[0][2])
    first = predict_image.predict_drawing(artefact, spec, image)
    keras_model.summary(spec.model)  # clears Keras's session
    again = predict_image.predict_drawing(artefact, spec, image)
    assert again["probabilities"] == first["probabilities"]


def test_a_model_is_loaded_once_and_before_the_first_stroke(trained, digits, monkeypatch):
    predict_image.predict_drawing(*trained, None)
    monkeypatch.setattr(model_cache, "load_artefact", pytest.fail)
    predict_image.predict_drawing(*trained, canvas(digits[0][2]))


def test_a_model_trained_anew_is_noticed(tmp_path):
    spec = dense(ObjectSpec("Digits", {"variants": 1}))
    image = drawn(lambda d: d.line((140, 40, 140, 240), "black", 20))
    path = tmp_path / "model.keras"
    before = predict_image.predict_drawing(saved(spec, path), spec, image)
    keras.utils.set_random_seed(5)
    other = keras_model.build(spec.model)
    other.save(path)
    os.utime(path, ns=(1, 1))
    after = predict_image.predict_drawing(str(path), spec, image)
    assert before["probabilities"] != after["probabilities"]


@pytest.mark.parametrize(
    ("config", "shape", "units", "last"),
    [
        ({"scale": "standard"}, (28, 28), 10, "softmax"),
        ({"channel_axis": True}, (28, 28, 1), 10, "softmax"),
        ({"scale": "none"}, (28, 28), 10, None),
        ({}, (None, None), 10, "softmax"),
    ],
)
def test_every_preparation_is_applied_to_drawings(tmp_path, digits, config, shape, units, last):
    dataset = ObjectSpec("Digits", {"variants": 1, **config})
    spec = dense(dataset, shape, units, last)
    if None in shape:
        layers = (
            ObjectSpec("InputLayer", {"shape": (None, None, 1)}),
            ObjectSpec("Conv2D", {"filters": 4, "kernel_size": 3}),
            ObjectSpec("GlobalAveragePooling2D"),
            ObjectSpec("Dense", {"units": 10, "activation": "softmax"}),
        )
        spec = training(dataset, *layers)
    artefact = saved(spec, tmp_path / "model.keras")
    said = predict_image.predict_drawing(artefact, spec, canvas(digits[0][3]))
    found = loading.load(dataset)
    x = found.input.scaling(said["seen"][None]).reshape(1, *[s or 28 for s in spec_shape(spec)])
    scores = (
        keras.models.load_model(artefact, compile=False).predict(x, verbose=0)[0].astype("float64")
    )
    if last is None:
        scores = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    assert np.allclose(said["probabilities"], scores, atol=1e-4)


def spec_shape(spec: TrainingSpec) -> tuple[int | None, ...]:
    shape: tuple[int | None, ...] = spec.model.layers["input_layer"].config["shape"]
    return shape


def test_without_a_project_values_run_from_0_to_1(trained, digits):
    image = canvas(digits[0][0])
    bare, full = (
        predict_image.predict_drawing(trained[0], None, image),
        predict_image.predict_drawing(*trained, image),
    )
    assert bare["probabilities"] == full["probabilities"] and bare["class"] == full["class"]


# --- models that do not fit --------------------------------------------------------------------


def test_models_that_cannot_read_a_drawing_say_so(tmp_path, trained):
    image = drawn(lambda d: d.line((140, 40, 140, 240), "black", 20))
    iris = training(
        ObjectSpec("Iris"),
        ObjectSpec("InputLayer", {"shape": (4,)}),
        ObjectSpec("Dense", {"units": 3, "activation": "softmax"}),
    )
    with pytest.raises(DataError, match="a drawing is 28×28"):
        predict_image.predict_drawing(saved(iris, tmp_path / "iris.keras"), iris, image)
    few = dense(ObjectSpec("Digits", {"variants": 1}), units=7)
    with pytest.raises(DataError, match="scores 7 classes but the dataset has 10"):
        predict_image.predict_drawing(saved(few, tmp_path / "few.keras"), few, image)


def test_damaged_or_missing_models_are_file_errors(tmp_path, trained):
    image = drawn(lambda d: d.line((140, 40, 140, 240), "black", 20))
    with pytest.raises(FileError, match="it is missing"):
        predict_image.predict_drawing(str(tmp_path / "none.keras"), trained[1], image)
    (tmp_path / "bad.keras").write_bytes(b"PK nothing")
    with pytest.raises(FileError, match="it is cut off"):
        predict_image.predict_drawing(str(tmp_path / "bad.keras"), trained[1], image)
