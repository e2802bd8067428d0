"""Models that read digits, and digits as a canvas or a file gives them; for several tests."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.spec import ObjectSpec, TrainingSpec, chain


def training(dataset: ObjectSpec, *layers: ObjectSpec) -> TrainingSpec:
    compile_ = {
        "optimizer": ObjectSpec("Adam"),
        "loss": ObjectSpec("CategoricalCrossentropy"),
        "metrics": (ObjectSpec("accuracy"),),
    }
    return TrainingSpec(chain("model", *layers), dataset, compile=compile_)


def dense(dataset: ObjectSpec, shape=(28, 28), units=10, last="softmax") -> TrainingSpec:
    return training(
        dataset,
        ObjectSpec("InputLayer", {"shape": shape}),
        ObjectSpec("Flatten"),
        ObjectSpec("Dense", {"units": 64, "activation": "relu"}),
        ObjectSpec("Dense", {"units": units, "activation": last}),
    )


def saved(spec: TrainingSpec, path: Path, epochs: int = 0) -> str:
    model = keras_model.build_compiled(spec)
    if epochs:
        found = loading.load(spec.dataset)
        model.fit(found.input.train, found.target.train, epochs=epochs, verbose=0)
    model.save(path)
    return str(path)


def enlarged(small: np.ndarray, times: int = 10) -> np.ndarray:
    return np.kron(small, np.ones((times, times), small.dtype))


def canvas(small: np.ndarray) -> np.ndarray:
    """As the Draw page gives it: 280×280 RGBA, black ink on white."""
    grey = 255 - enlarged(small)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def png(pixels: np.ndarray, format_: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format_, **options)
    return file.getvalue()


def drawn(how) -> np.ndarray:
    image = Image.new("RGBA", (280, 280), "white")
    how(ImageDraw.Draw(image))
    return np.asarray(image)
