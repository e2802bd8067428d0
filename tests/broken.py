"""Broken specs with their exact message: the mistakes of learners and of tampered files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder import edit
from builder.spec import ModelSpec, Node, ObjectSpec, TrainingSpec, chain
from tests.zoo import DIGITS, NESTED_CHOICES, STACKS, TUTORIAL, dense, given, layer, training


@dataclass(frozen=True, slots=True)
class Broken:
    """A spec with one thing wrong.

    Args:
        where, message: of the Problem it must give, to the letter.
        severe: training is refused.
    """

    training: TrainingSpec
    where: str
    message: str
    severe: bool = True


def _digits(*layers: ObjectSpec, **more: Any) -> TrainingSpec:
    return training(chain("broken", *layers), more.pop("dataset", DIGITS), **more)


def _points(*layers: ObjectSpec, **more: Any) -> TrainingSpec:
    more.setdefault("loss", "BinaryCrossentropy")
    return training(chain("broken", *layers), more.pop("dataset", layer("Circles")), **more)


def _tutorial(**fit: Any) -> TrainingSpec:
    return training(TUTORIAL, DIGITS, **fit)


_FLAT = (given(28, 28), layer("Flatten"))
_OUT = dense(10, "softmax")

BROKEN: Mapping[str, Broken] = {
    "empty": Broken(
        training(ModelSpec("empty"), DIGITS),
        "model",
        "The model is empty: there is no layer yet to read Handwritten digits (built in).",
    ),
    "only_input": Broken(
        _digits(given(28, 28)),
        "model",
        "There is no layer after the Input, so there is nothing to train.",
    ),
    "no_input": Broken(
        _digits(layer("Flatten"), _OUT),
        "model",
        "The model has no Input: 'flatten' (Flatten) stands first and nothing says which shape"
        " it reads.",
    ),
    "all_off": Broken(
        replace(
            STACKS["toy"],
            model=edit.switch(edit.switch(STACKS["toy"].model, "dense", True), "dense_1", True),
        ),
        "model",
        "Every layer after the Input is switched off, so there is nothing to train.",
    ),
    "input_shape": Broken(
        _digits(given(32, 32), layer("Flatten"), _OUT),
        "model.input_layer",
        "'input_layer' (InputLayer) expects examples of shape (32, 32), but Handwritten digits"
        " (built in) has (28, 28).",
    ),
    "input_with_channel": Broken(
        _digits(given(28, 28, 1), layer("Flatten"), _OUT),
        "model.input_layer",
        "'input_layer' (InputLayer) expects examples of shape (28, 28, 1), but Handwritten"
        " digits (built in) has (28, 28).",
    ),
    "no_channel_axis": Broken(
        _digits(given(28, 28), layer("Conv2D", filters=8, kernel_size=3), layer("Flatten"), _OUT),
        "model.conv2d",
        "'conv2d' (Conv2D) receives (batch, 28, 28) from 'input_layer' (InputLayer): 3 axes; it"
        " needs 4 axes (batch, height, width, channels).",
    ),
    "conv_after_flatten": Broken(
        _digits(*_FLAT, layer("Conv2D", filters=8, kernel_size=3), layer("Flatten"), _OUT),
        "model.conv2d",
        "'conv2d' (Conv2D) receives (batch, 784) from 'flatten' (Flatten): 2 axes; it needs 4"
        " axes (batch, height, width, channels).",
    ),
    "pool_of_sequence": Broken(
        _digits(given(28, 28), layer("LSTM", units=8), layer("MaxPooling1D"), _OUT),
        "model.max_pooling1d",
        "'max_pooling1d' (MaxPooling1D) receives (batch, 8) from 'lstm' (LSTM): 2 axes; it"
        " needs 3 axes (batch, steps, features).",
    ),
    "rnn_after_rnn": Broken(
        _digits(given(28, 28), layer("LSTM", units=8), layer("LSTM", units=8), _OUT),
        "model.lstm_1",
        "'lstm_1' (LSTM) receives (batch, 8) from 'lstm' (LSTM): 2 axes; it needs 3 axes"
        " (batch, steps, features).",
    ),
    "bidirectional_rnn": Broken(
        _digits(
            given(28, 28),
            layer("Bidirectional", layer=layer("LSTM", units=8)),
            layer("GRU", units=8),
            _OUT,
        ),
        "model.gru",
        "'gru' (GRU) receives (batch, 16) from 'bidirectional' (Bidirectional): 2 axes; it"
        " needs 3 axes (batch, steps, features).",
    ),
    "rnn_after_conv": Broken(
        _digits(
            given(28, 28, 1),
            layer("Conv2D", filters=8, kernel_size=3),
            layer("LSTM", units=8),
            _OUT,
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.lstm",
        "'lstm' (LSTM) receives (batch, 26, 26, 8) from 'conv2d' (Conv2D): 4 axes; it needs 3"
        " axes (batch, steps, features).",
    ),
    "too_small": Broken(
        _digits(
            given(28, 28, 1),
            layer("MaxPooling2D", pool_size=8),
            layer("Conv2D", filters=8, kernel_size=5, activation="relu"),
            layer("Flatten"),
            _OUT,
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.conv2d",
        "'conv2d' (Conv2D) receives (batch, 3, 3, 1) from 'max_pooling2d' (MaxPooling2D): only"
        " 3 × 3 is left, but its window (kernel_size) covers 5 × 5.",
    ),
    "reshape": Broken(
        _digits(given(28, 28), layer("Reshape", target_shape=(28, 27)), layer("Flatten"), _OUT),
        "model.reshape",
        "'reshape' (Reshape) receives (batch, 28, 28) from 'input_layer' (InputLayer): 784"
        " numbers for each example; the shape (28, 27) holds 756.",
    ),
    "groups": Broken(
        _digits(
            given(28, 28, 1),
            layer("Conv2D", filters=8, kernel_size=3, groups=3),
            layer("Flatten"),
            _OUT,
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.conv2d",
        "'conv2d' (Conv2D) receives (batch, 28, 28, 1) from 'input_layer' (InputLayer): 1"
        " channels and 8 filters do not split into 3 groups.",
    ),
    "tokens_without_embedding": Broken(
        training(
            chain("broken", given(200), layer("LSTM", units=8), dense(1, "sigmoid")),
            layer("Imdb"),
            "BinaryCrossentropy",
        ),
        "model.lstm",
        "'lstm' (LSTM) receives (batch, 200) from 'input_layer' (InputLayer): 2 axes; it needs"
        " 3 axes (batch, steps, features).",
    ),
    "embedding_too_small": Broken(
        training(
            chain(
                "broken",
                given(200),
                layer("Embedding", input_dim=1000, output_dim=8),
                layer("Flatten"),
                dense(1, "sigmoid"),
            ),
            layer("Imdb"),
            "BinaryCrossentropy",
        ),
        "model.embedding",
        "'embedding' (Embedding) knows the numbers 0 to 999, but the data goes up to 9,999.",
    ),
    "free_length": Broken(
        training(
            chain(
                "broken",
                given(None),
                layer("Embedding", input_dim=10_000, output_dim=8),
                layer("Flatten"),
                dense(1, "sigmoid"),
            ),
            layer("Imdb"),
            "BinaryCrossentropy",
        ),
        "model.dense",
        "'dense' (Dense) receives (batch, any) from 'flatten' (Flatten): the number of features"
        " is not fixed, so it cannot make its weights.",
    ),
    "units": Broken(
        _digits(*_FLAT, dense(12, "softmax")),
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
        _digits(given(28, 28), _OUT),
        "model.dense",
        "'dense' (Dense) is last and gives (batch, 28, 10): still a sequence. One row of"
        " numbers for each example is expected: (batch, numbers).",
    ),
    "still_a_picture": Broken(
        _digits(
            given(28, 28, 1),
            layer("Conv2D", filters=10, kernel_size=3, activation="softmax"),
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.conv2d",
        "'conv2d' (Conv2D) is last and gives (batch, 26, 26, 10): still a picture. One row of"
        " numbers for each example is expected: (batch, numbers).",
    ),
    "labels_integers": Broken(
        _digits(*_FLAT, _OUT, dataset=DIGITS.with_(labels="integers")),
        "compile.loss",
        "categorical_crossentropy expects one-hot labels, but Handwritten digits (built in)"
        " gives integer labels (0 to 9).",
    ),
    "labels_one_hot": Broken(
        _digits(*_FLAT, _OUT, loss="SparseCategoricalCrossentropy"),
        "compile.loss",
        "sparse_categorical_crossentropy expects integer labels, but Handwritten digits (built"
        " in) gives one-hot labels (rows like 0 0 1 0).",
    ),
    "linear_end": Broken(
        _digits(*_FLAT, dense(10)),
        "model.dense",
        "'dense' (Dense) ends with linear; categorical_crossentropy expects softmax,"
        " probabilities that add up to 1.",
    ),
    "relu_end": Broken(
        _digits(*_FLAT, dense(10, "relu")),
        "model.dense",
        "'dense' (Dense) ends with relu; categorical_crossentropy expects softmax,"
        " probabilities that add up to 1.",
    ),
    "softmax_with_logits": Broken(
        _digits(*_FLAT, _OUT, loss=layer("CategoricalCrossentropy", from_logits=True)),
        "model.dense",
        "'dense' (Dense) ends with softmax; categorical_crossentropy expects linear (no"
        " activation), because from_logits=True applies it by itself.",
    ),
    "sigmoid_end": Broken(
        _digits(*_FLAT, dense(10, "sigmoid")),
        "model.dense",
        "'dense' (Dense) ends with sigmoid; categorical_crossentropy expects softmax,"
        " probabilities that add up to 1.",
        False,
    ),
    "softmax_of_one": Broken(
        _points(given(2), dense(4, "relu"), dense(1, "softmax")),
        "model.dense_1",
        "'dense_1' (Dense) ends with softmax over 1 unit, which is always exactly 1.",
    ),
    "binary_two_units": Broken(
        _points(given(2), dense(4, "relu"), dense(2, "softmax")),
        "model.dense_1",
        "'dense_1' (Dense) gives 2 numbers, but binary_crossentropy with labels 0 and 1 expects"
        " 1, the probability of class 1.",
    ),
    "sparse_one_unit": Broken(
        _points(
            given(2), dense(4, "relu"), dense(1, "sigmoid"), loss="SparseCategoricalCrossentropy"
        ),
        "model.dense_1",
        "'dense_1' (Dense) gives 1 number, but sparse_categorical_crossentropy expects one for"
        " each of the 2 classes (blue, orange).",
    ),
    "binary_of_ten": Broken(
        _digits(*_FLAT, _OUT, loss="BinaryCrossentropy", dataset=DIGITS.with_(labels="integers")),
        "compile.loss",
        "binary_crossentropy answers yes-or-no questions (labels 0 and 1), but Handwritten"
        " digits (built in) has 10 classes.",
    ),
    "regression_loss": Broken(
        _points(given(2), dense(1, "sigmoid"), loss="MeanSquaredError"),
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
        _digits(*_FLAT, _OUT, metrics=("SparseCategoricalAccuracy",)),
        "compile.metrics",
        "The metric sparse_categorical_accuracy expects integer labels, but Handwritten digits"
        " (built in) gives one-hot ones.",
    ),
    "no_loss": Broken(
        replace(_tutorial(), compile=_tutorial().compile.without("loss")),
        "compile.loss",
        "No loss is chosen, so training cannot tell good from bad. 10 classes with one-hot"
        " labels: categorical crossentropy compares the probabilities with them; accuracy"
        " counts the right answers.",
    ),
    "no_optimizer": Broken(
        replace(_tutorial(), compile=_tutorial().compile.without("optimizer")),
        "compile.optimizer",
        "No optimizer is chosen, so nothing would adjust the weights.",
    ),
    "batch_size": Broken(
        _tutorial(batch_size=20_000),
        "fit.batch_size",
        "The batch size is 20,000, but there are only 9,216 training examples (11,520 less 20%"
        " for validation).",
    ),
    "no_validation_rows": Broken(
        training(NESTED_CHOICES, layer("Iris"), validation_split=0.005),
        "fit.validation_split",
        "A validation split of 0.005 leaves no example of 120 for validation.",
    ),
    "epochs": Broken(
        _tutorial(epochs=0),
        "fit.epochs",
        "'epochs' must be a whole number from 1 to 100,000 but is 0.",
    ),
    "learning_rate": Broken(
        training(TUTORIAL, DIGITS, optimizer=layer("Adam", learning_rate=50.0)),
        "compile.optimizer",
        "The learning rate is 50: steps this large explode instead of learning.",
    ),
    "learning_rate_zero": Broken(
        training(TUTORIAL, DIGITS, optimizer=layer("SGD", learning_rate=0.0)),
        "compile.optimizer",
        "The learning rate is 0: the weights never change.",
    ),
    "learning_rate_schedule": Broken(
        training(
            TUTORIAL,
            DIGITS,
            optimizer=layer(
                "Adam",
                learning_rate=layer(
                    "ExponentialDecay", initial_learning_rate=9.0, decay_steps=100, decay_rate=0.9
                ),
            ),
        ),
        "compile.optimizer",
        "The learning rate is 9: steps this large explode instead of learning.",
    ),
    "early_stopping": Broken(
        _tutorial(validation_split=0.0, callbacks=(layer("EarlyStopping"),)),
        "fit.callbacks",
        "EarlyStopping watches 'val_loss', but there is no validation: the validation split is 0.",
    ),
    "monitor": Broken(
        _tutorial(callbacks=(layer("EarlyStopping", monitor="val_auc"),)),
        "fit.callbacks",
        "EarlyStopping watches 'val_auc', which training does not report.",
    ),
    "class_weight": Broken(
        _tutorial(class_weight={"0": 1.0, "11": 2.0}),
        "fit.class_weight",
        "There are weights for class 11, but the classes are 0 to 9.",
    ),
    "raw_pixels": Broken(
        replace(STACKS["tutorial"], dataset=DIGITS.with_(scale="none")),
        "dataset",
        "The pixels go from 0 to 255. Networks learn best from values between 0 and 1.",
        False,
    ),
    "dropout_zero": Broken(
        _digits(*_FLAT, dense(8, "relu"), layer("Dropout", rate=0), _OUT),
        "model.dropout",
        "'dropout' (Dropout) has rate 0: it drops nothing.",
        False,
    ),
    "dropout_one": Broken(
        _digits(*_FLAT, dense(8, "relu"), layer("Dropout", rate=1.0), _OUT),
        "model.dropout",
        "'dropout': Dropout's 'rate' must be a number from 0 to 0.95 but is 1.0.",
    ),
    "dropout_last": Broken(
        _digits(*_FLAT, _OUT, layer("Dropout", rate=0.2)),
        "model.dropout",
        "'dropout' (Dropout) is last: it would drop answers, not features, while training.",
    ),
    "softmax_inside": Broken(
        _digits(*_FLAT, dense(32, "softmax"), _OUT),
        "model.dense",
        "'dense' (Dense) ends with softmax, but 'dense_1' (Dense) follows: it squeezes out most"
        " of what it has learned.",
        False,
    ),
    "linear_inside": Broken(
        _digits(*_FLAT, dense(32), _OUT),
        "model.dense",
        "'dense' (Dense) has no activation and 'dense_1' (Dense) follows: together they can do"
        " no more than one Dense layer.",
        False,
    ),
    "unknown_layer": Broken(
        _digits(*_FLAT, layer("Dens", units=10, activation="softmax")),
        "model.dens",
        "'dens': there is no layer called 'Dens'.",
    ),
    "unknown_argument": Broken(
        _digits(*_FLAT, dense(10, "softmax", unit=3)),
        "model.dense",
        "'dense': Dense has no argument 'unit'.",
    ),
    "wrong_type": Broken(
        _digits(*_FLAT, dense("ten", "softmax")),
        "model.dense",
        "'dense': Dense's 'units' must be a whole number from 1 to 100,000,000 but is 'ten'.",
    ),  # type: ignore[arg-type]
    "out_of_range": Broken(
        _digits(*_FLAT, dense(-5, "relu"), _OUT),
        "model.dense",
        "'dense': Dense's 'units' must be a whole number from 1 to 100,000,000 but is -5.",
    ),
    "unknown_nested": Broken(
        _digits(*_FLAT, dense(10, "softmax", kernel_initializer=layer("HeNormals"))),
        "model.dense",
        "'dense': kernel_initializer: there is no initializer called 'HeNormals'.",
    ),
    "missing_argument": Broken(
        _digits(*_FLAT, layer("Dense", activation="softmax")),
        "model.dense",
        "'dense': Dense needs 'units', which is missing.",
    ),
    "unknown_fit": Broken(_tutorial(epoch=3), "fit.epoch", "Training has no setting 'epoch'."),
    "not_adapted": Broken(
        training(
            chain("broken", given(4), layer("Normalization"), dense(3, "softmax")), layer("Iris")
        ),
        "model.normalization",
        "'normalization' (Normalization) has to learn its table from the data first (adapt),"
        " which is not done here.",
    ),
    "seed": Broken(
        replace(STACKS["toy"], seed=2**32),
        "seed",
        "The seed must be from 0 to 4,294,967,295 but is 4,294,967,296.",
    ),
    "same_name": Broken(
        replace(
            STACKS["toy"],
            model=replace(
                STACKS["toy"].model,
                nodes=(*STACKS["toy"].model.nodes, Node("dense", "dense", ("dense_1",))),
            ),
        ),
        "model.dense",
        "2 layers are named 'dense'; every layer needs its own name.",
    ),
    "reads_nothing": Broken(
        replace(
            STACKS["toy"],
            model=replace(
                STACKS["toy"].model,
                nodes=(
                    *STACKS["toy"].model.nodes[:2],
                    Node("dense_1", "dense_1", ("gone",)),
                ),
            ),
        ),
        "model.dense_1",
        "'dense_1' reads 'gone', which does not exist.",
    ),
}
"""By name: what a learner gets wrong, or a tampered file."""
