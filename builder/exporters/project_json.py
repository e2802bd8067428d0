"""The project document itself, which Layerwise opens again."""

from __future__ import annotations

from builder.document import to_json
from builder.exporters.contract import ExportRequest

NAME = "project"
TITLE = "Layerwise project"
SUFFIX = ".json"
KIND = "project"
MIME = "application/json"
ORDER = 5


def export(request: ExportRequest) -> bytes:
    """UTF-8 JSON."""
    return to_json(request.training, title=request.title).encode()
