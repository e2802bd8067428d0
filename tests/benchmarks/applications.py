"""Which ``keras.applications`` come back exactly from their file; prints each and the share.

    python -m tests.benchmarks.applications [name …]
    python -m tests.benchmarks.applications weights [name …]

Structure and sizes (nothing is allocated): the record of what is built from the spec that was
read must be Keras's own record, name for name. With ``weights``: saved with weights, opened and
built again, it must predict the very same numbers; by default three small ones.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files import initial_weights, model_files
from builder.engine.files.records import convert
from builder.errors import LayerwiseError

SMALL = ("MobileNetV2", "EfficientNetB0", "DenseNet121")


def names() -> list[str]:
    """Every architecture, as ``keras.applications`` calls it."""
    found = vars(keras.applications)
    return sorted(n for n, f in found.items() if callable(f) and n[0].isupper())


def record(name: str) -> dict[str, Any]:
    """What Keras writes about an architecture, without its weights."""
    with keras_model.without_allocating():
        model = getattr(keras.applications, name)(weights=None)
        return json.loads(model.to_json())


def differs(name: str, given: dict[str, Any] | None = None) -> str:
    """Where an architecture does not come back; ``""`` when it does."""
    before = given or record(name)
    spec, notes = convert.from_record(before)
    if notes:
        return notes[0].message
    with keras_model.without_allocating():
        after = json.loads(keras_model.build(spec).to_json())
    again, _ = convert.from_record(after)
    if again != spec:
        return "the spec of what was built is another"
    if after["class_name"] == "Sequential":  # a functional chain becomes what it is: a stack
        rows = (before["config"]["layers"], after["config"]["layers"])
        before_rows, after_rows = ([single(r["config"]) for r in some] for some in rows)
        return "" if before_rows == after_rows else "Keras's record differs"
    return "" if single(after["config"]) == single(before["config"]) else "Keras's record differs"


def single(value: Any) -> Any:
    """The record with its numbers as precise as the weights they become (float32)."""
    if isinstance(value, dict):
        return {k: single(v) for k, v in value.items()}
    if isinstance(value, list):
        return [single(v) for v in value]
    return float(np.float32(value)) if isinstance(value, float) else value


def moves(name: str, side: int, folder: Path) -> str:
    """What is lost when it is saved and opened with its weights; ``""`` when nothing is."""
    made = getattr(keras.applications, name)
    model = made(weights=None, include_top=False, input_shape=(side, side, 3))
    x = np.random.default_rng(0).uniform(0, 255, (2, side, side, 3)).astype("float32")
    before = np.asarray(model(x))
    model.save(folder / "model.keras")
    found = model_files.open_model(folder / "model.keras", folder / "kept.npz")
    if found["notes"]:
        return str(found["notes"][0].message)
    again = keras_model.build(found["model"])
    if (
        initial_weights.load_weights(again, folder / "kept.npz")
        or again.count_params() != model.count_params()
    ):
        return "weights are missing"
    return "" if np.array_equal(np.asarray(again(x)), before) else "the numbers differ"


def main() -> None:
    """Try them all, or those named; status 1 when one is lost."""
    if sys.argv[1:2] == ["weights"]:
        lost = 0
        for name in sys.argv[2:] or SMALL:
            with tempfile.TemporaryDirectory() as folder:
                why = moves(name, 32, Path(folder))
            lost += bool(why)
            print(f"{name:20} {why or 'bit-identical'}")
        sys.exit(bool(lost))
    wanted = sys.argv[1:] or names()
    good = 0
    for name in wanted:
        start = time.perf_counter()
        before = record(name)
        made = time.perf_counter()
        try:
            why = differs(name, before)
        except LayerwiseError as error:
            why = error.message
        took = time.perf_counter() - made
        good += not why
        print(f"{name:20} built {made - start:5.1f} s, round trip {took:5.1f} s  {why or 'exact'}")
    print(f"{good} of {len(wanted)} come back exactly")
    sys.exit(good < len(wanted))


if __name__ == "__main__":
    main()
