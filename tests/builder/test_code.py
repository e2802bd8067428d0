"""The exported script: what a tutorial would print, and the very numbers of our own training."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

import pytest

from builder import code, edit
from builder.datasets import npz_file
from builder.errors import LayerwiseError
from builder.spec import Config, chain
from tests import zoo
from tests.zoo import TUTORIAL, dense, given, layer

SOURCE = """\
from keras.datasets import mnist
from keras.utils import to_categorical

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0
y_train = to_categorical(y_train, 10)
y_test = to_categorical(y_test, 10)
"""

EXPECTED = '''\
"""Handwritten digits."""

# Requirements: VERSIONS

import os

import keras
from keras import layers
from keras.datasets import mnist
from keras.utils import to_categorical

# One thread, as in the training this repeats: more may change the last digits of sums
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"

# Load and prepare the data
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0
y_train = to_categorical(y_train, 10)
y_test = to_categorical(y_test, 10)

# Define the model
keras.utils.set_random_seed(1)
model = keras.Sequential(
    [
        keras.Input(shape=(28, 28)),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        # layers.Dropout(0.2),  # switched off
        layers.Dense(10, activation="softmax"),
    ],
    name="tutorial",
)

model.summary()

# Compile the model
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)

# Train the model
history = model.fit(
    x_train,
    y_train,
    epochs=2,
    batch_size=32,
    validation_split=0.2,
)

# Evaluate the model on data it has not seen
test_loss, test_accuracy = model.evaluate(x_test, y_test)
print(f"Test accuracy: {test_accuracy:.4f}")

# Make predictions
predictions = model.predict(x_test)
print(predictions.argmax(axis=1)[:10])

# Save the model
model.save("model.keras")
'''


def test_the_tutorial_reads_like_the_tutorial() -> None:
    text = code.script(zoo.STACKS["switched_off"], SOURCE, "Handwritten digits")
    assert re.sub(r"keras==3[.0-9]+ tensorflow(-cpu)?==2[.0-9]+", "VERSIONS", text) == EXPECTED


def stack(*layers: Any, **more: Any) -> str:
    return code.script(zoo.training(chain("m", *layers), zoo.DIGITS, **more), SOURCE)


def test_only_what_differs_from_the_default_is_written() -> None:
    text = stack(
        given(28, 28),
        layer("LSTM", units=8, return_sequences=False, activation="tanh"),
        dense(10, "softmax", use_bias=True, kernel_initializer="glorot_uniform"),
    )
    assert "layers.LSTM(8)," in text
    assert 'layers.Dense(10, activation="softmax"),' in text


def test_nested_objects_are_calls_or_short_strings() -> None:
    text = code.script(zoo.STACKS["nested_choices"], SOURCE)
    assert 'kernel_initializer="he_normal"' in text
    assert "kernel_regularizer=keras.regularizers.L2(" in text
    assert "keras.optimizers.schedules.CosineDecay(0.05, 100)" in text
    assert "class_weight={0: 1.0, 2: 2.0}" in text
    text = code.script(zoo.STACKS["rows_as_sequence"], SOURCE)
    assert 'layers.TimeDistributed(layers.Dense(8, activation="relu")),' in text
    assert 'layers.Bidirectional(layers.GRU(8), merge_mode="sum"),' in text


def test_an_epoch_schedule_is_a_small_function() -> None:
    schedule = layer("ExpDecay", rate=0.2)
    text = stack(
        given(28, 28),
        layer("Flatten"),
        dense(10, "softmax"),
        callbacks=(layer("LearningRateScheduler", schedule=schedule),),
    )
    assert "\n\nimport math\nimport os\n\nimport keras\n" in text
    scope: dict[str, Any] = {}
    rule = text[text.index("def exp_decay") : text.index("# Compile")]
    exec(f"import math\n{rule}", scope)  # noqa: S102
    assert scope["exp_decay"](3, 0.1) == 0.1
    assert scope["exp_decay"](10, 0.1) == pytest.approx(0.1 * 2.718281828459045**-0.2)
    assert "callbacks=[keras.callbacks.LearningRateScheduler(exp_decay)]," in text


def test_a_name_given_by_a_person_is_kept() -> None:
    spec = zoo.STACKS["tutorial"]
    model = replace(edit.rename(TUTORIAL, "dense_1", "digits"), name="model")
    text = code.script(zoo.training(model, spec.dataset), SOURCE)
    assert 'layers.Dense(10, activation="softmax", name="digits"),' in text
    assert text.count("name=") == 1


def test_a_layer_that_learns_from_the_data_does_so_before_the_model() -> None:
    assert """\
# Let the first layer learn from the data
normalization = layers.Normalization()
normalization.adapt(x_train)

# Define the model
keras.utils.set_random_seed(1)
normalization_1 = layers.Normalization()
model = keras.Sequential(
    [
        keras.Input(shape=(4,)),
        normalization,
        layers.Dense(16, activation="relu"),
        normalization_1,
        layers.Dense(3, activation="softmax"),
    ],
    name="normalized",
)

