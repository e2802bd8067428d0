"""Trainings that cannot run or hardly learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.broken.make import FLAT, OUT, Broken, digits, tutorial
from tests.zoo import DIGITS, NESTED_CHOICES, STACKS, TUTORIAL, dense, layer, training

SETTINGS: Mapping[str, Broken] = {
    "no_loss": Broken(
        replace(tutorial(), compile=tutorial().compile.without("loss")),
        "compile.loss",
        "No loss is chosen, so training cannot tell good from bad. 10 classes with one-hot"
        " labels: categorical crossentropy compares the probabilities with them; accuracy"
        " counts the right answers.",
    ),
    "no_optimizer": Broken(
        replace(tutorial(), compile=tutorial().compile.without("optimizer")),
        "compile.optimizer",
        "No optimizer is chosen, so nothing would adjust the weights.",
    ),
    "batch_size": Broken(
        tutorial(batch_size=20_000),
        "fit.batch_size",
        "The batch size is 20,000, but there are only 9,216 training examples (11,520 less 20 %"
        " for validation).",
    ),
    "epochs": Broken(
        tutorial(epochs=0),
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
        tutorial(validation_split=0.0, callbacks=(layer("EarlyStopping"),)),
        "fit.callbacks",
        "EarlyStopping watches 'val_loss', but there is no validation: the validation split is 0.",
    ),
    "monitor": Broken(
        tutorial(callbacks=(layer("EarlyStopping", monitor="val_auc"),)),
        "fit.callbacks",
        "EarlyStopping watches 'val_auc', which training does not report.",
    ),
    "class_weight": Broken(
        tutorial(class_weight={"0": 1.0, "11": 2.0}),
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
        digits(*FLAT, dense(8, "relu"), layer("Dropout", rate=0), OUT),
        "model.dropout",
        "'dropout' (Dropout) has rate 0: it drops nothing.",
        False,
    ),
    "dropout_one": Broken(
        digits(*FLAT, dense(8, "relu"), layer("Dropout", rate=1.0), OUT),
        "model.dropout",
        "'dropout': Dropout's 'rate' must be a number from 0 to 0.95 but is 1.0.",
    ),
    "dropout_last": Broken(
        digits(*FLAT, OUT, layer("Dropout", rate=0.2)),
        "model.dropout",
        "'dropout' (Dropout) is last: it would drop answers, not features, while training.",
    ),
    "softmax_inside": Broken(
        digits(*FLAT, dense(32, "softmax"), OUT),
        "model.dense",
        "'dense' (Dense) ends with softmax, but 'dense_1' (Dense) follows: it squeezes out most"
        " of what it has learned.",
        False,
    ),
    "linear_inside": Broken(
        digits(*FLAT, dense(32), OUT),
        "model.dense",
        "'dense' (Dense) has no activation and 'dense_1' (Dense) follows: together they can do"
        " no more than one Dense layer.",
        False,
    ),
    "unknown_fit": Broken(tutorial(epoch=3), "fit.epoch", "Training has no setting 'epoch'."),
    "seed": Broken(
        replace(STACKS["toy"], seed=2**32),
        "seed",
        "The seed must be from 0 to 4,294,967,295 but is 4,294,967,296.",
    ),
    "learning_rate_range": Broken(
        tutorial().with_compile(optimizer=layer("Adam", learning_rate=1000.0)),
        "compile.optimizer",
        "The learning rate is 1000: steps this large explode instead of learning.",
    ),
    "learning_rate_negative": Broken(
        tutorial().with_compile(optimizer=layer("SGD", learning_rate=-0.1)),
        "compile.optimizer",
        "The learning rate is -0.1: it must be above 0.",
    ),
    "epochs_huge": Broken(
        tutorial(epochs=10**9),
        "fit.epochs",
        "'epochs' must be a whole number from 1 to 100,000 but is 1000000000.",
    ),
    "batch_negative": Broken(
        training(NESTED_CHOICES, layer("Iris"), batch_size=-1, validation_split=0.9),
        "fit.batch_size",
        "'batch_size' must be a whole number from 1 to 1,000,000 but is -1.",
    ),
    "split_of_all": Broken(
        tutorial(validation_split=1.5),
        "fit.validation_split",
        "'validation_split' must be a number from 0 to 0.95 but is 1.5.",
    ),
    "policy": Broken(
        tutorial().with_compile(dtype_policy="float8"),
        "compile.dtype_policy",
        "'dtype_policy' must be one of float32, mixed_bfloat16, None but is 'float8'.",
    ),
    "xla": Broken(
        tutorial().with_compile(jit_compile="fast"),
        "compile.jit_compile",
        "'jit_compile' must be one of True, False, None but is 'fast'.",
    ),
    "xla_of_convolutions": Broken(
        STACKS["cnn"].with_compile(jit_compile=True),
        "compile.jit_compile",
        "Fast (XLA) makes convolutions slower here, and 'conv2d' (Conv2D) is one.",
        False,
    ),
}
