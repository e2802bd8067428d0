"""Nine copies of a picture: what an augmentation layer does to it while training, and only then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from builder import check
from builder.engine.analysis.augmented_copies import augment
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.errors import DataError
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec, chain

DIGITS = ObjectSpec("Digits", {"variants": 1, "channel_axis": True, "labels": "integers"})


def model(*layers: ObjectSpec) -> ModelSpec:
    return chain("m", ObjectSpec("InputLayer", {"shape": (28, 28, 1)}), *layers)


def test_copies_are_mirrored_as_by_numpy() -> None:
    flip = model(ObjectSpec("RandomFlip", {"mode": "horizontal"}))
    found = augment(flip, "random_flip", DIGITS, "x", 3, 1)
    plain = loading.load(DIGITS).input.raw.train[3]
    assert np.abs(found["plain"].astype(int) - plain).max() <= 1
    mirrored = [np.array_equal(image, found["plain"][:, ::-1]) for image in found["images"]]
    same = [np.array_equal(image, found["plain"]) for image in found["images"]]
    assert len(found["images"]) == 9 and any(mirrored) and any(same)
    assert all(a != b for a, b in zip(mirrored, same, strict=True))


def test_the_same_throw_gives_the_same_copies_and_another_others() -> None:
    turn = model(ObjectSpec("RandomRotation", {"factor": 0.2}))
    one, again, other = (
        augment(turn, "random_rotation", DIGITS, "x", 0, seed)["images"] for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_the_layers_before_it_have_their_turn_and_those_behind_do_not() -> None:
    layers = [
        ObjectSpec("Rescaling", {"scale": 2.0, "offset": -1.0}),
        ObjectSpec("RandomZoom", {"height_factor": 0.0}),
        ObjectSpec("Flatten"),
    ]
    found = augment(model(*layers), "random_zoom", DIGITS, "x", 0, 1)
    assert found["plain"].max() == 255 and found["plain"].min() == 0
    with pytest.raises(DataError, match="no picture any more"):
        augment(model(*layers), "flatten", DIGITS, "x", 0, 1)


@pytest.mark.parametrize(
    ("layer", "button"),
    [
        (ObjectSpec("RandomFlip", {"mode": "horizontal"}), "Remove 'random_flip'"),
        (ObjectSpec("RandomRotation", {"factor": (-0.5, 0.1)}), "Set factor to 0.05"),
    ],
)
def test_digits_are_not_to_be_mirrored_or_turned_over(layer: ObjectSpec, button: str) -> None:
    ends = (ObjectSpec("Flatten"), ObjectSpec("Dense", {"units": 10, "activation": "softmax"}))
    training = TrainingSpec(
        model(layer, *ends),
        DIGITS,
        compile={
            "optimizer": ObjectSpec("Adam"),
            "loss": ObjectSpec("SparseCategoricalCrossentropy"),
            "metrics": (ObjectSpec("accuracy"),),
        },
    )
    data = loading.load(DIGITS).facts
    facts = keras_model.summary(training.model)
    (problem,) = check.problems(training, data, facts)
    assert not problem.severe and problem.fixes[0].label == button
    assert check.problems(problem.fixes[0].training, data, facts) == ()
    photos = replace(training, dataset=ObjectSpec("FashionMnist"))
    assert [p for p in check.problems(photos, data, facts) if "mirrors" in p.message] == []
