"""Models whose training hangs on more than weights: on chance, masks, states and shared layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, chain
from tests.zoo.make import dense, given, layer, training

Array = np.ndarray[Any, Any]


def files() -> Mapping[str, Mapping[str, Array]]:
    """The small data files they read, by name: 60 rows to train on, 20 for the test."""
    chance = np.random.default_rng(7)
    made = {
        "pictures.npz": chance.random((80, 8, 8, 1)).astype("float32"),
        "rows.npz": chance.random((80, 6)).astype("float32"),
        "words.npz": chance.integers(0, 9, (80, 4)).astype("int32"),
    }
    labels = chance.integers(0, 3, 80)
    return {
        name: {"x_train": x[:60], "x_test": x[60:], "y_train": labels[:60], "y_test": labels[60:]}
        for name, x in made.items()
    }


def _fitted(model: ModelSpec, kind: str, **fit: Any) -> TrainingSpec:
    data = layer("NpzFile", file=f"{kind}.npz", scale="none")
    return training(model, data, "SparseCategoricalCrossentropy", batch_size=16, **fit)


def _graph(name: str, layers: Mapping[str, Any], *rows: str, outputs: int = 1) -> ModelSpec:
    """``"sum left right"`` reads two; ``"again=tower left"`` calls tower again."""
    nodes = []
    for row in rows:
        what, *reads = row.split()
        title, _, key = what.partition("=")
        nodes.append(Node(title, key or title, tuple(reads)))
    return ModelSpec(name, Config(layers), tuple(nodes), tuple(n.name for n in nodes[-outputs:]))


_BLOCK = chain(
    "block", given(6), dense(5, "relu"), layer("Dropout", rate=0.5), layer("BatchNormalization")
)
_PICTURES = chain(
    "pictures",
    given(8, 8, 1),
    layer("RandomFlip"),
    layer("RandomRotation", factor=0.2),
    layer("RandomZoom", height_factor=0.2),
    layer("RandomContrast", factor=0.3),
    layer("GaussianNoise", stddev=0.1),
    layer("Conv2D", filters=4, kernel_size=3),
    layer("BatchNormalization"),
    layer("SpatialDropout2D", rate=0.3),
    layer("GroupNormalization", groups=2),
    layer("Flatten"),
    dense(3, "softmax"),
)
_ROWS = chain(
    "rows",
    given(6),
    layer("Normalization"),
    dense(8, "relu", kernel_regularizer="l2", activity_regularizer=layer("L2", l2=0.1)),
    layer("GaussianDropout", rate=0.2),
    layer("AlphaDropout", rate=0.2, seed=3),
    layer("BatchNormalization", trainable=False),
    dense(3, "softmax"),
)
_WATCHED = (
    layer("LearningRateScheduler", schedule=layer("StepDecay", factor=0.5, every=2)),
    layer("ReduceLROnPlateau", patience=1),
    layer("EarlyStopping", patience=1, restore_best_weights=True),
    layer("TerminateOnNaN"),
)
_WORDS = _graph(
    "words",
    {
        "input": given(4),
        "words": layer("Embedding", input_dim=9, output_dim=6, mask_zero=True),
        "read": layer("LSTM", units=6, return_sequences=True, dropout=0.2, recurrent_dropout=0.2),
        "sum": layer("Add"),
        "square": layer("ops.square"),
        "each": layer("TimeDistributed", layer=layer("Dropout", rate=0.3)),
        "both": layer("Bidirectional", layer=layer("SimpleRNN", units=3, dropout=0.2)),
        "mean": layer("GlobalAveragePooling1D"),
        "joined": layer("Concatenate"),
        "out": dense(3, "softmax"),
    },
    *("input", "words input", "read words", "sum words read", "square sum", "each sum"),
    *("both each", "mean square", "joined both mean", "out joined"),
)
_TWICE = _graph(
    "twice",
    {
        "input": given(6),
        "noise": layer("GaussianNoise", stddev=0.2),
        "tower": dense(5),
        "normal": layer("BatchNormalization"),
        "block": _BLOCK,
        "joined": layer("Concatenate"),
        "first": dense(3, "softmax"),
        "second": dense(1),
    },
    *("input", "noise input", "tower input", "normal tower", "tower_1=tower noise"),
    *("normal_1=normal tower_1", "block input", "block_1=block noise"),
    *("joined normal normal_1 block block_1", "first joined", "second normal"),
    outputs=2,
)
_BOTH = Config(
    first=ObjectSpec("SparseCategoricalCrossentropy"), second=ObjectSpec("MeanSquaredError")
)
_ATTENTION = _graph(
    "attention",
    {
        "input": given(4),
        "words": layer("Embedding", input_dim=9, output_dim=6, mask_zero=True),
        "look": layer("MultiHeadAttention", num_heads=2, key_dim=2, dropout=0.2),
        "mean": layer("GlobalAveragePooling1D"),
        "out": dense(3, "softmax"),
    },
    *("input", "words input", "look words words", "mean look", "out mean"),
)
_TOLD = _graph(
    "told",
    {
        "input": given(6),
        "normal": layer("BatchNormalization"),
        "block": _BLOCK,
        "drop": layer("Dropout", rate=0.5),
        "out": dense(3, "softmax"),
    },
    *("input", "normal input", "block normal", "drop block", "out drop"),
)
_TOLD = replace(
    _TOLD,
    nodes=tuple(
        replace(n, call=Config(training=False)) if n.name == "normal" else n for n in _TOLD.nodes
    ),
)

_DRAWN = _graph(
    "drawn",
    {
        "input": given(8, 8, 1),
        "patches": layer("Patches", patch_size=4),
        "wide": dense(6, "relu"),
        "place": layer("PositionEmbedding"),
        "average": layer("GlobalAveragePooling1D"),
        "mean": dense(3),
        "spread": dense(3),
        "z": layer("Sampling", kl_weight=0.1),
        "out": dense(3, "softmax"),
    },
    *("input", "patches input", "wide patches", "place wide", "average place"),
    *("mean average", "spread average", "z mean spread", "out z"),
)


def _several() -> TrainingSpec:
    made = _fitted(_TWICE, "rows")
    metrics = Config(first=(ObjectSpec("accuracy"),), second=(ObjectSpec("MeanAbsoluteError"),))
    losses = Config(loss=_BOTH, loss_weights=Config(first=1.0, second=0.3), metrics=metrics)
    columns = Config(input="x", first="y", second="y")
    return replace(made, columns=columns, compile=made.compile.with_(**losses))


RESTLESS: Mapping[str, TrainingSpec] = {
    "pictures": _fitted(_PICTURES, "pictures"),
    "rows": _fitted(
        _ROWS,
        "rows",
        epochs=4,
        callbacks=_WATCHED,
        class_weight={"0": 1.0, "1": 2.0, "2": 0.5},
    ),
    "words": _fitted(_WORDS, "words"),
    "twice": _several(),
    "attention": _fitted(_ATTENTION, "words"),
    "drawn": _fitted(_DRAWN, "pictures"),
    "told": _fitted(_TOLD, "rows"),
    "spectral": _fitted(
        chain(
            "spectral",
            given(6),
            layer("SpectralNormalization", layer=dense(5)),
            dense(3, "softmax"),
        ),
        "rows",
    ),
}
