"""The project as a Python script: literal Keras, standing alone, the same numbers by its seed."""

from __future__ import annotations

from builder import code
from builder.exporters.contract import ExportRequest, Option

STYLE = Option("choice", "how script and notebook say the model", choices=code.STYLES)

NAME = "script"
TITLE = "Python script"
SUFFIX = ".py"
KIND = "project"
MIME = "text/x-python"
ORDER = 1
OPTIONS = {"style": STYLE}


def export(request: ExportRequest) -> bytes:
    """UTF-8 source, in the option ``style``; without it the usual one for the model.

    Raises:
        SpecError: the model cannot be written in that style.
        DataError: the dataset cannot be loaded, so how it is prepared is not known.
    """
    from builder.engine.data import loading

    source = loading.source(request.training.dataset)
    style = request.options.get("style") or ""
    return code.script(request.training, source, request.title, style).encode()
