"""The project as a Jupyter notebook, every cell with a sentence that explains it."""

from __future__ import annotations

from builder import code
from builder.datasets.registry import find_dataset
from builder.exporters.contract import ExportRequest
from builder.exporters.script import STYLE

NAME = "notebook"
TITLE = "Jupyter notebook"
SUFFIX = ".ipynb"
KIND = "project"
MIME = "application/x-ipynb+json"
ORDER = 2
OPTIONS = {"style": STYLE}


def export(request: ExportRequest) -> bytes:
    """JSON of nbformat 4.5, UTF-8, in the option ``style``; without it the usual one.

    Raises:
        SpecError: the model cannot be written in that style.
        DataError: the dataset cannot be loaded, so how it is prepared is not known.
    """
    from builder.engine.data import loading

    training, style = request.training, request.options.get("style") or ""
    about = find_dataset(training.dataset.class_name).ENTRY.summary
    source = loading.source(training.dataset)
    return code.notebook(training, source, request.title, style, about).encode()
