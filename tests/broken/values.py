"""Layers fed with values of a kind they cannot read."""

from __future__ import annotations

from collections.abc import Mapping

from builder.spec import ObjectSpec, TrainingSpec, chain
from tests.broken.make import Broken, digits
from tests.zoo import DIGITS, dense, given, layer, training


def _iris(*layers: ObjectSpec) -> TrainingSpec:
    return training(chain("broken", given(4), *layers, dense(3, "softmax")), layer("Iris"))


def _reviews(*layers: ObjectSpec) -> TrainingSpec:
    stack = chain("broken", given(200), *layers, dense(1, "sigmoid"))
    return training(stack, layer("Imdb"), "BinaryCrossentropy")


_EMBEDDING = layer("Embedding", input_dim=1000, output_dim=4)

VALUES: Mapping[str, Broken] = {
    "words_of_numbers": Broken(
        _iris(layer("StringLookup", vocabulary=("red", "green"))),
        "model.string_lookup",
        "'string_lookup' (StringLookup) reads text, but Iris flowers gives numbers.",
    ),
    "words_to_learn": Broken(
        _iris(layer("StringLookup")),
        "model.string_lookup",
        "'string_lookup' (StringLookup) reads text, but Iris flowers gives numbers.",
    ),
    "text_of_numbers": Broken(
        _reviews(
            layer("TextVectorization", max_tokens=1000, output_sequence_length=20),
            layer("Embedding", input_dim=10_000, output_dim=4),
            layer("GlobalAveragePooling1D"),
        ),
        "model.text_vectorization",
        "'text_vectorization' (TextVectorization) reads text, but IMDB film reviews gives whole"
        " numbers.",
    ),
    "text_and_embedding": Broken(
        _iris(
            layer("TextVectorization", max_tokens=1000, output_sequence_length=20),
            _EMBEDDING,
            layer("Flatten"),
        ),
        "model.text_vectorization",
        "'text_vectorization' (TextVectorization) reads text, but Iris flowers gives numbers.",
    ),
    "text_input": Broken(
        training(
            chain("broken", given(4, dtype="string"), layer("Rescaling", scale=0.1), dense(3)),
            layer("Iris"),
        ).with_compile(loss=layer("CategoricalCrossentropy", from_logits=True)),
        "model.input_layer",
        "'input_layer' (InputLayer) expects text, but Iris flowers holds numbers.",
    ),
    "embedding_of_decimals": Broken(
        _iris(_EMBEDDING, layer("Flatten")),
        "model.embedding",
        "'embedding' (Embedding) reads whole numbers, but Iris flowers gives decimal numbers"
        " (-2.5 to 3.1).",
    ),
    "embedding_after_dense": Broken(
        _iris(dense(4, "relu"), _EMBEDDING, layer("Flatten")),
        "model.embedding",
        "'embedding' (Embedding) reads whole numbers, but 'dense' (Dense) gives decimal numbers.",
    ),
    "lookup_of_decimals": Broken(
        _iris(layer("IntegerLookup")),
        "model.integer_lookup",
        "'integer_lookup' (IntegerLookup) reads whole numbers, but Iris flowers gives decimal"
        " numbers (-2.5 to 3.1).",
    ),
    "too_few_bins": Broken(
        _iris(
            layer("Discretization", num_bins=20),
            layer("Embedding", input_dim=8, output_dim=2),
            layer("Flatten"),
        ),
        "model.embedding",
        "'embedding' (Embedding) knows the numbers 0 to 7, but 'discretization' (Discretization)"
        " goes up to 19.",
    ),
    "too_few_tokens": Broken(
        _reviews(layer("CategoryEncoding", num_tokens=100)),
        "model.category_encoding",
        "'category_encoding' (CategoryEncoding) knows the numbers 0 to 99, but the data goes up to"
        " 9,999.",
    ),
    "rows_of_unknown_width": Broken(
        _reviews(layer("IntegerLookup", output_mode="multi_hot")),
        "model.integer_lookup",
        "'integer_lookup' (IntegerLookup) gives rows as wide as the number of different values it"
        " will find, which nobody knows before training.",
    ),
    "wrapped_normalization": Broken(
        digits(
            given(28, 28),
            layer("TimeDistributed", layer=layer("Normalization")),
            layer("Flatten"),
            dense(10, "softmax"),
        ),
        "model.time_distributed",
        "'time_distributed' (TimeDistributed) holds Normalization, which can learn its table from"
        " the data only when it stands in the stack by itself.",
    ),
    "pictures_of_numbers": Broken(
        _iris(layer("Resizing", height=28, width=28), layer("Flatten")),
        "model.resizing",
        "'resizing' (Resizing) receives (batch, 4) from 'input_layer' (InputLayer): 2 axes; it"
        " needs 4 axes (batch, height, width, channels).",
    ),
    "turned_without_channels": Broken(
        digits(
            given(28, 28),
            layer("RandomRotation", factor=0.1),
            layer("Flatten"),
            dense(10, "softmax"),
        ),
        "model.random_rotation",
        "'random_rotation' (RandomRotation) receives (batch, 28, 28) from 'input_layer'"
        " (InputLayer): 3 axes; it needs 4 axes (batch, height, width, channels).",
    ),
    "colors_of_grey": Broken(
        digits(
            given(28, 28, 1),
            layer("RandomSaturation", factor=0.5, value_range=(0, 1)),
            layer("Flatten"),
            dense(10, "softmax"),
            dataset=DIGITS.with_(channel_axis=True),
        ),
        "model.random_saturation",
        "'random_saturation' (RandomSaturation) receives (batch, 28, 28, 1) from 'input_layer'"
        " (InputLayer): 1 channel; it needs 3 (red, green, blue).",
    ),
    "short_sound": Broken(
        _iris(layer("MelSpectrogram"), layer("Flatten")),
        "model.mel_spectrogram",
        "'mel_spectrogram' (MelSpectrogram) receives (batch, 4) from 'input_layer' (InputLayer): 4"
        " samples for each example; it needs at least 1,025.",
    ),
}
"""By name."""
