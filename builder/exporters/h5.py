"""The trained model in the older HDF5 format, for programs that want ``.h5``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from builder.exporters.contract import ExportRequest
from builder.exporters.keras import read_artefact

NAME = "h5"
TITLE = "HDF5 model (older Keras)"
SUFFIX = ".h5"
KIND = "run"
SLOW = True


def export(request: ExportRequest) -> bytes:
    """The model rewritten as HDF5; FileError, which says why, when that cannot hold it."""
    from builder.engine.inference.artefact import save_h5

    read_artefact(request)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.h5"
        save_h5(str(request.artefact), str(path))
        return path.read_bytes()
