"""The trained model in the older HDF5 format, for programs that want ``.h5``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from builder.exporters.keras import read
from builder.facts import ModelFacts
from builder.spec import TrainingSpec

NAME = "h5"
TITLE = "HDF5 model (older Keras)"
SUFFIX = ".h5"
NEEDS = "run"


def export(
    training: TrainingSpec,
    artefact: str | None = None,
    facts: ModelFacts | None = None,
    title: str = "",
) -> bytes:
    """The model rewritten as HDF5.

    Raises:
        FileError: no run was given, or HDF5 cannot hold this model (it says why).
    """
    from builder.engine.files.model_files import save_h5

    read(artefact)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.h5"
        save_h5(str(artefact), str(path))
        return path.read_bytes()
