"""The trained model for phones and small devices: LiteRT, once called TensorFlow Lite."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from builder import catalog, edit
from builder.errors import FileError
from builder.exporters._conversion import EXPORT_KERAS, converting, open_model, refuse_text
from builder.exporters.contract import ExportRequest, Option
from builder.spec import TrainingSpec

NAME = "tflite"
TITLE = "LiteRT (TensorFlow Lite)"
SUFFIX = ".tflite"
KIND = "run"
SLOW = True
ABOUT = "For phones and small devices. It answers one example at a time."
OPTIONS = {
    "int8": Option(
        "bool",
        "tflite in 8 bits",
        "In 8 bits",
        "A quarter of the size; ranges are measured on training examples, and predictions"
        " differ a little.",
    )
}

SAMPLES = 200
"""Training examples that int8 quantization measures the layers' ranges on."""


def export(request: ExportRequest) -> bytes:
    """The flat file; it reads one example.

    With the option ``int8`` weights and layers have 8 bits, their ranges measured on training
    examples; inputs and outputs stay as they are.

    Raises:
        FileError: the model cannot be read or written, or not in 8 bits.
    """
    model = open_model(request)
    training, int8 = request.training, bool(request.options.get("int8"))
    refuse_text(model, TITLE)
    if int8:
        _check(training)
    with tempfile.TemporaryDirectory() as folder, converting(TITLE):
        return _convert(model, folder, training if int8 else None)


def _check(training: TrainingSpec) -> None:
    """Refuse recurrent layers: the converter would end its whole process."""
    kinds = edit.layer_classes(training.model)
    if bad := next((name for name in kinds if catalog.traits_of(name).recurrent), None):
        raise FileError(
            f"A model with {bad} cannot be written in 8 bits: the converter has no such form.",
            "Export it without int8.",
        )


def _convert(model: Any, folder: str, measured: TrainingSpec | None) -> bytes:
    import keras
    import tensorflow as tf

    # a fixed batch of one: with a free one recurrent layers cannot be converted
    one = [
        keras.InputSpec(shape=(1, *tensor.shape[1:]), dtype=tensor.dtype, name=tensor.name)
        for tensor in model.inputs
    ]
    if any(None in spec.shape for spec in one):
        raise FileError("A model whose Input has a free axis cannot be written.", EXPORT_KERAS)
    signature = one if len(one) == 1 else [one]  # several are one argument of the call
    model.export(folder, format="tf_saved_model", verbose=False, input_signature=signature)
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    if measured is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _samples(measured, one)
    return bytes(converter.convert())


def _samples(training: TrainingSpec, one: list[Any]) -> Iterator[Any]:
    """Training examples as the converter asks for them: several inputs by name."""
    from builder.engine.data import column_arrays, loading

    x = column_arrays.bind_arrays(training, loading.load(training.dataset)).x_train
    if len(one) == 1:
        for row in x[:SAMPLES]:
            yield [row[None].astype(one[0].dtype)]
        return
    for row in range(min(SAMPLES, *(len(rows) for rows in x.values()))):
        yield {spec.name: x[spec.name][row : row + 1].astype(spec.dtype) for spec in one}
