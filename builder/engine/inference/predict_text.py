"""Predict the class of a text, and tell which of its words are in the vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder import catalog
from builder.engine.build.backend import keras
from builder.engine.data.loading import load
from builder.engine.inference import confidence, model_cache
from builder.engine.inference.confidence import find_rival, verdict
from builder.errors import DataError
from builder.kinds.text import MAX_LETTERS
from builder.spec import TrainingSpec

MOST_UNKNOWN = 0.34
"""Where a larger share of the words is unknown to the model, it cannot be sure."""


def predict_text(artefact: str, training: TrainingSpec | None, text: str) -> dict[str, Any]:
    """What the model says about a sentence.

    Args:
        artefact: path of the ``.keras``; its one Input takes texts.
        training: what it was trained on: its dataset gives the class names. None numbers them.
        text: of at most MAX_LETTERS letters.

    Returns:
        ``words`` [(word, whether the model knows it)]; ``classes``, ``probabilities`` one a class,
        ``class`` the likeliest (None where nothing was typed), ``sure`` and ``why``, a sentence.
        For a model of amounts ``value`` instead of classes.

    Raises:
        DataError: the model does not read text, or the text is too long.
        FileError: the artefact cannot be read.
    """
    model = model_cache.get_compiled(artefact, 1)
    _check(model, text)
    target = load(training.dataset).facts.target if training else None
    classes = list(target.classes) if target else []
    words = [(word, _knows(model.model, word)) for word in text.split()]
    answer: dict[str, Any] = {"words": words, "classes": classes, "class": None, "sure": False}
    if not words:
        return answer | {"probabilities": [], "why": "Nothing is typed yet."}
    row = np.array([text], "object").reshape(1, *(1 for _ in model.shape[1:]))
    said = model.call(row)
    if target and target.task == "regression":
        return answer | {"value": float(said.ravel()[0]), "sure": True, "why": ""}
    chances = confidence.to_probabilities(said, len(classes) or None)[0]
    classes = classes or [str(i) for i in range(len(chances))]
    doubt = _doubt(words) or find_rival(chances, classes, int(chances.argmax()))[1]
    return answer | verdict(chances, classes, doubt)


def reads_text(artefact: str) -> bool:
    """Whether the model in that file reads one text.

    Raises:
        DataError, FileError: as ``predict_text``.
    """
    return bool(model_cache.get_compiled(artefact, 1).model.inputs[0].dtype == "string")


def _check(model: model_cache.CompiledModel, text: str) -> None:
    if model.model.inputs[0].dtype != "string":
        raise DataError(
            "This model reads numbers, not text.",
            "Choose a run whose Input has the dtype string.",
            "model",
        )
    if len(text) > MAX_LETTERS:
        raise DataError(
            f"The text has {len(text):,} letters; at most {MAX_LETTERS:,} are read.",
            "Type a shorter one.",
        )


def _doubt(words: list[tuple[str, bool]]) -> str:
    """Why no answer to these words is to be trusted, or ""."""
    strange = [word for word, known in words if not known]
    if len(strange) == len(words):
        return "The model knows none of these words."
    if len(strange) > MOST_UNKNOWN * len(words):
        return f"The model does not know {len(strange)} of these {len(words)} words."
    return ""


def _knows(model: keras.Model, word: str) -> bool:
    """Whether the layer that reads the text has all of this word in its vocabulary."""
    layer = next((x for x in model.layers if _reads_words(x)), None)
    if layer is None:
        return True  # such as Hashing, which takes everything
    if isinstance(layer, keras.layers.StringLookup):
        return word in layer.get_vocabulary()
    encoded = np.asarray(layer(np.array([word], "object"))).ravel()
    if layer.get_config()["output_mode"] == "int":
        return bool(encoded.size) and 1 not in encoded
    return bool(encoded.size) and not encoded[0]  # place 0 of a row is for unknown words


def _reads_words(layer: Any) -> bool:
    """Whether the layer knows a word or does not."""
    traits = catalog.traits_of(type(layer).__name__)
    return traits.looks_up and traits.reads == ("string",)
