"""The trainings that our loop and ``model.fit`` are compared on: models, data, callbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from builder.custom_layers.registry import custom_layer_classes
from builder.engine.build.backend import keras

L, C = keras.layers, keras.callbacks
RNG = np.random.default_rng(5)
IMAGES = RNG.random((300, 12, 12, 1)).astype("float32")
CLASSES = RNG.integers(0, 4, 300)
ONE_HOT = np.eye(4, dtype="float32")[CLASSES]
TABLE = RNG.random((300, 6)).astype("float32")
AMOUNT = (TABLE @ RNG.random(6) + 0.1 * RNG.random(300)).astype("float32")
WORDS = RNG.integers(0, 50, (300, 9)).astype("int32")
BINARY = (TABLE[:, 0] > 0.5).astype("int64")

Make = Callable[[Path], tuple[Any, list[Any]]]


@dataclass(frozen=True)
class Case:
    """One training: a compiled model and its callbacks, the data, and the arguments of ``fit``."""

    make: Make
    x: Any = field(default_factory=lambda: IMAGES)
    y: Any = field(default_factory=lambda: CLASSES)
    weight: Any = None
    held: Any = None
    rows: int = 256
    epochs: int = 3
    batch: int = 32
    fit: Mapping[str, Any] = field(default_factory=dict)
    xla: bool = False


def stack(*layers: Any, shape: tuple[int, ...] = (12, 12, 1), **compiled: Any) -> Any:
    model = keras.Sequential([keras.Input(shape), *layers])
    given = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}
    model.compile(**{**given, "metrics": ["accuracy"], **compiled})
    return model


def dense(*more: Any, **compiled: Any) -> Any:
    last = L.Dense(4, activation="softmax")
    return stack(L.Flatten(), L.Dense(16, activation="relu"), *more, last, **compiled)


def plain(*more: Any, **compiled: Any) -> Make:
    return lambda folder: (dense(*[m() for m in more], **{k: v() for k, v in compiled.items()}), [])


def watched(*callbacks: Callable[[Path], Any], **compiled: Callable[[], Any]) -> Make:
    def make(folder: Path) -> tuple[Any, list[Any]]:
        model = dense(L.Dropout(0.3), **{k: v() for k, v in compiled.items()})
        return model, [c(folder) for c in callbacks]

    return make


def convolution(folder: Path) -> tuple[Any, list[Any]]:
    head = [L.Flatten(), L.Dropout(0.5), L.Dense(4, activation="softmax")]
    body = [L.Conv2D(6, 3, activation="relu"), L.BatchNormalization(), L.MaxPooling2D()]
    return stack(*body, L.DepthwiseConv2D(3), *head), []


def augmentation(folder: Path) -> tuple[Any, list[Any]]:
    change = [L.RandomFlip(), L.RandomRotation(0.1), L.RandomZoom(0.2), L.RandomTranslation(0.1, 0)]
    head = [L.Conv2D(4, 3), L.GaussianNoise(0.1), L.GlobalAveragePooling2D()]
    return stack(*change, *head, L.Dense(4, activation="softmax", kernel_regularizer="l2")), []


def recurrent(folder: Path) -> tuple[Any, list[Any]]:
    layers = [L.Embedding(50, 8), L.Bidirectional(L.LSTM(6, dropout=0.2)), L.Dense(1, "sigmoid")]
    metrics = ["accuracy", keras.metrics.AUC(), keras.metrics.Precision()]
    return stack(*layers, shape=(9,), loss="binary_crossentropy", metrics=metrics), []


def gated(folder: Path) -> tuple[Any, list[Any]]:
    layers = [L.Embedding(50, 8, mask_zero=True), L.GRU(6, return_sequences=True), L.SimpleRNN(5)]
    return stack(*layers, L.Dense(4, "softmax"), shape=(9,)), []


def residual(folder: Path) -> tuple[Any, list[Any]]:
    """One value read by four: its gradient is a sum of four, whose order must be Keras's."""
    image = keras.Input((12, 12))
    x = L.Dense(8)(image)
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 4)(x, x)]))
    model = keras.Model(image, L.Dense(4, "softmax")(L.GlobalAveragePooling1D()(x)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, []


def several(folder: Path) -> tuple[Any, list[Any]]:
    image, row = keras.Input((12, 12, 1), name="image"), keras.Input((6,), name="row")
    merged = L.Concatenate()([L.Dense(8)(L.Flatten()(image)), L.Dense(8, "relu")(row)])
    merged = L.Dropout(0.2)(merged)
    outputs = {"kind": L.Dense(4, "softmax")(merged), "amount": L.Dense(1)(merged)}
    model = keras.Model({"image": image, "row": row}, outputs)
    losses = {"kind": "sparse_categorical_crossentropy", "amount": "mse"}
    weights, metrics = {"kind": 1.0, "amount": 0.3}, {"kind": ["accuracy"], "amount": ["mae"]}
    model.compile("adam", loss=losses, loss_weights=weights, metrics=metrics)
    return model, []


def drawn(folder: Path) -> tuple[Any, list[Any]]:
    own, x = custom_layer_classes(), keras.Input((12, 12, 1))
    seen = own["PositionEmbedding"]()(L.Dense(6)(own["Patches"](4)(x)))
    seen = L.GlobalAveragePooling1D()(seen)
    z = own["Sampling"](kl_weight=0.1)([L.Dense(3)(seen), L.Dense(3)(seen)])
    model = keras.Model(x, L.Dense(4, "softmax")(z))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, []


class Doubled(keras.Model):
    """A model that takes two steps for each batch and logs its own number beside the metrics."""

    def train_step(self, data: Any) -> Any:
        super().train_step(data)
        return {**super().train_step(data), "own": keras.ops.sum(data[0])}


def custom(folder: Path) -> tuple[Any, list[Any]]:
    x = keras.Input((6,))
    model = Doubled(x, L.Dense(1)(L.Dropout(0.1)(L.Dense(8, "relu")(x))))
    model.compile("adam", "mse")
    return model, []


def regression(folder: Path) -> tuple[Any, list[Any]]:
    metrics = ["mae", keras.metrics.RootMeanSquaredError(), keras.metrics.R2Score()]
    return stack(L.Dense(8, "relu"), L.Dense(1), shape=(6,), loss="huber", metrics=metrics), []


def mixed(folder: Path, **compiled: Any) -> tuple[Any, list[Any]]:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return dense(L.Dropout(0.3), **compiled), []
    finally:
        keras.config.set_dtype_policy("float32")


def plateau(folder: Path) -> Any:
    return C.ReduceLROnPlateau("val_loss", patience=1, factor=0.5, cooldown=1, min_delta=0.02)


def checkpoint(folder: Path) -> Any:
    return C.ModelCheckpoint(str(folder / "model.best.keras"), save_best_only=True)


def csv(folder: Path) -> Any:
    return C.CSVLogger(str(folder / "log.csv"))


def optimizer(name: str, **arguments: Any) -> Callable[[], Any]:
    return lambda: getattr(keras.optimizers, name)(**arguments)


def loss_scaled() -> Any:
    inner = keras.optimizers.Adam()
    return keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0, dynamic_growth_steps=5)


ALONE: dict[str, Case] = {
    "dense": Case(plain(lambda: L.Dropout(0.2)), fit={"validation_split": 0.25}),
    "short_batch": Case(plain(lambda: L.Dropout(0.2)), rows=300, fit={"validation_split": 0.2}),
    "one_short_batch": Case(plain(), rows=20),
    "one_hot": Case(plain(loss=lambda: "categorical_crossentropy"), y=ONE_HOT, rows=300),
    "no_shuffle": Case(plain(), rows=290, fit={"shuffle": False}),
    "convolution": Case(convolution, fit={"validation_split": 0.25}),
    "convolution_short": Case(convolution, rows=290, fit={"validation_split": 0.2}),
    "augmentation": Case(augmentation, rows=290, fit={"validation_split": 0.2}),
    "recurrent": Case(recurrent, x=WORDS, y=BINARY, rows=290, fit={"validation_split": 0.2}),
    "residual": Case(residual, x=IMAGES[..., 0], fit={"validation_split": 0.25}),
    "gated": Case(gated, x=WORDS, rows=290, fit={"validation_split": 0.2}),
    "regression": Case(regression, x=TABLE, y=AMOUNT, fit={"validation_split": 0.25}),
    "several": Case(
        several, x={"image": IMAGES, "row": TABLE}, y={"kind": CLASSES, "amount": AMOUNT}
    ),
    "several_validated": Case(
        several,
        x={"image": IMAGES, "row": TABLE},
        y={"kind": CLASSES, "amount": AMOUNT},
        rows=290,
        fit={"validation_split": 0.2},
    ),
    "own_layers": Case(drawn, rows=290, fit={"validation_split": 0.2}),
    "custom_step": Case(custom, x=TABLE, y=AMOUNT, fit={"validation_split": 0.25}),
    "class_weight": Case(plain(), fit={"class_weight": {0: 1, 1: 2, 2: 0.5, 3: 1}}),
    "sample_weight": Case(
        plain(), weight=TABLE[:, 0], held=(IMAGES[:50], CLASSES[:50], TABLE[:50, 1])
    ),
    "validation_data": Case(plain(), held=(IMAGES[:70], CLASSES[:70]), fit={"validation_freq": 2}),
    "validation_batch": Case(plain(), fit={"validation_split": 0.25, "validation_batch_size": 17}),
    "regularized": Case(
        plain(lambda: L.Dense(9, kernel_regularizer="l1l2", kernel_constraint="max_norm"))
    ),
    "normalized": Case(plain(L.BatchNormalization, L.LayerNormalization), rows=300),
    "noise": Case(plain(lambda: L.GaussianDropout(0.2), lambda: L.AlphaDropout(0.1)), rows=300),
    "sgd": Case(plain(optimizer=optimizer("SGD", momentum=0.9, nesterov=True, clipnorm=0.5))),
    "adamw_ema": Case(plain(optimizer=optimizer("AdamW", use_ema=True, weight_decay=0.01))),
    "accumulation": Case(plain(optimizer=optimizer("Adam", gradient_accumulation_steps=3))),
    "schedule": Case(
        plain(
            optimizer=lambda: keras.optimizers.RMSprop(
                keras.optimizers.schedules.CosineDecay(0.01, 20)
            )
        )
    ),
    "loss_scale": Case(plain(optimizer=loss_scaled)),
    "early_stopping": Case(
        watched(
            lambda f: C.EarlyStopping(
                "val_loss", patience=2, min_delta=0.01, restore_best_weights=True
            )
        ),
        epochs=12,
        fit={"validation_split": 0.25},
    ),
    "plateau": Case(
        watched(plateau),
        epochs=8,
        fit={"validation_split": 0.25},
    ),
    "scheduler": Case(watched(lambda f: C.LearningRateScheduler(lambda e, r: r * 0.9)), epochs=4),
    "checkpoint": Case(watched(checkpoint), fit={"validation_split": 0.25}),
    "checkpoint_batches": Case(
        watched(
            lambda f: C.ModelCheckpoint(
                str(f / "now.weights.h5"), save_weights_only=True, save_freq=5
            )
        ),
        rows=300,
    ),
    "csv": Case(watched(csv), epochs=5, fit={"validation_split": 0.25}),
    "tensorboard": Case(
        watched(lambda f: C.TensorBoard(str(f / "tb"), histogram_freq=1, update_freq=3))
    ),
    "nan": Case(
        watched(lambda f: C.TerminateOnNaN(), optimizer=optimizer("SGD", learning_rate=1e30)),
        rows=300,
    ),
    "ema_swap": Case(
        watched(
            lambda f: C.SwapEMAWeights(),
            optimizer=optimizer("Adam", use_ema=True, ema_momentum=0.9),
        ),
        fit={"validation_split": 0.25},
    ),
    "ema_swap_epoch": Case(
        watched(
            lambda f: C.SwapEMAWeights(swap_on_epoch=True),
            optimizer=optimizer("Adam", use_ema=True, ema_momentum=0.9),
        ),
        fit={"validation_split": 0.25},
    ),
    "mixed_precision": Case(mixed, rows=300, fit={"validation_split": 0.25}),
    "xla": Case(
        plain(lambda: L.Dropout(0.2), jit_compile=lambda: True),
        rows=300,
        fit={"validation_split": 0.2},
        xla=True,
    ),
}

TOGETHER: dict[str, Case] = {
    "several_callbacks": Case(
        watched(plateau, checkpoint, csv), epochs=6, fit={"validation_split": 0.25}
    ),
    "weighed_and_accumulated": Case(
        plain(optimizer=optimizer("Adam", gradient_accumulation_steps=3)),
        rows=300,
        fit={"class_weight": {0: 1, 1: 2, 2: 0.5, 3: 1}, "validation_split": 0.2},
    ),
    "weighed_and_averaged": Case(
        plain(optimizer=optimizer("AdamW", use_ema=True, weight_decay=0.01)),
        weight=TABLE[:, 0],
        held=(IMAGES[:70], CLASSES[:70], TABLE[:70, 1]),
        fit={"validation_freq": 2},
    ),
    "mixed_and_scaled": Case(
        lambda folder: mixed(folder, optimizer=loss_scaled()),
        rows=300,
        fit={"validation_split": 0.25},
    ),
}
"""Of each some cases at once: what one of them does, alone, is seen in the numbers of all."""

CASES: dict[str, Case] = {**ALONE, **TOGETHER}
