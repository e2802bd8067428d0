"""A run's own ``.keras``: load the trained model, and write it as HDF5."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from builder import catalog
from builder.catalog.layers import needs_adapt
from builder.engine.build import keras_objects
from builder.engine.build.backend import keras
from builder.errors import FileError, LayerwiseError


def load_artefact(path: str | os.PathLike[str], compiled: bool = True) -> keras.Model:
    """The trained model of a run; a new one each time.

    Args:
        compiled: as it was when it was saved, so that it can be trained on and evaluated.

    Raises:
        FileError: it is missing or damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise FileError(f"The model file {path.name} is missing.", "Train the model again.")
    try:
        return keras.models.load_model(path, compile=compiled, safe_mode=True)
    except LayerwiseError:
        raise
    except Exception as error:  # Keras refuses damaged files in many ways
        raise FileError(
            f"The model file {path.name} cannot be opened: {keras_objects.reason(error)}",
            "Train the model again, or choose another run.",
        ) from None


def save_h5(artefact: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
    """Write a run's model once more, in the older HDF5 format.

    Raises:
        FileError: the artefact cannot be read; HDF5 cannot hold its layers (bare operations,
            registered classes); no space.
    """
    model = load_artefact(path=artefact)
    _refuse_learned_words(model)
    target = Path(path)
    partial = target.with_name(f"{target.stem}.partial.h5")
    try:
        with _without_advice():
            model.save(partial)
        _same_architecture(model, partial)
        os.replace(partial, target)
    except FileError:
        raise
    except Exception as error:  # h5py and Keras refuse in many ways
        raise FileError(
            f"This model cannot be written as .h5: {keras_objects.reason(error)}",
            "Export it as .keras instead.",
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def _refuse_learned_words(model: keras.Model) -> None:
    """A vocabulary that was learned lies beside the weights, where HDF5 has no place."""
    for layer in model.layers:
        kind = type(layer).__name__
        if catalog.traits_of(kind).looks_up and needs_adapt(kind, layer.get_config()):
            raise FileError(
                f"HDF5 has no place for the vocabulary that '{layer.name}' learned.",
                "Export it as .keras or as SavedModel instead.",
            )


@contextlib.contextmanager
def _without_advice() -> Iterator[None]:
    """Keras's log advises .keras wherever .h5 was asked for."""
    log = logging.getLogger("absl")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _same_architecture(model: keras.Model, saved: Path) -> None:
    """HDF5 drops some layers without a word; reading back finds out."""
    again = keras.models.load_model(saved, compile=False, safe_mode=True)
    if again.count_params() != model.count_params():
        raise FileError("HDF5 lost a part of this model.", "Export it as .keras instead.")
