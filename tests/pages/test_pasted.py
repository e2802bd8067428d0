"""Pasted Keras code becomes a project, and what was not understood is told first."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from builder import parse
from builder.runs.disk import projects
from pages.widgets.home import open_file, paste_code
from tests.pages.conftest import SHELL

Visit = Callable[..., AppTest]

TUTORIAL = """
import tensorflow as tf
from tensorflow.keras import layers

(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
model = tf.keras.Sequential()
model.add(layers.Flatten(input_shape=(28, 28)))
model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3, validation_split=0.1)
launch_missiles(model)
"""


def said(at: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*at.markdown, *at.error, *at.warning))


def test_a_pasted_tutorial_opens_as_a_project(visit: Visit) -> None:
    at = visit("home")
    at.text_area(key="paste-text").set_value(TUTORIAL).run()
    at.button(key="paste-read").click().run()
    assert not at.exception
    assert "Not understood" in said(at) and "line 13" in said(at)
    assert "The code sets no seed" in said(at)
    at.button(key="paste-open").click().run()
    assert not at.exception
    (project,) = [p for p in projects.list_projects("local") if p.training.fit.get("epochs") == 3]
    classes = [layer.class_name for layer in project.training.model.layers.values()]
    assert classes == ["InputLayer", "Flatten", "Dense", "Dense"]
    assert project.training.dataset.class_name == "Mnist"
    assert project.training.seed == parse.SEED  # so that the script gives the run's numbers
    assert project.title == "MNIST digits"


def test_code_that_is_none_is_said_at_its_line(visit: Visit) -> None:
    at = visit("home")
    at.text_area(key="paste-text").set_value("model = keras.Sequential([").run()
    at.button(key="paste-read").click().run()
    assert not at.exception
    assert "line 1" in said(at).lower()
    at.text_area(key="paste-text").set_value("").run()
    at.button(key="paste-read").click().run()
    assert "Paste some code first" in said(at)


def test_a_script_of_strange_bytes_is_refused_in_words() -> None:
    found = paste_code.read_file("tutorial.py", b"\xff\xfe\x00")
    assert found == "tutorial.py is no text in UTF-8. Save it as UTF-8 and open it again."
    assert "ipynb" in str(open_file.CODE)


BRANCHED = """
import keras
from keras import layers

x = keras.Input((28, 28))
flat = layers.Flatten()(x)
wide, narrow = layers.Dense(64, activation="relu")(flat), layers.Dense(8)(flat)
y = layers.Dense(10, activation="softmax")(layers.Concatenate()([wide, narrow]))
model = keras.Model(x, y)
model.compile("adam", "sparse_categorical_crossentropy")
"""


def test_a_branched_model_opens_and_no_page_breaks(visit: Visit) -> None:
    at = visit("home")
    at.text_area(key="paste-text").set_value(BRANCHED).run()
    at.button(key="paste-read").click().run()
    at.button(key="paste-open").click().run()
    assert not at.exception
    for page in ("model", "train", "export", "runs"):
        at.switch_page(str(SHELL.parent / f"{page}.py")).run()
        assert not at.exception, page
