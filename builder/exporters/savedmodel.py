"""The trained model as a TensorFlow SavedModel: what TensorFlow Serving and others run."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from builder.exporters._live import converting, opened
from builder.facts import ModelFacts
from builder.spec import TrainingSpec

NAME = "savedmodel"
TITLE = "TensorFlow SavedModel"
SUFFIX = ".savedmodel.zip"
NEEDS = "run"
ABOUT = "A folder, zipped: tf.saved_model.load and TensorFlow Serving run it without Keras."


def export(
    training: TrainingSpec,
    artefact: str | None = None,
    facts: ModelFacts | None = None,
    title: str = "",
) -> bytes:
    """The folder ``saved_model`` as a zip; its ``serve`` gives the predictions.

    Raises:
        FileError: no run was given, or the model cannot be written.
    """
    model = opened(artefact)
    with tempfile.TemporaryDirectory() as folder, converting(TITLE):
        path = Path(folder) / "saved_model"
        model.export(path, format="tf_saved_model", verbose=False)
        return zipped(path)


def zipped(folder: Path) -> bytes:
    """A folder as a zip, its own name first."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder.parent))
    return data.getvalue()
