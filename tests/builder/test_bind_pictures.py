"""Pasted code that reads a folder of pictures gets the pictures, and keeps its model."""

from __future__ import annotations

from dataclasses import replace

from builder import check, parse
from builder.datasets import data_to_come
from builder.engine.build import keras_model
from builder.spec import Config, ObjectSpec
from builder.suggest.bind.bind_pictures import awaits_pictures, bind_pictures
from builder.suggest.media.picture_dataset import expected_facts

CODE = """
from tensorflow import keras
from tensorflow.keras import layers
train = keras.utils.image_dataset_from_directory(
    "flowers", label_mode="{mode}", validation_split=0.2, subset="training", seed=3,
    image_size=(48, 64), batch_size=16)
held = keras.utils.image_dataset_from_directory(
    "flowers", label_mode="{mode}", validation_split=0.2, subset="validation", seed=3,
    image_size=(48, 64), batch_size=16)
model = keras.Sequential([
    keras.Input((48, 64, 3)), layers.Rescaling(1 / 255), layers.Conv2D(4, 3, activation="relu"),
    layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")])
model.compile("adam", "{loss}", metrics=["accuracy"])
model.fit(train, validation_data=held, epochs=2)
"""
DROPPED = ObjectSpec(
    "PictureFolder",
    Config(
        file="0" * 64, name="flowers.zip", classes={"aster": 9, "rose": 9, "tulip": 9},
        height=96, width=96,
    ),
)  # fmt: skip


def read(mode: str, loss: str):
    training = parse.parse(CODE.format(mode=mode, loss=loss)).training
    assert training is not None and awaits_pictures(training)
    return training


def test_the_model_stays_and_the_pictures_get_its_size() -> None:
    for mode, loss, labels in (
        ("int", "sparse_categorical_crossentropy", "integers"),
        ("categorical", "categorical_crossentropy", "one_hot"),
    ):
        training = read(mode, loss)
        bound = bind_pictures(training, DROPPED)
        config = bound.training.dataset.config
        assert bound.training.model == training.model and bound.training.fit == training.fit
        assert (config["height"], config["width"], config["color_mode"]) == (48, 64, "rgb")
        assert config["labels"] == labels and config["file"] == DROPPED.config["file"]
        facts = expected_facts(bound.training.dataset)
        built = keras_model.summary(training.model)
        assert [p for p in check.problems(bound.training, facts, built) if p.severe] == []


def test_what_it_asks_for_is_said_and_other_code_does_not_ask() -> None:
    training = read("int", "sparse_categorical_crossentropy")
    assert "drop the folder, or a ZIP of it," in data_to_come.remedy(training.dataset.config)
    assert not awaits_pictures(replace(training, dataset=ObjectSpec("Digits")))
