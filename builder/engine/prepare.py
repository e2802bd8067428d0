"""A raw dataset checked, scaled and encoded for a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from builder import plugins
from builder.errors import DataError
from builder.facts import DataFacts
from builder.plugins.raw import Array, Raw, settings
from builder.spec import ObjectSpec

MAX_CLASSES = 1000
"""More different labels than this are taken for a mistake: numbers where classes were meant."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What was done to every number: ``(x - offset) / divisor``, by column for tables.

    Args:
        offset, divisor: float32, broadcast over the examples.
        white: the raw value of a fully inked pixel; 255 for the usual uint8 images.
    """

    offset: Array
    divisor: Array
    white: float = 255.0

    def __call__(self, x: Array) -> Array:
        """``x`` as the model wants it, float32."""
        return ((x.astype("float32") - self.offset) / self.divisor).astype("float32")


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A dataset as the model sees it.

    Args:
        x_train, x_test: float32 (sequences: int32), channel axis added if it was asked for.
        y_train, y_test: by ``facts.labels``: one-hot float32 (n, classes), integers (n,), or
            float32 values (n,).
        facts: shapes, range, classes …
        raw: the same before preparation.
        scaling: what to do to a new example, such as a drawing.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    facts: DataFacts
    raw: Raw
    scaling: Scaling


def prepare(dataset: ObjectSpec, raw: Raw) -> Data:
    """``raw`` scaled and encoded by ``dataset.config``; statistics come from the training rows.

    Raises:
        DataError: the arrays do not fit together, or hold NaN or impossible labels.
    """
    plugin = plugins.dataset(dataset.class_name)
    given = settings(plugin.ENTRY, dataset.config)
    check(raw)
    labels = given.get("labels", "values") if raw.task == "classification" else "values"
    scaling = _scaling(raw, given.get("scale", "none"))
    x_train, x_test = (_inputs(x, raw, scaling, given) for x in (raw.x_train, raw.x_test))
    y_train, y_test = (_targets(y, labels, len(raw.classes)) for y in (raw.y_train, raw.y_test))
    facts = DataFacts(
        title=plugin.TITLE,
        task=raw.task,
        x_shape=x_train.shape[1:],
        y_shape=y_train.shape[1:],
        x_dtype=str(x_train.dtype),
        y_dtype=str(y_train.dtype),
        n_train=len(x_train),
        n_test=len(x_test),
        classes=raw.classes,
        features=raw.features,
        labels=labels,
        kind=raw.kind,
        x_min=float(x_train.min()),
        x_max=float(x_train.max()),
        bytes=sum(a.nbytes for a in (x_train, y_train, x_test, y_test, raw.x_train, raw.x_test)),
        offline=plugin.OFFLINE,
        warning=raw.warning,
        whole=_is_whole(x_train),
    )
    return Data(x_train, y_train, x_test, y_test, facts, raw, scaling)


def _scaling(raw: Raw, scale: str) -> Scaling:
    x, image = raw.x_train, raw.kind == "images"
    white = 255.0 if x.dtype == np.uint8 else float(x.max())
    zero, one = np.zeros((), "float32"), np.ones((), "float32")
    if raw.kind == "sequences" or scale == "none":
        return Scaling(zero, one, white)
    if scale == "unit" and image:
        return Scaling(zero, one * (white or 1), white)
    x, axis = x.astype("float32"), None if image else 0
    if scale == "unit":
        offset, divisor = x.min(axis=axis), x.max(axis=axis) - x.min(axis=axis)
    else:
        offset, divisor = x.mean(axis=axis), x.std(axis=axis)
    return Scaling(offset, np.where(divisor == 0, one, divisor), white)


def _inputs(x: Array, raw: Raw, scaling: Scaling, given: dict[str, Any]) -> Array:
    if raw.kind == "sequences":
        return x.astype("int32")
    x = scaling(x)
    return x[..., None] if given.get("channel_axis") and x.ndim == 3 else x


def _is_whole(x: Array) -> bool:
    """Whether all are whole numbers; most data that is not shows it in its first rows."""
    if x.dtype.kind in "iub":
        return True
    return all(np.array_equal(part, np.rint(part)) for part in (x[:100], x))


def _targets(y: Array, labels: str, classes: int) -> Array:
    if labels == "one_hot":
        return np.eye(classes, dtype="float32")[y]
    return y.astype("float32") if labels == "values" else y


def check(raw: Raw) -> None:
    """Raises DataError when the arrays do not fit together, or hold NaN or impossible labels."""
    for part in ("train", "test"):
        x, y = getattr(raw, f"x_{part}"), getattr(raw, f"y_{part}")
        if len(x) == 0:
            raise _bad(f"x_{part} holds no examples.", "Give at least one example.")
        if len(x) != len(y):
            raise _bad(
                f"x_{part} has {len(x):,} examples but y_{part} has {len(y):,} labels.",
                "Every example needs exactly one label.",
            )
        for name, array in ((f"x_{part}", x), (f"y_{part}", y)):
            _check_numbers(name, array)
        if y.ndim != 1:
            raise _bad(
                f"y_{part} must hold one number an example but has the shape {y.shape}.",
                "If it is one-hot, save np.argmax(y, axis=1) instead.",
            )
    if raw.x_train.shape[1:] != raw.x_test.shape[1:]:
        raise _bad(
            f"Training examples have the shape {raw.x_train.shape[1:]} but test examples"
            f" {raw.x_test.shape[1:]}.",
            "Give both the same shape.",
        )
    if raw.task == "classification":
        _check_labels(raw)


def _check_numbers(name: str, array: Array) -> None:
    if array.dtype.kind not in "iufb":
        raise _bad(
            f"{name} must hold numbers but holds {array.dtype}.",
            "Convert it with astype('float32').",
        )
    if array.dtype.kind == "f" and not (np.isfinite(array.sum()) or np.isfinite(array).all()):
        bad = int(np.size(array) - np.isfinite(array).sum())
        raise _bad(
            f"{name} has {bad:,} entries that are no finite numbers (NaN or infinite).",
            "Remove those rows or fill the gaps before saving the file.",
        )


def _check_labels(raw: Raw) -> None:
    count = len(raw.classes)
    if count > MAX_CLASSES:
        raise _bad(
            f"The labels name {count:,} classes; at most {MAX_CLASSES:,} are accepted.",
            "If they are amounts rather than classes, set labels to 'values'.",
        )
    for part, y in (("train", raw.y_train), ("test", raw.y_test)):
        if y.min() < 0:
            raise _bad(
                f"y_{part} has labels from {y.min()} to {y.max()}; classes are numbered from 0, so"
                " no label may be below 0.",
                "Number the classes from 0 without gaps, or set labels to 'values' if they are"
                " amounts.",
            )
        if y.dtype.kind not in "iu" or y.max() >= count:
            raise _bad(
                f"y_{part} has labels from {y.min()} to {y.max()}; with {count}"
                f" class{'' if count == 1 else 'es'} they must be whole numbers from 0 to"
                f" {count - 1}.",
                "Number the classes from 0 without gaps, the same in training and test.",
            )


def _bad(message: str, hint: str) -> DataError:
    return DataError(message, hint, "dataset")
