"""The trained model as ONNX: what many other runtimes and languages run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from builder.exporters._conversion import converting, open_model, refuse_text
from builder.exporters.contract import ExportRequest

NAME = "onnx"
TITLE = "ONNX"
SUFFIX = ".onnx"
KIND = "run"
SLOW = True
ABOUT = "For ONNX Runtime, which there is for many languages and for browsers."
REQUIRES = ("onnx", "tf2onnx")


def export(request: ExportRequest) -> bytes:
    """The bytes of the ``.onnx`` file; any number of examples at a time.

    Raises:
        FileError: the model cannot be read or written.
    """
    model = open_model(request)
    refuse_text(model, TITLE)
    with tempfile.TemporaryDirectory() as folder, converting(TITLE):
        path = Path(folder) / "model.onnx"
        _call_once(model)
        model.export(path, format="onnx", verbose=False)
        return path.read_bytes() if _is_closed(path, model) else _frozen(model)


def _call_once(model: Any) -> None:
    """Keras exports as ONNX only what was called with numbers."""
    import numpy as np

    rows = [np.zeros([n or 1 for n in t.shape], t.dtype) for t in model.inputs]
    model(rows if len(rows) > 1 else rows[0], training=False)


def _is_closed(path: Path, model: Any) -> bool:
    """Whether it asks for the model's Inputs only.

    Constants that a layer learned from the data (Normalization) come out as further inputs of
    Keras's own export.
    """
    import onnx

    return len(onnx.load(path).graph.input) == len(model.inputs)


def _frozen(model: Any) -> bytes:
    """Converted from a graph whose constants were put in first."""
    import tensorflow as tf
    import tf2onnx
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    asked = [tf.TensorSpec(t.shape, t.dtype, name=t.name) for t in model.inputs]
    called = tf.function(
        lambda *given: model(given[0] if len(given) == 1 else list(given), training=False),
        input_signature=asked,
    )
    graph = convert_variables_to_constants_v2(called.get_concrete_function())
    found, _ = tf2onnx.convert.from_graph_def(
        graph.graph.as_graph_def(),
        input_names=[t.name for t in graph.inputs],
        output_names=[t.name for t in graph.outputs],
    )
    return bytes(found.SerializeToString())
