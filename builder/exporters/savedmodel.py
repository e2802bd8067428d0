"""The trained model as a TensorFlow SavedModel: what TensorFlow Serving and others run."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from builder.exporters._conversion import converting, open_model
from builder.exporters.contract import ExportRequest

NAME = "savedmodel"
TITLE = "TensorFlow SavedModel"
SUFFIX = ".savedmodel.zip"
KIND = "run"
SLOW = True
ABOUT = "A folder, zipped: tf.saved_model.load and TensorFlow Serving run it without Keras."


def export(request: ExportRequest) -> bytes:
    """The folder ``saved_model`` as a zip; its ``serve`` gives the predictions.

    Raises:
        FileError: the model cannot be read or written.
    """
    model = open_model(request)
    with tempfile.TemporaryDirectory() as folder, converting(TITLE):
        path = Path(folder) / "saved_model"
        model.export(path, format="tf_saved_model", verbose=False)
        return _zip(path)


def _zip(folder: Path) -> bytes:
    """A folder as a zip, its own name first."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder.parent))
    return data.getvalue()
