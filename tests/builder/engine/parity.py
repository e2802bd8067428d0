"""The trainings of ``parity_cases`` by ``model.fit`` or by our loop, in a process of its own.

python tests/builder/engine/parity.py fit|loop|pause FOLDER THREADS CASE…   prints one JSON object

``fit`` trains by Keras, ``loop`` by ours, ``pause`` by ours until an order to pause comes somewhere
in the middle; ``loop`` on the same FOLDER then goes on from there.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from builder.engine.build.backend import keras
from builder.engine.training.batch_order import BatchOrder
from builder.engine.training.loop import Loop, Plan
from builder.engine.training.reporting import Reporter
from builder.engine.training.snapshot import Snapshots
from tests.builder.engine.front_cases import ALL
from tests.builder.engine.parity_cases import Case


class Heard(keras.callbacks.Callback):
    """A sink, and a callback, that keeps each batch's loss."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: dict[int, float] = {}
        self._first = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._first = epoch * self.params["steps"]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.losses[self._first + batch] = float(np.float32(logs["loss"]))

    def plan(self, *_: Any) -> None:
        pass

    def batches(self, step0: int, values: Mapping[str, Any]) -> None:
        self.losses |= {step0 + i: float(v) for i, v in enumerate(values["loss"])}

    def epoch(self, n: int, values: Mapping[str, float]) -> None:
        pass

    def message(self, text: str) -> None:
        pass

    def remark(self, text: str) -> None:
        pass

    def begin(self, *_: Any) -> None:
        pass

    def flush(self) -> None: ...

    def saved(self, step: int) -> None:
        pass


def cut(values: Any, rows: slice) -> Any:
    return keras.tree.map_structure(lambda a: a[rows], values)


def by_fit(case: Case, model: Any, callbacks: list[Any], heard: Heard) -> tuple[str, Any]:
    rows = slice(0, case.rows)
    weight = {} if case.weight is None else {"sample_weight": case.weight[rows]}
    kept = model.fit(
        cut(case.x, rows), cut(case.y, rows), batch_size=case.batch, epochs=case.epochs, verbose=0,
        callbacks=[*callbacks, heard], validation_data=case.held, **weight, **case.fit,
    )  # fmt: skip
    return "finished", kept.history


def by_loop(
    case: Case, model: Any, callbacks: list[Any], heard: Heard, folder: Path, asks: int
) -> tuple[str, Any]:
    from keras.src.trainers.data_adapters import data_adapter_utils
    from keras.src.trainers.data_adapters.array_slicing import train_validation_split

    rows = slice(0, case.rows)
    train: Any = (cut(case.x, rows), cut(case.y, rows))
    held = case.held
    if share := case.fit.get("validation_split"):
        train, held = train_validation_split(train, validation_split=share)
    if case.weight is not None:
        train = (*train, case.weight[rows])
    if weights := case.fit.get("class_weight"):
        train = (*train, data_adapter_utils.class_weight_to_sample_weights(train[1], weights))
    count = len(keras.tree.flatten(train)[0])
    plan = Plan(
        train, held, BatchOrder(count, case.batch, case.fit.get("shuffle", True), 0), case.epochs,
        case.fit.get("validation_batch_size", case.batch), case.fit.get("validation_freq", 1),
        xla=case.xla,
    )  # fmt: skip
    left = iter(range(asks))
    reporter = Reporter(
        heard, lambda: None if asks < 0 or next(left, None) is not None else "pause"
    )
    ended = Loop(model, plan, callbacks, reporter, Snapshots(folder, model, callbacks)).run()
    return ended, reporter.history


def digest(model: Any) -> str:
    raw = b"".join(np.ascontiguousarray(w).tobytes() for w in model.get_weights())
    return hashlib.sha256(raw).hexdigest()[:16]


def kept(path: Path) -> str:
    """A digest of the arrays in a model's or weights' file, the optimizer's too, in their order."""
    raw = path.read_bytes()
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            raw = archive.read("model.weights.h5")
    found = hashlib.sha256()

    def add(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found.update(f"{name} {item.dtype} {item.shape} ".encode() + item[()].tobytes())

    with h5py.File(io.BytesIO(raw)) as file:
        file.visititems(add)
    return found.hexdigest()[:16]


def run(how: str, name: str, folder: Path) -> dict[str, Any]:
    """One case; its history, each batch's loss, the weights' digest, the CSV and what the files of
    models and weights hold."""
    case = ALL[name]
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(3)
    model, callbacks = case.make(folder)
    heard = Heard()
    if how == "fit":
        ended, history = by_fit(case, model, callbacks, heard)
    else:
        asks = zlib.crc32(name.encode()) % 9 + 1 if how == "pause" else -1
        ended, history = by_loop(case, model, callbacks, heard, folder, asks)
    csv = folder / "log.csv"
    return {
        "ended": ended,
        "history": history,
        "losses": {str(k): v for k, v in heard.losses.items()},
        "weights": digest(model),
        "csv": csv.read_text() if csv.exists() else "",
        "files": {p.name: kept(p) for p in folder.iterdir() if p.suffix in (".keras", ".h5")},
    }


def main() -> None:
    """Trains the cases asked for; without any, all of them."""
    import tensorflow as tf

    from builder.engine.training import loop, reporting

    how, folder, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    if how == "pause":
        # asked before every call, and calls of few steps, so that the order meets any place
        reporting.ORDER_SECONDS, loop.CALL_SECONDS, loop.FIRST_BLOCK = -1.0, 0.0, 2
    print(json.dumps({n: run(how, n, folder / n) for n in sys.argv[4:] or ALL}))


if __name__ == "__main__":
    main()
