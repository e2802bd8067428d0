"""Pictures as answers: what a model gives back is compared with NumPy's own numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builder import check, starters
from builder.engine.analysis import shaped_answers
from builder.engine.build import keras_model
from builder.engine.data import column_arrays, loading
from builder.engine.inference import baselines, evaluation
from builder.errors import DataError
from builder.facts import Problem
from builder.spec import ObjectSpec, TrainingSpec, chain
from pages.widgets.evaluate import pictures_beside_truth

DIGITS = ObjectSpec("Digits", {"variants": 1, "labels": "integers"})


def small(*layers: ObjectSpec, column: str = "x") -> TrainingSpec:
    model = chain("again", ObjectSpec("InputLayer", {"shape": (28, 28)}), *layers)
    return TrainingSpec(
        model,
        DIGITS,
        {"input_layer": "x", model.outputs[0]: column},
        compile={
            "optimizer": ObjectSpec("Adam"),
            "loss": ObjectSpec("BinaryCrossentropy"),
            "metrics": (ObjectSpec("MeanAbsoluteError"),),
        },
    )


FLATTEN, SIGMOID = ObjectSpec("Flatten"), {"activation": "sigmoid"}
CODE = (FLATTEN, ObjectSpec("Dense", {"units": 16, "activation": "relu"}))
PICTURE = ObjectSpec("Reshape", {"target_shape": (28, 28)})
AGAIN = small(*CODE, ObjectSpec("Dense", {"units": 784, **SIGMOID}), PICTURE)
READER = replace(
    small(FLATTEN, ObjectSpec("Dense", {"units": 10, "activation": "softmax"})), columns={}
).with_compile(loss=ObjectSpec("SparseCategoricalCrossentropy"), metrics=(ObjectSpec("accuracy"),))


def saved(training: TrainingSpec, path: Path, epochs: int) -> str:
    arrays = column_arrays.bind_arrays(training, loading.load(training.dataset))
    model = keras_model.build_compiled(training)
    model.fit(arrays.x_train, arrays.y_train, epochs=epochs, verbose=0)
    model.save(path)
    return str(path)


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("again")
    return saved(AGAIN, folder / "again.keras", 8), saved(READER, folder / "reader.keras", 4)


def found(training: TrainingSpec) -> tuple[Problem, ...]:
    facts = loading.load(training.dataset).facts
    return check.problems(training, facts, keras_model.summary(training.model))


def test_an_autoencoder_is_no_mistake_and_learns_what_it_reads() -> None:
    assert found(AGAIN) == ()
    arrays = column_arrays.bind_arrays(AGAIN, loading.load(DIGITS))
    assert arrays.y_train is arrays.x_train and arrays.y_test is arrays.x_test


@pytest.mark.parametrize("cut", [1, 2])
def test_an_end_of_another_shape_is_mended_with_one_press(cut: int) -> None:
    layers = [layer for layer in AGAIN.model.layers.values() if layer.class_name != "InputLayer"]
    (problem,) = found(small(*layers[:-cut]))
    assert "the answer is picture 28 × 28" in problem.message
    assert found(problem.fixes[0].training) == ()


def test_a_class_number_cannot_be_given_for_a_word() -> None:
    data = loading.load(ObjectSpec("Reviews"))
    with pytest.raises(DataError, match="No output can answer"):
        data.answer("text")


def test_answers_stand_beside_the_truth(artefacts: tuple[str, str]) -> None:
    shown = shaped_answers.answer_pictures(artefacts[0], AGAIN)
    true = loading.load(DIGITS).input.test
    said = evaluation.get_answers(artefacts[0], AGAIN).outputs[0].said
    errors = np.abs(true - said).mean(axis=(1, 2))
    assert np.allclose(shown["errors"], errors) and shown["again"] and shown["overlap"] is None
    worst = shown["groups"][0]
    assert worst["indices"][0] == errors.argmax()
    assert np.array_equal(worst["true"]["images"][0], (true[errors.argmax()] * 255).astype("uint8"))
    assert np.abs(worst["said"]["images"][0] / 255.0 - said[errors.argmax()]).max() < 1 / 255
    page = pictures_beside_truth.rows_html(worst, again=True)
    assert page.count("<img") == 2 * shaped_answers.SHOWN
    guess = baselines.compare(AGAIN)["models"]
    assert [m["name"] for m in guess] == ["Always the mean"]
    report = evaluation.report(artefacts[0], AGAIN)
    assert report["test"]["mean_absolute_error"] < guess[0]["mae"]


def test_noise_is_told_and_another_run_reads_the_answers(artefacts: tuple[str, str]) -> None:
    again, reader = artefacts
    quiet = shaped_answers.answer_noisy(again, AGAIN, 0.0, reader=(reader, READER))
    assert quiet["noisy"] == 0 and quiet["accuracy"]["clean"] == quiet["accuracy"]["noisy"]
    rows = slice(0, quiet["rows"])
    report = evaluation.get_answers(reader, READER).outputs[0]
    truth = loading.load(DIGITS).target.raw.test[rows]
    right = (report.said[rows].argmax(axis=1) == truth).mean()
    assert quiet["accuracy"]["clean"] == pytest.approx(right)
    loud = shaped_answers.answer_noisy(again, AGAIN, 0.6, reader=(reader, READER))
    assert loud["noisy"] > 0.1 and loud["accuracy"]["noisy"] < right
    assert "further from the truth" in pictures_beside_truth.sentence(quiet)


def test_masks_overlap_as_keras_says() -> None:
    from builder.engine.build.backend import keras

    true = np.zeros((3, 4, 4, 1), "float32")
    true[:, 1:3, 1:3] = 1
    said = np.random.default_rng(0).uniform(size=true.shape)
    metric = keras.metrics.BinaryIoU(target_class_ids=[1])
    metric.update_state(true, said)
    assert shaped_answers.overlap(true, said) == pytest.approx(float(metric.result()))
    assert shaped_answers.overlap(true * 0.4, said) is None


def test_a_mask_is_a_target_with_a_shape() -> None:
    training = starters.find_starter("discs_unet").training
    data = loading.load(training.dataset)
    assert data.target.facts.shape == (32, 32, 1) and data.target.facts.is_shares
    assert set(np.unique(data.target.test)) == {0, 1}
    dice = training.with_compile(loss=ObjectSpec("Dice"))
    facts = keras_model.summary(training.model)
    assert check.problems(dice, data.facts, facts) == ()
