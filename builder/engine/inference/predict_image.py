"""Predict the class of a drawing or an image file, with confidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from builder.datasets.registry import find_dataset
from builder.engine.build.backend import keras
from builder.engine.data.loading import load
from builder.engine.inference import confidence, digit_image, ink_parts, model_cache
from builder.engine.inference.confidence import find_rival, verdict
from builder.engine.inference.digit_image import centre
from builder.errors import DataError, FileError
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec

SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
"""The picture itself first, then moved by one point each way: an answer that a model has
learned, and does not guess, survives that."""

LEAST_SIDE = 0.06
"""Ink smaller than this share of the canvas is a dot."""

LEAST_BLOT = 0.12
"""A filled shape smaller than this share of the canvas is a dot: one touch of the pen."""

DOT = "There is only a dot. Draw larger."

DEEPEST_STROKE = 5
"""A point of ink this far from the paper, of 28, lies in no pen stroke: of MNIST's 10,000
test digits, 5 are that thick."""


def predict_drawing(
    artefact: str, training: TrainingSpec | None, image: Array | None
) -> dict[str, Any]:
    """What the model says about a drawing.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on: its dataset gives the scaling and the class names. None
            takes values from 0 to 1 and numbers the classes.
        image: uint8 (h, w), (h, w, 3) or (h, w, 4), dark on light or light on dark; None is an
            empty canvas.

    Returns:
        ``digits``, how many stand in the picture (absent where they are not counted);
        ``seen`` uint8 (28, 28), what the model is given, None when nothing is drawn;
        ``probabilities`` one a class; ``classes`` their names; ``class`` the likeliest, None when
        nothing is drawn; ``sure``; ``why``, a sentence.

    Raises:
        DataError: the model does not take such a picture or does not name classes.
        FileError: the artefact cannot be read.
    """
    if image is None:
        _preload(artefact)
        return _empty_answer(training, "The canvas is empty. Draw something on it.")
    return _predict_ink(artefact, training, digit_image.extract_ink(_check_image(image)))


def predict_file(
    artefact: str,
    training: TrainingSpec | None,
    path_or_bytes: str | Path | bytes,
    digit: int | None = None,
) -> dict[str, Any]:
    """What the model says about an image file; as ``predict_drawing``.

    Args:
        digit: which one from the left, 0 first, where there are several.

    Raises:
        DataError: as ``predict_drawing``.
        FileError: the artefact or the image cannot be read.
    """
    image = digit_image.read_image(path_or_bytes)
    shape = model_cache.get_compiled(artefact, len(SHIFTS)).shape
    if _pixels(shape) is None:
        return _predict_whole(artefact, training, image)
    ink, doubt = digit_image.extract_file_ink(image)
    return _predict_ink(artefact, training, ink, doubt, digit)


def warm() -> None:
    """Pay for everything's first call beforehand."""
    ink = np.zeros((28, 28), "float32")
    ink[5:20, 12:15] = 1
    centre(ink_parts.find_digit(ink).ink)
    inputs = keras.Input((28, 28))
    outputs = keras.layers.Dense(2, activation="softmax")(keras.layers.Flatten()(inputs))
    model_cache.compile_graph(keras.Model(inputs, outputs), len(SHIFTS)).call(
        np.zeros((len(SHIFTS), 28, 28))
    )


def _preload(artefact: str) -> None:
    """Load and trace the model while the canvas is still empty: the first stroke waits for none."""
    model = model_cache.get_compiled(artefact, len(SHIFTS))
    if shape := _pixels(model.shape):
        model.call(np.zeros((len(SHIFTS), *shape)))


def _check_image(image: Array) -> Array:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise FileError(
            f"A drawing must be bytes of (height, width) with 1, 3 or 4 colours but is"
            f" {image.dtype} of shape {image.shape}.",
            "Draw it again.",
        )
    if image.ndim == 2:
        return image
    return image[..., 0] if image.shape[2] < 3 else np.ascontiguousarray(image[..., :4])


# --- answering ---------------------------------------------------------------------------------


def _predict_ink(
    artefact: str,
    training: TrainingSpec | None,
    ink: Array,
    doubt: str = "",
    digit: int | None = None,
) -> dict[str, Any]:
    found = ink_parts.find_digit(ink, digit)
    seen = centre(found.ink, _box(training))
    if seen is None:
        return _empty_answer(training, "Nothing is drawn: the picture is all one colour.")
    model = model_cache.get_compiled(artefact, len(SHIFTS))
    shape = _pixels(model.shape)
    if shape is None:
        raise DataError(
            f"This model takes examples of the shape {model.shape[1:]}; a drawing is 28×28.",
            "Choose a run that was trained on 28×28 pictures.",
            "model",
        )
    moved = np.stack([ndimage.shift(seen, by, order=0) for by in SHIFTS])
    said = _probabilities(model, training, _scale(training, moved).reshape(-1, *shape))
    many = len(found.digits)
    several = f"There are {many} digits: cut out one." if many > 1 and digit is None else ""
    complaint = several or doubt or found.doubt or _find_complaint(found.ink, seen)
    return _verdict(said, training, seen, complaint) | {"digits": many}


