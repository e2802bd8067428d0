"""Good specs of every kind, which every law runs over; the broken ones are in ``broken``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder import edit
from builder.facts import DataFacts
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, chain


def layer(class_name: str, **config: Any) -> ObjectSpec:
    return ObjectSpec(class_name, Config(config))


def dense(units: int, activation: str | None = None, **config: Any) -> ObjectSpec:
    return layer(
        "Dense", units=units, **({"activation": activation} if activation else {}), **config
    )


def given(*shape: int | None, **config: Any) -> ObjectSpec:
    return layer("InputLayer", shape=shape, **config)


def training(
    model: ModelSpec,
    dataset: ObjectSpec,
    loss: str | ObjectSpec = "CategoricalCrossentropy",
    metrics: tuple[str, ...] = ("accuracy",),
    optimizer: ObjectSpec | None = None,
    **fit: Any,
) -> TrainingSpec:
    settings = {"epochs": 2, "batch_size": 32, "validation_split": 0.2} | fit
    return TrainingSpec(
        model,
        dataset,
        compile=Config(
            optimizer=optimizer or ObjectSpec("Adam"),
            loss=ObjectSpec(loss) if isinstance(loss, str) else loss,
            metrics=tuple(ObjectSpec(m) for m in metrics),
        ),
        fit=Config(settings),
        seed=1,
    )


# --- what the datasets are, written down so that pure tests need no data -----------------------

_DIGITS = DataFacts(
    "Handwritten digits (built in)",
    *("classification", (28, 28), (10,), "float32", "float32", 11520, 357),
    classes=tuple("0123456789"),
    features=(),
    labels="one_hot",
    kind="images",
    x_min=0.0,
    x_max=1.0,
    bytes=47_000_000,
)
_IRIS = replace(
    _DIGITS,
    title="Iris flowers",
    x_shape=(4,),
    y_shape=(3,),
    n_train=120,
    n_test=30,
    classes=("setosa", "versicolor", "virginica"),
    features=("sepal length", "sepal width", "petal length", "petal width"),
    kind="table",
    x_min=-2.5,
    x_max=3.1,
    bytes=4_000,
)
_CIRCLES = replace(
    _IRIS,
    title="Circles",
    x_shape=(2,),
    y_shape=(),
    y_dtype="int64",
    n_train=800,
    n_test=200,
    classes=("blue", "orange"),
    features=("x1", "x2"),
    labels="integers",
    kind="points",
)
_DIABETES = replace(
    _IRIS,
    title="Diabetes progression",
    task="regression",
    x_shape=(10,),
    y_shape=(),
    n_train=353,
    n_test=89,
    classes=(),
    labels="values",
)
_IMDB = replace(
    _CIRCLES,
    title="IMDB film reviews",
    x_shape=(200,),
    x_dtype="int32",
    n_train=25_000,
    n_test=25_000,
    classes=("negative", "positive"),
    features=(),
    kind="sequences",
    x_min=0,
    x_max=9_999,
    offline=False,
)
DATA: Mapping[str, DataFacts] = {
    "Digits": _DIGITS,
    "Iris": _IRIS,
    "Circles": _CIRCLES,
    "Diabetes": _DIABETES,
    "Imdb": _IMDB,
}


def facts(dataset: ObjectSpec) -> DataFacts:
    """The facts of a dataset after its settings, as far as the zoo uses them."""
    base = DATA[dataset.class_name]
    labels = dataset.config.get("labels", base.labels)
    many = len(base.classes)
    if labels != base.labels:
        y_shape = (many,) if labels == "one_hot" else ()
        base = replace(base, labels=labels, y_shape=y_shape)
    if dataset.config.get("channel_axis"):
        base = replace(base, x_shape=(28, 28, 1))
    if dataset.config.get("scale") == "none" and base.kind == "images":
        base = replace(base, x_max=255.0)
    return base


# --- good stacks ------------------------------------------------------------------------------

DIGITS = layer("Digits", scale="unit", labels="one_hot")
TUTORIAL = chain(
    "tutorial",
    given(28, 28),
    layer("Flatten"),
    dense(128, "relu"),
    layer("Dropout", rate=0.2),
    dense(10, "softmax"),
)
CNN = chain(
    "cnn",
    given(28, 28, 1),
    layer("Conv2D", filters=8, kernel_size=3, activation="relu", padding="same"),
    layer("BatchNormalization"),
    layer("MaxPooling2D"),
    layer("SeparableConv2D", filters=16, kernel_size=(3, 5)),
    layer("GlobalAveragePooling2D"),
    layer("Dropout", rate=0.25),
    dense(10, "softmax"),
)
NESTED_CHOICES = chain(
    "nested_choices",
    given(4),
    dense(
        16,
        "relu",
        kernel_initializer=layer("HeNormal"),
        kernel_regularizer=layer("L2", l2=0.001),
        bias_constraint=layer("MaxNorm", max_value=3),
    ),
    layer("LayerNormalization", epsilon=0.01),
    dense(3, "softmax"),
)

STACKS: Mapping[str, TrainingSpec] = {
    "tutorial": training(TUTORIAL, DIGITS),
    "cnn": training(CNN, DIGITS.with_(channel_axis=True)),
    "switched_off": training(edit.switch(TUTORIAL, "dropout", True), DIGITS),
    "sparse_logits": training(
        chain("sparse_logits", given(28, 28), layer("Flatten"), dense(10)),
        DIGITS.with_(labels="integers"),
        layer("SparseCategoricalCrossentropy", from_logits=True),
    ),
    "rows_as_sequence": training(
        chain(
            "rows_as_sequence",
            given(28, 28),
            layer("LSTM", units=16, return_sequences=True),
            layer("TimeDistributed", layer=dense(8, "relu")),
            layer("Bidirectional", layer=layer("GRU", units=8), merge_mode="sum"),
            dense(10, "softmax"),
        ),
        DIGITS,
    ),
    "augmented": training(
        chain(
            "augmented",
            given(28, 28, 1),
            layer("RandomRotation", factor=0.05, seed=1),
            layer("Reshape", target_shape=(784,)),
            dense(10, "softmax"),
        ),
        DIGITS.with_(channel_axis=True),
    ),
    "nested_choices": training(
        NESTED_CHOICES,
        layer("Iris"),
        optimizer=layer(
            "SGD",
            learning_rate=layer("CosineDecay", initial_learning_rate=0.05, decay_steps=100),
            momentum=0.9,
        ),
        callbacks=(layer("EarlyStopping", patience=3, restore_best_weights=True),),
        class_weight={"0": 1.0, "2": 2.0},
    ),
    "toy": training(
        chain("toy", given(2), dense(8, "tanh"), dense(1, "sigmoid")),
        layer("Circles"),
        "BinaryCrossentropy",
    ),
    "two_softmax": training(
        chain("two_softmax", given(2), dense(8, "tanh"), dense(2), layer("Softmax")),
        layer("Circles"),
        "SparseCategoricalCrossentropy",
    ),
    "regression": training(
        chain("regression", given(10), dense(16, "relu"), dense(1)),
        layer("Diabetes"),
        "MeanSquaredError",
        ("MeanAbsoluteError",),
        callbacks=(
            layer("LearningRateScheduler", schedule=layer("StepDecay", factor=0.5, every=3)),
        ),
    ),
    "text": training(
        chain(
            "text",
            given(200),
            layer("Embedding", input_dim=10_000, output_dim=8, mask_zero=True),
            layer("Bidirectional", layer=layer("LSTM", units=4)),
            dense(1, "sigmoid"),
        ),
        layer("Imdb"),
        "BinaryCrossentropy",
        ("accuracy", "AUC"),
    ),
}
"""Stacks that fit their data: no Problem, and they train."""

OFFLINE = tuple(name for name, spec in STACKS.items() if DATA[spec.dataset.class_name].offline)
"""Those whose data needs no network."""

# --- graphs: the spec speaks of them, the engine builds them, the screens come later ------------


def graph(
    name: str, layers: Mapping[str, Any], nodes: Mapping[str, tuple[str, ...]], *outputs: str
) -> ModelSpec:
    """A graph of layers each called once; ``nodes`` says who reads whom."""
    rows = tuple(Node(n, n, inbound) for n, inbound in nodes.items())
    return ModelSpec(name, Config(layers), rows, outputs)


RESIDUAL = graph(
    "residual",
    {
        "input": given(8),
        "wide": dense(8, "relu"),
        "deep": dense(8, "relu"),
        "sum": layer("Add"),
        "out": dense(1),
    },
    {
        "input": (),
        "wide": ("input",),
        "deep": ("wide",),
        "sum": ("input", "deep"),
        "out": ("sum",),
    },
    "out",
)
SHARED = ModelSpec(
    "shared",
    Config(
        left=given(6),
        right=given(6),
        tower=dense(4, "relu"),
        difference=layer("Subtract"),
        out=dense(1, "sigmoid"),
    ),
    (
        Node("left", "left"),
        Node("right", "right"),
        Node("tower", "tower", ("left",)),
        Node("tower_again", "tower", ("right",)),
        Node("difference", "difference", ("tower", "tower_again")),
        Node("out", "out", ("difference",)),
    ),
    ("out",),
)
NESTED = graph(
    "nested",
    {
        "input": given(6),
        "inner": chain("inner", given(6), dense(5, "relu"), dense(4)),
        "out": dense(2, "softmax"),
    },
    {"input": (), "inner": ("input",), "out": ("inner",)},
    "out",
)
MULTI = graph(
    "multi",
    {
        "words": given(12, dtype="int32"),
        "numbers": given(3),
        "embedding": layer("Embedding", input_dim=50, output_dim=4),
        "average": layer("GlobalAveragePooling1D"),
        "both": layer("Concatenate"),
        "kind": dense(4, "softmax"),
        "amount": dense(1),
    },
    {
        "words": (),
        "numbers": (),
        "embedding": ("words",),
        "average": ("embedding",),
        "both": ("average", "numbers"),
        "kind": ("both",),
        "amount": ("both",),
    },
    "kind",
    "amount",
)
STATE = graph(
    "state",
    {
        "input": given(7, 3),
        "encoder": layer("LSTM", units=4, return_state=True),
        "out": dense(2),
    },
    {"input": (), "encoder": ("input",), "out": ("encoder:2",)},
    "out",
)
ATTENTION = graph(
    "attention",
    {
        "words": given(20),
        "embedding": layer("Embedding", input_dim=100, output_dim=8),
        "attention": layer("MultiHeadAttention", num_heads=2, key_dim=4),
        "average": layer("GlobalAveragePooling1D"),
        "out": dense(1, "sigmoid"),
    },
    {
        "words": (),
        "embedding": ("words",),
        "attention": ("embedding", "embedding"),
        "average": ("attention",),
        "out": ("average",),
    },
    "out",
)
GRAPHS: Mapping[str, ModelSpec] = {
    m.name: m for m in (RESIDUAL, SHARED, NESTED, MULTI, STATE, ATTENTION)
}

MODELS: Mapping[str, ModelSpec] = {name: t.model for name, t in STACKS.items()} | GRAPHS
"""Every model Keras can build."""
