"""Small valid files of every kind that is read, most of them written by the builder itself."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from builder import code, starters
from builder.code import data_source
from builder.document import to_json
from builder.spec import TrainingSpec
from tests import zoo
from tests.builder.tables.small_files import workbook, zipped
from tests.zoo import tables

File = tuple[str, bytes]
"""Its name and what it holds."""

TEXTS = Path(__file__).parent / "builder" / "parse" / "corpus"

STARTERS = ("iris", "xor", "digits_cnn", "review_texts", "digit_pairs", "reviews", "digits_patches")


def _trainings() -> Iterator[tuple[str, TrainingSpec]]:
    for name in STARTERS:
        yield name, starters.find_starter(name).training
    yield "guests", tables.GUESTS
    yield from list(zoo.STACKS.items())[:8]


def projects() -> Iterator[File]:
    for name, training in _trainings():
        yield f"{name}.json", to_json(training, title=name).encode()


def scripts() -> Iterator[File]:
    """The starters' scripts, and what people wrote."""
    for name, training in _trainings():
        facts = zoo.DATA.get(training.dataset.class_name)
        if facts is not None:
            source = data_source.source(training.dataset, facts)
            for style in code.styles(training):
                yield f"{name}.py", code.script(training, source, name, style).encode()
    for path in sorted(TEXTS.glob("*.txt")):
        parts = re.split(r"^#### (.*)\n", path.read_text("utf-8"), flags=re.M)
        for title, text in zip(parts[1::2], parts[2::2], strict=True):
            if title != "expect":
                yield "pasted.py", text.encode()


def notebooks() -> Iterator[File]:
    for name, text in scripts():
        cells = [
            {"cell_type": "markdown", "metadata": {}, "source": ["# A model\n"]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
             "source": text.decode().splitlines(keepends=True)},
        ]  # fmt: skip
        made = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
        yield name.replace(".py", ".ipynb"), json.dumps(made).encode()


def models() -> Iterator[tuple[str, Any]]:
    """Keras models of the zoo and of starters, with weights; needs Keras."""
    from builder.engine.build import keras_model
    from builder.errors import LayerwiseError

    for name, model in [*zoo.MODELS.items(), *((n, t.model) for n, t in _trainings())]:
        try:
            made = keras_model.build(model)
        except LayerwiseError:
            continue
        if made.count_params() < 30_000:
            made.compile("adam", "mse")
            yield name, made


def model_files(ending: str, folder: Path) -> Iterator[File]:
    for name, model in models():
        path = folder / f"{name}{ending}"
        try:
            model.save(path)
        except Exception:  # an older format that cannot hold every model
            continue
        yield path.name, path.read_bytes()
        path.unlink()


def model_records(_: Path) -> Iterator[File]:
    for name, model in models():
        yield f"{name}.json", model.to_json().encode()


def arrays() -> Iterator[File]:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 255, (12, 8, 8), "uint8")
    labels = np.arange(12) % 3
    for name, x, y in (
        ("pictures", pictures, labels),
        ("colours", np.stack([pictures] * 3, -1), labels),
        ("rows", rng.normal(size=(12, 4)).astype("f4"), rng.normal(size=12)),
        ("texts", np.array(["good", "bad", "ü"] * 4), labels),
    ):
        made = io.BytesIO()
        np.savez(made, x_train=x, y_train=y, x_test=x[:6], y_test=y[:6])
        yield f"{name}.npz", made.getvalue()


def images() -> Iterator[File]:
    from PIL import Image

    grey = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 30), "uint8"))
    for mode, form in (
        ("L", "PNG"), ("1", "PNG"), ("RGBA", "PNG"), ("P", "PNG"), ("P", "GIF"), ("RGB", "JPEG"),
        ("CMYK", "JPEG"), ("I", "TIFF"), ("F", "TIFF"), ("I;16", "TIFF"), ("RGB", "WEBP"),
        ("RGB", "BMP"),
    ):  # fmt: skip
        made = io.BytesIO()
        grey.convert("I").convert(mode).save(made, form)
        yield f"picture.{form.lower()[:3]}", made.getvalue()


def table_files() -> Iterator[File]:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    text = tables.text().encode()
    table = pyarrow.csv.read_csv(io.BytesIO(text))
    rows = [line.split(",") for line in text.decode().splitlines()[:30]]
    parquet, arrow = io.BytesIO(), io.BytesIO()
    pyarrow.parquet.write_table(table, parquet)
    with pa.ipc.new_file(arrow, table.schema) as file:
        file.write_table(table)
    small = table.slice(0, 30).to_pylist()
    yield "guests.csv", text
    yield "guests.txt", text.replace(b",", b"\t")
    yield "guests.xlsx", workbook(rows, rows[:3])
    yield "guests.parquet", parquet.getvalue()
    yield "guests.arrow", arrow.getvalue()
    yield "guests.json", json.dumps(small, default=str).encode()
    yield (
        "columns.json",
        json.dumps({k: [r[k] for r in small] for k in small[0]}, default=str).encode(),
    )
    yield "lines.json", "\n".join(json.dumps(r, default=str) for r in small).encode()
    yield "guests.csv.gz", gzip.compress(text, mtime=0)
    yield (
        "guests.zip",
        zipped({"a/guests.csv": text[:3000], "b.json": json.dumps(small, default=str).encode()}),
    )


CORPORA: Mapping[str, Callable[[Path], Iterator[File]]] = {
    "keras": lambda folder: model_files(".keras", folder),
    "h5": lambda folder: model_files(".h5", folder),
    "model_json": model_records,
    "project": lambda _: projects(),
    "engine": lambda _: projects(),
    "code": lambda _: scripts(),
    "notebook": lambda _: notebooks(),
    "npz": lambda _: arrays(),
    "image": lambda _: images(),
    "table": lambda _: table_files(),
    "predict": lambda _: table_files(),
}
"""Reader → its valid files."""