# Let normalization_1 learn from what reaches it
before = keras.Model(model.inputs, normalization_1.input)
normalization_1.adapt(before.predict(x_train))

model.summary()
""" in code.script(zoo.STACKS["normalized"], SOURCE)


def test_one_whose_table_is_given_stands_in_the_stack() -> None:
    text = stack(
        given(28, 28),
        layer("Normalization", mean=(0.1,), variance=(0.2,)),
        layer("Flatten"),
        dense(10, "softmax"),
    )
    assert "adapt" not in text
    assert "layers.Normalization(mean=(0.1,), variance=(0.2,))," in text


def test_speed_is_asked_for_in_keras_words() -> None:
    assert "    jit_compile=True,\n)" in code.script(zoo.STACKS["compiled"], SOURCE)
    text = code.script(zoo.STACKS["half_precision"], SOURCE)
    assert text.index('keras.config.set_dtype_policy("mixed_bfloat16")') < text.index("layers.")
    assert 'before.predict(x_train).astype("float32")' in text
    plain = zoo.STACKS["tutorial"]
    usual = plain.with_compile(dtype_policy="float32", jit_compile=None)
    assert code.script(usual, SOURCE) == code.script(plain, SOURCE)


def test_text_cannot_break_out_of_its_quotes() -> None:
    evil = 'x"); import os; os.abort() #\n'
    text = stack(given(28, 28), layer("Flatten"), dense(10, "softmax", kernel_initializer=evil))
    names = {n.attr for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Attribute)}
    assert "environ" in names and "abort" not in names
    titled = code.script(zoo.STACKS["tutorial"], SOURCE, '"""\nimport os\n"""')
    assert titled.splitlines()[0] == '"""import os."""'


HOSTILE = (
    'x"); import os; os.abort() #',
    "x'); import os; os.abort() #",
    '"""\nimport os\n"""',
    "\\",
    "a\nimport os\n",
    "a\rimport os\u2028import os\x85import os\x0cimport os",
    "{__import__('os').abort()}",
    "\u202e#txet detrever",
    "\x00",
    "日本 🙂",
)


def shape_of(text: str) -> str:
    """The statements of a script, whatever its texts say."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "text"
    return ast.dump(tree)


def with_text(text: str) -> str:
    """A script that carries ``text`` wherever a project may hold any text."""
    stack = chain(
        text,
        given(28, 28),
        layer("Dropout", rate=0.1),
        layer("Flatten"),
        dense(10, text, kernel_initializer=text, kernel_regularizer=layer("L2", l2=text)),
    )
    names = {"dense": f"{text} 1", "dropout": f"{text} 2"}
    rows = tuple(
        replace(n, name=names.get(n.name, n.name), off=n.name == "dropout",
                inbound=tuple(names.get(r, r) for r in n.inbound))
        for n in stack.nodes
    )  # fmt: skip
    callbacks = (
        layer("EarlyStopping", monitor=text),
        layer("TensorBoard", log_dir=text),
        layer("ModelCheckpoint", filepath=text),
        layer("LearningRateScheduler", schedule=layer("StepDecay", factor=text)),
    )
    spec = zoo.training(replace(stack, nodes=rows, outputs=(names["dense"],)), zoo.DIGITS)
    spec = spec.with_compile(loss=text, optimizer=layer("SGD", weight_decay=text))
    spec = spec.with_compile(jit_compile=text, dtype_policy=text)
    spec = spec.with_fit(callbacks=callbacks, shuffle=text)
    file = npz_file.source(Config(file=text))
    return code.script(spec, file, f"Title {text}")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_text_of_a_project_becomes_a_statement(text: str) -> None:
    script = with_text(text)
    assert shape_of(script) == shape_of(with_text("harmless"))
    assert "\u202e" not in script


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_a_script_writes_without_quotes_must_be_a_name(text: str) -> None:
    good = zoo.STACKS["tutorial"]
    flat, nested = layer("Flatten"), layer("L2", **{text: 1})
    for bad in (
        zoo.training(chain("m", given(28, 28), flat, layer(text)), zoo.DIGITS),
        zoo.training(chain("m", given(28, 28), flat, layer("Dense", **{text: 1})), zoo.DIGITS),
        zoo.training(chain("m", given(28, 28, **{text: 1}), flat), zoo.DIGITS),
        zoo.training(
            chain("m", given(28, 28), flat, dense(2, kernel_regularizer=nested)), zoo.DIGITS
        ),
        good.with_compile(loss=layer(text)),
        good.with_compile(metrics=(layer(text),)),
        good.with_compile(optimizer=layer("Adam", **{text: 1})),
        good.with_fit(**{text: 1}),
        good.with_fit(class_weight={text: 1.0}),
        good.with_fit(class_weight={"0": text}),
        good.with_fit(callbacks=(layer(text),)),
        good.with_fit(
            callbacks=(
                layer("LearningRateScheduler", schedule=layer("StepDecay", **{text: 1})),
            )
        ),
    ):  # fmt: skip
        with pytest.raises(LayerwiseError):
            code.script(bad, SOURCE)
