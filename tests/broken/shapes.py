"""Layers that do not fit what they receive."""

from __future__ import annotations

from collections.abc import Mapping

from builder.spec import chain
from tests.broken.make import FLAT, OUT, Broken, digits
from tests.broken.wiring import END, graph
from tests.zoo import DIGITS, dense, given, layer, training

SHAPES: Mapping[str, Broken] = {
    "patches_that_do_not_fill_the_picture": Broken(
        digits(
            given(28, 28, 1),
            layer("Patches", patch_size=5),
            layer("Flatten"),
            OUT,
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.patches",
        "'patches' (Patches) receives (batch, 28, 28, 1) from 'input_layer' (InputLayer):"
        " squares of 5 × 5 do not fill it.",
    ),
    "sum_of_different_sizes": Broken(
        graph(
            {"a": dense(8, "relu"), "sum": layer("Add"), "out": END},
            {"a": ("input",), "sum": ("a", "input"), "out": ("sum",)},
        ),
        "model.sum",
        "'sum' (Add) receives (batch, 8) from 'a' and (batch, 4) from 'input': their sizes differ.",
    ),
    "product_of_different_sizes": Broken(
        graph(
            {"a": dense(8, "relu"), "product": layer("ops.multiply"), "out": END},
            {"a": ("input",), "product": ("a", "input"), "out": ("product",)},
        ),
        "model.product",
        "'product' (ops.multiply) receives (batch, 8) from 'a' and (batch, 4) from 'input':"
        " their sizes differ.",
    ),
    "joined_along_the_wrong_axis": Broken(
        graph(
            {
                "a": layer("Reshape", target_shape=(2, 2)),
                "tall": layer("RepeatVector", n=2),
                "both": layer("Concatenate", axis=1),
                "flat": layer("Flatten"),
                "out": END,
            },
            {
                "a": ("input",),
                "tall": ("input",),
                "both": ("a", "tall"),
                "flat": ("both",),
                "out": ("flat",),
            },
        ),
        "model.both",
        "'both' (Concatenate) receives (batch, 2, 2) from 'a' and (batch, 2, 4) from 'tall': all"
        " axes but the joined one (1) must have the same size.",
    ),
    "joined_ranks": Broken(
        graph(
            {"tall": layer("RepeatVector", n=2), "both": layer("Concatenate"), "out": END},
            {"tall": ("input",), "both": ("tall", "input"), "out": ("both",)},
        ),
        "model.both",
        "'both' (Concatenate) receives (batch, 2, 4) from 'tall' and (batch, 4) from 'input': the"
        " numbers of axes differ.",
    ),
    "attention_of_rows": Broken(
        graph(
            {
                "look": layer("MultiHeadAttention", num_heads=2, key_dim=4),
                "flat": layer("Flatten"),
                "out": END,
            },
            {"look": ("input", "input"), "flat": ("look",), "out": ("flat",)},
        ),
        "model.look",
        "'look' (MultiHeadAttention) receives (batch, 4) from 'input' (InputLayer): 2 axes; it"
        " needs 3 axes (batch, steps, features) or 4 axes (batch, height, width, channels) or 5"
        " axes (batch, depth, height, width, channels).",
    ),
    "output_that_is_not_there": Broken(
        graph(
            {
                "tall": layer("RepeatVector", n=2),
                "memory": layer("LSTM", units=4, return_state=True),
                "out": END,
            },
            {"tall": ("input",), "memory": ("tall",), "out": ("memory:4",)},
        ),
        "model.out",
        "'out' (Dense) reads output 4 of 'memory' (LSTM), which has 3 (0 to 2).",
    ),
    "input_shape": Broken(
        digits(given(32, 32), layer("Flatten"), OUT),
        "model.input_layer",
        "'input_layer' (InputLayer) expects examples of shape (32, 32), but Handwritten digits"
        " (built in) has (28, 28).",
    ),
    "input_with_channel": Broken(
        digits(given(28, 28, 1), layer("Flatten"), OUT),
        "model.input_layer",
        "'input_layer' (InputLayer) expects examples of shape (28, 28, 1), but Handwritten"
        " digits (built in) has (28, 28).",
    ),
    "no_channel_axis": Broken(
        digits(given(28, 28), layer("Conv2D", filters=8, kernel_size=3), layer("Flatten"), OUT),
        "model.conv2d",
        "'conv2d' (Conv2D) receives (batch, 28, 28) from 'input_layer' (InputLayer): 3 axes; it"
        " needs 4 axes (batch, height, width, channels).",
    ),
    "conv_after_flatten": Broken(
        digits(*FLAT, layer("Conv2D", filters=8, kernel_size=3), layer("Flatten"), OUT),
        "model.conv2d",
        "'conv2d' (Conv2D) receives (batch, 784) from 'flatten' (Flatten): 2 axes; it needs 4"
        " axes (batch, height, width, channels).",
    ),
    "pool_of_sequence": Broken(
        digits(given(28, 28), layer("LSTM", units=8), layer("MaxPooling1D"), OUT),
        "model.max_pooling1d",
        "'max_pooling1d' (MaxPooling1D) receives (batch, 8) from 'lstm' (LSTM): 2 axes; it"
        " needs 3 axes (batch, steps, features).",
    ),
    "rnn_after_rnn": Broken(
        digits(given(28, 28), layer("LSTM", units=8), layer("LSTM", units=8), OUT),
        "model.lstm_1",
        "'lstm_1' (LSTM) receives (batch, 8) from 'lstm' (LSTM): 2 axes; it needs 3 axes"
        " (batch, steps, features).",
    ),
    "bidirectional_rnn": Broken(
        digits(
            given(28, 28),
            layer("Bidirectional", layer=layer("LSTM", units=8)),
            layer("GRU", units=8),
            OUT,
        ),
        "model.gru",
        "'gru' (GRU) receives (batch, 16) from 'bidirectional' (Bidirectional): 2 axes; it"
        " needs 3 axes (batch, steps, features).",
    ),
    "rnn_after_conv": Broken(
        digits(
            given(28, 28, 1),
            layer("Conv2D", filters=8, kernel_size=3),
            layer("LSTM", units=8),
            OUT,
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.lstm",
        "'lstm' (LSTM) receives (batch, 26, 26, 8) from 'conv2d' (Conv2D): 4 axes; it needs 3"
        " axes (batch, steps, features).",
    ),
    "too_small": Broken(
        digits(
            given(28, 28, 1),
            layer("MaxPooling2D", pool_size=8),
            layer("Conv2D", filters=8, kernel_size=5, activation="relu"),
            layer("Flatten"),
            OUT,
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.conv2d",
        "'conv2d' (Conv2D) receives (batch, 3, 3, 1) from 'max_pooling2d' (MaxPooling2D): only"
        " 3 × 3 is left, but its window (kernel_size) covers 5 × 5.",
    ),
    "reshape": Broken(
        digits(given(28, 28), layer("Reshape", target_shape=(28, 27)), layer("Flatten"), OUT),
        "model.reshape",
        "'reshape' (Reshape) receives (batch, 28, 28) from 'input_layer' (InputLayer): 784"
        " numbers for each example; the shape (28, 27) holds 756.",
    ),
    "groups": Broken(
        digits(
            given(28, 28, 1),
            layer("Conv2D", filters=8, kernel_size=3, groups=3),
            layer("Flatten"),
            OUT,
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
}