def _predict_whole(artefact: str, training: TrainingSpec | None, image: Array) -> dict[str, Any]:
    """For models of other pictures than 28×28: the image as it is, scaled to the model's size."""
    model = model_cache.get_compiled(artefact, len(SHIFTS))
    shape = model.shape[1:]
    if not (len(shape) in (2, 3) and all(shape) and (len(shape) == 2 or shape[2] in (1, 3))):
        raise DataError(
            f"This model takes examples of the shape {shape}, which no picture has.",
            "Choose a run that was trained on pictures.",
            "model",
        )
    grey = len(shape) == 2 or shape[2] == 1
    size = (int(shape[1] or 1), int(shape[0] or 1))
    flat = Image.alpha_composite(
        Image.new("RGBA", image.shape[1::-1], "white"), Image.fromarray(image)
    )
    seen = np.asarray(flat.convert("L" if grey else "RGB").resize(size, Image.Resampling.BOX))
    inputs = _scale(training, seen[None]).reshape(1, *shape)
    return _verdict(_probabilities(model, training, inputs), training, seen, "")


def _verdict(
    said: Array, training: TrainingSpec | None, seen: Array, complaint: str
) -> dict[str, Any]:
    """The answer of the first row; the further rows are the same picture, moved."""
    first, mean = said[0], said.mean(axis=0)
    classes = _classes(training) or [str(i) for i in range(len(first))]
    second, close = find_rival(mean, classes, int(first.argmax()))
    if len({int(row.argmax()) for row in said}) > 1:
        close = f"Moved by one point, it could as well be {second}."
    return verdict(first, classes, complaint or close) | {"seen": seen}


def _find_complaint(ink: Array, seen: Array) -> str:
    """Why nobody could tell what this is, or ""."""
    inked = ink > 0.5 * ink.max()
    tall, wide = inked.any(axis=1).sum() / len(ink), inked.any(axis=0).sum() / len(ink[0])
    if max(tall, wide) < LEAST_SIDE:
        return DOT
    if ndimage.distance_transform_cdt(np.pad(seen > 127, 1)).max() >= DEEPEST_STROKE:
        if max(tall, wide) < LEAST_BLOT:
            return DOT
        return "This is a filled shape rather than the strokes of a pen."
    return ""


def _empty_answer(training: TrainingSpec | None, why: str) -> dict[str, Any]:
    return {
        "seen": None,
        "probabilities": [],
        "classes": _classes(training),
        "class": None,
        "sure": False,
        "why": why,
    }


def _classes(training: TrainingSpec | None) -> list[str]:
    return [] if training is None else list(load(training.dataset).facts.target.classes)


def _box(training: TrainingSpec | None) -> int:
    if training is None:
        return 20
    return int(find_dataset(training.dataset.class_name).ENTRY.extra.get("box", 20))


def _scale(training: TrainingSpec | None, pictures: Array) -> Array:
    """Pictures of 0 to 255 as the training examples were scaled."""
    if training is None:
        return (pictures / 255).astype("float32")
    read = load(training.dataset).input
    if not find_kind(read.facts.kind).scales:
        raise DataError(
            f"This model was trained on {training.dataset.class_name}, which has no pictures.",
            "Choose a run that was trained on pictures.",
            "model",
        )
    return read.scaling(pictures.astype("float32") * np.float32(read.scaling.white / 255))


def _pixels(shape: tuple[int | None, ...]) -> tuple[int, ...] | None:
    """The shape one 28×28 picture must take for the model's input; None if it takes none."""
    fits = {(28, 28), (28, 28, 1), (784,), (784, 1), (1, 28, 28)}
    free = tuple(28 if s is None and i < 2 else s for i, s in enumerate(shape[1:]))
    return free if free in fits else None  # type: ignore[return-value]


def _probabilities(
    model: model_cache.CompiledModel, training: TrainingSpec | None, inputs: Array
) -> Array:
    """(rows, classes) for up to as many rows as there are shifts."""
    padded = np.zeros((len(SHIFTS), *inputs.shape[1:]), "float32")
    padded[: len(inputs)] = inputs
    return confidence.to_probabilities(
        model.call(padded)[: len(inputs)], len(_classes(training)) or None
    )
