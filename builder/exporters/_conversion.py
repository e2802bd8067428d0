"""Convert a run's model: open it as Keras has it, refuse what a form cannot hold."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from builder import catalog
from builder.errors import FileError
from builder.exporters.contract import ExportRequest
from builder.exporters.keras import read_artefact

EXPORT_KERAS = "Export it as .keras instead."


def open_model(request: ExportRequest) -> Any:
    """The run's live model; FileError when its file is gone or damaged."""
    from builder.engine.inference.artefact import load_artefact

    read_artefact(request)
    return load_artefact(path=str(request.artefact))


def refuse_text(model: Any, form: str) -> None:
    """Raises FileError for a model that reads plain text, which that form has no operations for."""
    readers = [x.name for x in model.layers if _reads_words(type(x).__name__)]
    if readers or any(tensor.dtype == "string" for tensor in model.inputs):
        name = f"'{readers[0]}'" if readers else "its Input"
        raise FileError(
            f"{form} has no operations on plain text, which {name} reads.",
            "Export it as .keras or as SavedModel, which keep the vocabulary.",
        )


def _reads_words(class_name: str) -> bool:
    return catalog.traits_of(class_name).reads == ("string",)


@contextlib.contextmanager
def converting(form: str) -> Iterator[None]:
    """Whatever a converter says becomes one sentence; its advice is kept from the log."""
    from builder.engine.build import keras_objects

    log = logging.getLogger()
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except FileError:
        raise
    except Exception as error:  # converters refuse in as many ways as there are layers
        raise FileError(
            f"This model cannot be written as {form}: {keras_objects.reason(error)}", EXPORT_KERAS
        ) from None
    finally:
        log.setLevel(before)
