"""Good stacks: they fit their data, and they train."""

from __future__ import annotations

from collections.abc import Mapping

from builder import edit
from builder.spec import TrainingSpec, chain
from tests.zoo.data import DATA
from tests.zoo.make import dense, given, layer, training

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
    "patched": training(
        chain(
            "patched",
            given(28, 28, 1),
            layer("Patches", patch_size=7),
            dense(12, "relu"),
            layer("PositionEmbedding"),
            layer("GlobalAveragePooling1D"),
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
    "normalized": training(
        chain(
            "normalized",
            given(4),
            layer("Normalization"),
            dense(16, "relu"),
            layer("Normalization"),
            dense(3, "softmax"),
        ),
        layer("Iris", scale="none"),
    ),
    "binned": training(
        chain(
            "binned",
            given(2),
            layer("Discretization", num_bins=8),
            layer("Embedding", input_dim=8, output_dim=4),
            layer("Flatten"),
            dense(1, "sigmoid"),
        ),
        layer("Circles"),
        "BinaryCrossentropy",
    ),
    "half_precision": training(
        chain(
            "half_precision",
            given(4),
            layer("Rescaling", scale=2.0),
            layer("Normalization"),
            dense(8, "relu"),
            dense(3, "softmax"),
        ),
        layer("Iris"),
    ).with_compile(dtype_policy="mixed_bfloat16"),
    "compiled": training(
        chain("compiled", given(2), dense(8, "tanh"), dense(1, "sigmoid")),
        layer("Circles"),
        "BinaryCrossentropy",
    ).with_compile(jit_compile=True),
    "looked_up": training(
        chain(
            "looked_up",
            given(200),
            layer("IntegerLookup", max_tokens=1000),
            layer("Embedding", input_dim=1000, output_dim=8),
            layer("GlobalAveragePooling1D"),
            dense(1, "sigmoid"),
        ),
        layer("Imdb"),
        "BinaryCrossentropy",
    ),
    "sentences": training(
        chain(
            "sentences",
            given(1, dtype="string"),
            layer("TextVectorization", max_tokens=60, output_sequence_length=14),
            layer("Embedding", input_dim=60, output_dim=8, mask_zero=True),
            layer("GlobalAveragePooling1D"),
            layer("Dropout", rate=0.2),
            dense(1, "sigmoid"),
        ),
        layer("ReviewTexts", reviews=500),
        "BinaryCrossentropy",
    ),
    "which_words": training(
        chain(
            "which_words",
            given(dtype="string"),
            layer(
                "TextVectorization",
                max_tokens=80,
                output_mode="multi_hot",
                ngrams=2,
                pad_to_max_tokens=True,
            ),
            dense(1, "sigmoid"),
        ),
        layer("ReviewTexts", reviews=500),
        "BinaryCrossentropy",
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
