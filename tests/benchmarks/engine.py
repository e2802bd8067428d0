"""Epochs per second against the plain Keras script, side by side in one run.

    python -m tests.benchmarks.engine [mlp cnn lstm …] [--rounds N] [--epochs N]

Every figure is the median over fresh processes that take turns, on MNIST (LAYERWISE_DATA or
../shared/data) or, without it, on the built-in digits.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from builder.check.training.performance import threads
from builder.runs.engine_process.process_policy import environment
from builder.spec import ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.zoo import dense, given, layer

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LAYERWISE_DATA", ROOT.parent / "shared" / "data"))


def stack(*layers: ObjectSpec) -> TrainingSpec:
    tutorial = zoo.STACKS["tutorial"]
    top = dense(10, activation="softmax")
    model = chain("model", given(28, 28), *layers, top)
    return replace(tutorial, model=model)


MODELS: dict[str, TrainingSpec] = {
    "mlp": zoo.STACKS["tutorial"],
    "cnn": stack(
        layer("Reshape", target_shape=(28, 28, 1)),
        layer("Conv2D", filters=16, kernel_size=3, activation="relu"),
        layer("MaxPooling2D"),
        layer("Conv2D", filters=32, kernel_size=3, activation="relu"),
        layer("MaxPooling2D"),
        layer("Flatten"),
        layer("Dropout", rate=0.5),
    ),
    "lstm": stack(layer("LSTM", units=32)),
}
WAYS = {
    "mlp": ("fit", "one", "loop", "xla"),
    "cnn": ("fit", "loop", "mixed"),
    "lstm": ("fit", "one", "loop", "xla"),
}
"""``fit`` is the plain script, with a thread for each core; ``one`` the same with one thread, which
is what our run has and its exported script sets (on some processors sums by several threads end in
other bits); ``loop`` is exact; ``xla`` and ``mixed`` equal it up to rounding."""

PLAIN = ("fit", "one")


def data(rows: int) -> SimpleNamespace:
    file = DATA / "mnist.npz"
    if not file.exists():
        from builder.engine.data import loading as builtin

        return builtin.load(ObjectSpec("Digits"))  # type: ignore[return-value]
    with np.load(file, allow_pickle=False) as raw:
        x, y, x_test, y_test = (raw[k] for k in ("x_train", "y_train", "x_test", "y_test"))
    one_hot = np.eye(10, dtype="float32")
    return SimpleNamespace(
        x_train=x[:rows].astype("float32") / 255,
        y_train=one_hot[y[:rows]],
        x_test=x_test.astype("float32") / 255,
        y_test=one_hot[y_test],
    )


class Clock:
    """A sink that notes when each epoch ended."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def plan(self, *_: Any) -> None:
        self.ends.append(time.perf_counter())

    def batches(self, *_: Any) -> None: ...

    def epoch(self, *_: Any) -> None:
        self.ends.append(time.perf_counter())

    def message(self, text: str) -> None: ...

    def remark(self, text: str) -> None: ...

    def begin(self, *_: Any) -> None: ...

    def flush(self) -> None: ...

    def saved(self, step: int) -> None: ...


def child(name: str, way: str, epochs: int, rows: int) -> None:
    """Trains once and prints seconds an epoch, seconds in all, and the history."""
    import tensorflow as tf

    spec = MODELS[name].with_fit(epochs=epochs)
    if way == "xla":
        spec = spec.with_compile(jit_compile=True)
    if way == "mixed":
        spec = spec.with_compile(dtype_policy="mixed_bfloat16")
    if way != "fit" and threads(spec):
        tf.config.threading.set_intra_op_parallelism_threads(threads(spec))
        tf.config.threading.set_inter_op_parallelism_threads(threads(spec))
    arrays = data(rows)
    began = time.perf_counter()
    ends, history, test = plain(spec, arrays) if way in PLAIN else ours(spec, arrays)
    took = time.perf_counter() - began
    each = [b - a for a, b in itertools.pairwise(ends)]
    print(json.dumps([statistics.median(each[1:] or each), took, history, test]))


def plain(spec: TrainingSpec, arrays: Any) -> tuple[list[float], Any, Any]:
    """The script: build, compile, fit, evaluate."""
    import keras

    from builder.engine.build import keras_model

    model, ends = keras_model.build_compiled(spec), [time.perf_counter()]
    told = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
    )
    kept = model.fit(
        arrays.x_train,
        arrays.y_train,
        epochs=spec.fit["epochs"],
        batch_size=32,
        validation_split=0.2,
        callbacks=[told],
        verbose=0,
    )
    test = model.evaluate(arrays.x_test, arrays.y_test, return_dict=True, verbose=0)
    return ends, kept.history, test


def ours(spec: TrainingSpec, arrays: Any) -> tuple[list[float], Any, Any]:
    from builder.engine.training import train_run

    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        found = train_run.train(spec, Path(folder), clock, lambda: None, arrays)
    return clock.ends, found["history"], found["test"]


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--child"]:
        return child(arguments[1], arguments[2], int(arguments[3]), int(arguments[4]))
    options = dict(itertools.pairwise(arguments))
    rounds, epochs = int(options.get("--rounds", 3)), options.get("--epochs", "4")
    rows = options.get("--rows", "60000")
    for name in [a for a in arguments if a in MODELS] or MODELS:
        found: dict[str, list[Any]] = {way: [] for way in WAYS[name]}
        for _ in range(rounds):
            for way in WAYS[name]:
                command = [sys.executable, "-m", __spec__.name, "--child", name, way, epochs, rows]
                # the script runs as its owner would run it, ours as the worker does
                env = None if way in PLAIN else environment()
                run = subprocess.run(
                    command, capture_output=True, text=True, check=True, cwd=ROOT, env=env
                )
                found[way].append(json.loads(run.stdout.splitlines()[-1]))
        truth = found.get("one", found["fit"])[0]
        base = [statistics.median(r[i] for r in found["fit"]) for i in (0, 1)]
        for way, runs in found.items():
            each, took = (statistics.median(r[i] for r in runs) for i in (0, 1))
            same = all(r[2:] == truth[2:] for r in runs)
            print(
                f"{name:5} {way:6} {each:6.2f} s an epoch ({base[0] / each:4.1f}×), {epochs} epochs"
                f" in {took:5.1f} s ({base[1] / took:4.1f}×),"
                f" {'every digit the same' if same else 'test accuracy'}"
                f" {runs[0][3]['accuracy']:.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
