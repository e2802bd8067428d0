"""Initial weights of a model: saved by layer name, loaded into the layers they still fit."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from builder.engine.build import keras_objects
from builder.engine.build.backend import keras
from builder.errors import FileError
from builder.facts import Note

AGAIN = "Open the model's file again, or train without its weights."


def leaves(model: keras.Model, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """``(name, layer)`` of every layer; of a layer in a nested model ``"outer/inner"``."""
    for layer in model.layers:
        name = f"{prefix}{layer.name}"
        if isinstance(layer, keras.Model):
            yield from leaves(layer, f"{name}/")
        elif layer.weights:
            yield name, layer


def write_weights(
    model: keras.Model,
    path: str | os.PathLike[str],
    names: set[str] | None = None,
    prefix: str = "",
) -> None:
    """Write the weights of these layers (None: all): arrays ``"<layer>:<number>"`` in an ``.npz``.

    Args:
        prefix: before every layer's name: ``"outer/"`` for the weights of a model to be nested.

    Raises:
        OSError: the file cannot be written.
    """
    with zipfile.ZipFile(path, "w") as file:
        for name, layer in leaves(model, prefix):
            if names is not None and name not in names:
                continue
            for i, weight in enumerate(layer.weights):
                value = np.asarray(keras.ops.convert_to_numpy(weight))
                plain = value if value.dtype.kind in "fiub" else value.astype("float32")
                with file.open(f"{name}:{i}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, plain, allow_pickle=False)


def load_weights(
    model: keras.Model, path: str | os.PathLike[str], names: Mapping[str, Any] | None = None
) -> tuple[Note, ...]:
    """Give every layer of ``model`` its weights from such a file, by name, in place.

    A layer that is not in the file, or whose shapes are others by now, keeps what it has.

    Args:
        names: layers that the file knows by another name; none other gets what lies there.

    Returns:
        One note for each layer that keeps its own.

    Raises:
        FileError: the file is missing or damaged.
    """
    elsewhere = set((names or {}).values())
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            known, told = set(file.files), []
            for name, layer in leaves(model):
                there = (names or {}).get(name, None if name in elsewhere else name)
                told.append((name, _take(there, layer, file, known)))
            return tuple(Note(name, why) for name, why in told if why)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError, TypeError) as error:
        raise FileError(
            f"The weights in {Path(path).name} cannot be read: {keras_objects.reason(error)}.",
            AGAIN,
        ) from None


def _take(name: str | None, layer: Any, file: Any, known: set[str]) -> str:
    """Why the layer keeps its own weights; ``""`` when it took those of the file."""
    keys = [f"{name}:{i}" for i in range(len(layer.weights))]
    if keys[0] not in known:
        return "starts with fresh weights: the file has none for it."
    have = sum(k.rpartition(":")[0] == name for k in known)
    if have != len(keys):
        return f"starts with fresh weights: it has {len(keys)} arrays, the file {have}."
    values = [file[key] for key in keys]
    for value, weight in zip(values, layer.weights, strict=True):
        if tuple(value.shape) != tuple(weight.shape):
            was, now = (" × ".join(map(str, s)) or "1" for s in (value.shape, weight.shape))
            return f"starts with fresh weights: a part of it was {was} and is {now} now."
    for value, weight in zip(values, layer.weights, strict=True):
        weight.assign(value)
    return ""


def join_notes(notes: tuple[Note, ...], many: int = 3) -> str:
    """The notes of ``load_weights`` in one sentence, ``""`` when every layer took its weights."""
    if not notes:
        return ""
    names = ", ".join(f"'{n.where}'" for n in notes[:many])
    more = f" and {len(notes) - many} more" if len(notes) > many else ""
    return f"Fresh weights in {names}{more}: {notes[0].message.partition(': ')[2]}"
