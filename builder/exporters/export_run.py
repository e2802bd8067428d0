"""Export in the child process, by the exporter's name: the pages' way to the exporters."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import psutil

from builder.engine.build import keras_model
from builder.engine.files import initial_weights
from builder.engine.training import train_run
from builder.errors import CatalogError
from builder.exporters.contract import ExportRequest
from builder.exporters.registry import all_exporters
from builder.spec import TrainingSpec


def export(
    name: str,
    training: TrainingSpec,
    artefact: str | None = None,
    title: str = "",
    **options: Any,
) -> bytes:
    """The project (or the run whose ``.keras`` is ``artefact``) in the form called ``name``.

    Args:
        options: what that exporter asks beyond them, such as ``style`` or ``int8``.

    Raises:
        CatalogError: there is no exporter of that name.
        LayerwiseError: what the exporter says.
    """
    exporters = all_exporters()
    if name not in exporters:
        raise CatalogError(
            f"There is no export called '{name}'.", f"Use one of {', '.join(exporters)}."
        )
    request = ExportRequest(training, artefact, title=title, options=options)
    return exporters[name].export(request)


def export_untrained(training: TrainingSpec, kept: str | None = None) -> bytes:
    """The model before any training as a ``.keras``, with the weights it begins with.

    Args:
        kept: the file of the weights that ``training.weights`` speaks of; None begins by chance.

    Raises:
        BuildError: the model cannot be built, or memory does not hold it.
        FileError: the weights are missing or damaged.
    """
    keras_model.refuse_if_too_big(
        keras_model.summary(training.model), psutil.virtual_memory().available
    )
    model = keras_model.build(training.model)
    if kept:
        initial_weights.load_weights(model, kept, training.weights.get("names"))
    with tempfile.TemporaryDirectory(prefix="layerwise-export-") as folder:
        path = Path(folder) / "model.keras"
        return train_run.save(model, path, training.model).read_bytes()
