"""Plain text where numbers are expected, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping

from builder.spec import ObjectSpec, TrainingSpec, chain
from tests.broken.make import Broken
from tests.zoo import dense, given, layer, training

TITLE = "Restaurant reviews as sentences"


def _texts(entrance: ObjectSpec, *layers: ObjectSpec) -> TrainingSpec:
    stack = chain("broken", entrance, *layers, dense(1, "sigmoid"))
    return training(stack, layer("ReviewTexts"), "BinaryCrossentropy")


_TEXT = given(1, dtype="string")
_POOL = layer("GlobalAveragePooling1D")

WORDS: Mapping[str, Broken] = {
    "text_into_numbers": Broken(
        _texts(given(28, 28), layer("Flatten")),
        "model.input_layer",
        f"'input_layer' (InputLayer) expects numbers of shape (28, 28), but {TITLE} has one text"
        " an example.",
    ),
    "texts_of_another_shape": Broken(
        _texts(
            given(3, dtype="string"),
            layer("TextVectorization", max_tokens=50, output_sequence_length=9),
            layer("Embedding", input_dim=50, output_dim=4),
            _POOL,
        ),
        "model.input_layer",
        f"'input_layer' (InputLayer) expects texts of shape (3,), but {TITLE} has one text an"
        " example.",
    ),
    "text_into_embedding": Broken(
        _texts(_TEXT, layer("Embedding", input_dim=50, output_dim=4), _POOL),
        "model.embedding",
        f"'embedding' (Embedding) reads numbers, but {TITLE} gives text.",
    ),
    "text_into_dense": Broken(
        _texts(given(dtype="string")),
        "model.dense",
        f"'dense' (Dense) reads numbers, but {TITLE} gives text.",
    ),
    "rows_of_words_from_rows": Broken(
        _texts(
            _TEXT,
            layer(
                "TextVectorization",
                max_tokens=50,
                output_mode="multi_hot",
                pad_to_max_tokens=True,
            ),
        ),
        "model.text_vectorization",
        "'text_vectorization' (TextVectorization) with output_mode 'multi_hot' says a shape it"
        " does not keep where the Input has the shape (1,).",
    ),
    "rows_as_wide_as_the_words": Broken(
        _texts(given(dtype="string"), layer("TextVectorization", output_mode="count")),
        "model.text_vectorization",
        "'text_vectorization' (TextVectorization) gives rows as wide as the number of different"
        " values it will find, which nobody knows before training.",
    ),
    "too_few_words": Broken(
        _texts(
            _TEXT,
            layer("TextVectorization", max_tokens=100, output_sequence_length=9),
            layer("Embedding", input_dim=50, output_dim=4),
            _POOL,
        ),
        "model.embedding",
        "'embedding' (Embedding) knows the numbers 0 to 49, but 'text_vectorization'"
        " (TextVectorization) goes up to 99.",
    ),
    "words_without_end": Broken(
        _texts(
            _TEXT,
            layer("TextVectorization", output_sequence_length=9),
            layer("Embedding", input_dim=50, output_dim=4),
            _POOL,
        ),
        "model.text_vectorization",
        "'text_vectorization' (TextVectorization) numbers every different word it finds, but"
        " 'embedding' (Embedding) knows the numbers 0 to 49.",
        severe=False,
    ),
    "text_under_xla": Broken(
        _texts(
            _TEXT,
            layer("TextVectorization", max_tokens=50, output_sequence_length=9),
            layer("Embedding", input_dim=50, output_dim=4),
            _POOL,
        ).with_compile(jit_compile=True),
        "compile.jit_compile",
        "Fast (XLA) has no operations on text, and 'text_vectorization' (TextVectorization) reads"
        " text.",
    ),
    "words_in_a_file": Broken(
        _texts(
            _TEXT,
            layer(
                "TextVectorization", max_tokens=50, output_sequence_length=9, vocabulary="words.txt"
            ),
            layer("Embedding", input_dim=50, output_dim=4),
            _POOL,
        ),
        "model.text_vectorization",
        "'text_vectorization': TextVectorization's 'vocabulary' must be a list of its values but is"
        " a text, which Keras would open as a file of this computer.",
    ),
}
