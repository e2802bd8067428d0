"""A last layer, a loss, labels and metrics that do not fit each other."""

from __future__ import annotations

from collections.abc import Mapping

from builder.spec import chain
from tests.broken.make import FLAT, OUT, Broken, digits, points
from tests.zoo import DIGITS, dense, given, layer, training

ENDS: Mapping[str, Broken] = {
    "units": Broken(
        digits(*FLAT, dense(12, "softmax")),
        "model.dense",
        "'dense' (Dense) gives 12 numbers, but Handwritten digits (built in) needs 10, one for"
        " each class.",
    ),
    "units_regression": Broken(
        training(chain("broken", given(10), dense(3)), layer("Diabetes"), "MeanSquaredError", ()),
        "model.dense",
        "'dense' (Dense) gives 3 numbers, but Diabetes progression needs 1, the value to predict.",
    ),
    "still_an_image": Broken(
        digits(given(28, 28), OUT),
        "model.dense",
        "'dense' (Dense) is last and gives (batch, 28, 10): still a sequence. One row of"
        " numbers for each example is expected: (batch, numbers).",
    ),
    "still_a_picture": Broken(
        digits(
            given(28, 28, 1),
            layer("Conv2D", filters=10, kernel_size=3, activation="softmax"),
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.conv2d",
        "'conv2d' (Conv2D) is last and gives (batch, 26, 26, 10): still a picture. One row of"
        " numbers for each example is expected: (batch, numbers).",
    ),
    "labels_integers": Broken(
        digits(*FLAT, OUT, dataset=DIGITS.with_(labels="integers")),
        "compile.loss",
        "categorical_crossentropy expects one-hot labels, but Handwritten digits (built in)"
        " gives integer labels (0 to 9).",
    ),
    "labels_one_hot": Broken(
        digits(*FLAT, OUT, loss="SparseCategoricalCrossentropy"),
        "compile.loss",
        "sparse_categorical_crossentropy expects integer labels, but Handwritten digits (built"
        " in) gives one-hot labels (rows like 0 0 1 0).",
    ),
    "linear_end": Broken(
        digits(*FLAT, dense(10)),
        "model.dense",
        "'dense' (Dense) ends with linear; categorical_crossentropy expects softmax,"
        " probabilities that add up to 1.",
    ),
    "relu_end": Broken(
        digits(*FLAT, dense(10, "relu")),
        "model.dense",
        "'dense' (Dense) ends with relu; categorical_crossentropy expects softmax,"
        " probabilities that add up to 1.",
    ),
    "softmax_with_logits": Broken(
        digits(*FLAT, OUT, loss=layer("CategoricalCrossentropy", from_logits=True)),
        "model.dense",
        "'dense' (Dense) ends with softmax; categorical_crossentropy expects linear (no"
        " activation), because from_logits=True applies it by itself.",
    ),
    "sigmoid_end": Broken(
        digits(*FLAT, dense(10, "sigmoid")),
        "model.dense",
        "'dense' (Dense) ends with sigmoid; categorical_crossentropy expects softmax,"
        " probabilities that add up to 1.",
        False,
    ),
    "softmax_of_one": Broken(
        points(given(2), dense(4, "relu"), dense(1, "softmax")),
        "model.dense_1",
        "'dense_1' (Dense) ends with softmax over 1 unit, which is always exactly 1.",
    ),
    "binary_two_units": Broken(
        points(given(2), dense(4, "relu"), dense(2, "softmax")),
        "model.dense_1",
        "'dense_1' (Dense) gives 2 numbers, but binary_crossentropy with labels 0 and 1 expects"
        " 1, the probability of class 1.",
    ),
    "sparse_one_unit": Broken(
        points(
            given(2), dense(4, "relu"), dense(1, "sigmoid"), loss="SparseCategoricalCrossentropy"
        ),
        "model.dense_1",
        "'dense_1' (Dense) gives 1 number, but sparse_categorical_crossentropy expects one for"
        " each of the 2 classes (teal, orange).",
    ),
    "binary_of_ten": Broken(
        digits(*FLAT, OUT, loss="BinaryCrossentropy", dataset=DIGITS.with_(labels="integers")),
        "compile.loss",
        "binary_crossentropy answers yes-or-no questions (labels 0 and 1), but Handwritten"
        " digits (built in) has 10 classes.",
    ),
    "regression_loss": Broken(
        points(given(2), dense(1, "sigmoid"), loss="MeanSquaredError"),
        "compile.loss",
        "mean_squared_error is a loss for regression, but Circles is a classification task.",
    ),
    "class_loss": Broken(
        training(chain("broken", given(10), dense(1)), layer("Diabetes"), "BinaryCrossentropy", ()),
        "compile.loss",
        "binary_crossentropy is a loss for classification, but Diabetes progression is a"
        " regression task.",
    ),
    "regression_softmax": Broken(
        training(
            chain("broken", given(10), dense(1, "softmax")),
            layer("Diabetes"),
            "MeanSquaredError",
            (),
        ),
        "model.dense",
        "'dense' (Dense) ends with softmax over 1 unit, which is always exactly 1.",
    ),
    "regression_relu": Broken(
        training(
            chain("broken", given(10), dense(1, "relu")), layer("Diabetes"), "MeanSquaredError", ()
        ),
        "model.dense",
        "'dense' (Dense) ends with relu; mean_squared_error expects linear, so that every value"
        " can be reached.",
        False,
    ),
    "regression_accuracy": Broken(
        training(chain("broken", given(10), dense(1)), layer("Diabetes"), "MeanSquaredError"),
        "compile.metrics",
        "The metric accuracy measures classification, but Diabetes progression is a regression"
        " task.",
    ),
    "metric_labels": Broken(
        digits(*FLAT, OUT, metrics=("SparseCategoricalAccuracy",)),
        "compile.metrics",
        "The metric sparse_categorical_accuracy expects integer labels, but Handwritten digits"
        " (built in) gives one-hot ones.",
    ),
    "categorical_of_two": Broken(
        points(given(2), dense(4, "relu"), dense(1, "sigmoid"), loss="CategoricalCrossentropy"),
        "compile.loss",
        "categorical_crossentropy expects one-hot labels, but Circles gives integer labels (0 to"
        " 1).",
    ),
    "categorical_of_two_units": Broken(
        points(given(2), dense(4, "relu"), dense(2, "softmax"), loss="CategoricalCrossentropy"),
        "compile.loss",
        "categorical_crossentropy expects one-hot labels, but Circles gives integer labels (0 to"
        " 1).",
    ),
}
