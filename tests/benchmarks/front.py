"""What it brings to compute once what training never changes: against the plain Keras script.

    python -m tests.benchmarks.front [table text pictures] [--rounds N] [--epochs N]
    python -m tests.benchmarks.front windows [--rounds N] [--epochs N]
    python -m tests.benchmarks.front predict

Every figure is the median over fresh processes that take turns, on made-up data. ``fit`` is the
script, with the same layers in the model and ``model.fit``, a thread for each core; ``one`` the
same with one thread, as our run has it; ``inside`` our loop with the front left in every step;
``loop`` our loop as it is. ``windows``: of 100 over a million points, against
``timeseries_dataset_from_array``, in the order of time. ``predict``: rows a second of the table
model.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from builder.engine.data.column_arrays import Arrays
from builder.runs.engine_process.process_policy import environment
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, chain
from tests.zoo import dense, given, layer, training

ROOT = Path(__file__).resolve().parents[2]
SIZES = (5, 8, 12, 20, 50, 200)
"""How many different values the six categories of the table have."""

WAYS = ("fit", "one", "inside", "loop")


def table_spec() -> ModelSpec:
    """Ten numbers and six categories; the small ones one-hot, the others through an Embedding."""
    layers: dict[str, ObjectSpec] = {"numbers": given(10), "normal": layer("Normalization")}
    nodes, parts = [Node("numbers", "numbers"), Node("normal", "normal", ("numbers",))], ["normal"]
    for i, size in enumerate(SIZES):
        name, words = f"c{i}", tuple(f"w{i}_{n}" for n in range(size))
        chained = {name: given(1, dtype="string")}
        if size < 20:
            chained[f"row{i}"] = layer("StringLookup", vocabulary=words, output_mode="one_hot")
        else:
            chained[f"at{i}"] = layer("StringLookup")
            chained[f"table{i}"] = layer("Embedding", input_dim=size + 1, output_dim=8)
            chained[f"row{i}"] = layer("Flatten")
        nodes += [Node(b, b, (a,) if a else ()) for a, b in itertools.pairwise(["", *chained])]
        layers |= chained
        parts.append(f"row{i}")
    rest = {"joined": layer("Concatenate"), "wide": dense(64, "relu"), "deep": dense(32, "relu")}
    rest["out"] = dense(1, "sigmoid")
    nodes.append(Node("joined", "joined", tuple(parts)))
    nodes += [Node(b, b, (a,)) for a, b in itertools.pairwise(rest)]
    return ModelSpec("table", Config(layers | rest), tuple(nodes), ("out",))


def table_data(rows: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x: dict[str, Any] = {"numbers": (rng.normal(size=(rows, 10)) * 5 + 3).astype("float32")}
    for i, size in enumerate(SIZES):
        words = np.array([f"w{i}_{n}" for n in range(size)], object)
        x[f"c{i}"] = words[rng.integers(0, size, rows)]
    score = x["numbers"][:, :2].sum(axis=1) + 4 * (x["c0"] == "w0_1") + rng.normal(size=rows)
    return x, (score > 7).astype("int64")


TEXT = chain(
    "text",
    given(1, dtype="string"),
    layer("TextVectorization", max_tokens=5000, output_sequence_length=100),
    layer("Embedding", input_dim=5000, output_dim=16),
    layer("GlobalAveragePooling1D"),
    dense(1, "sigmoid"),
)
PICTURES = chain(
    "pictures",
    given(96, 96, 3),
    layer("Resizing", height=32, width=32),
    layer("Rescaling", scale=1 / 255),
    layer("RandomFlip", mode="horizontal"),
    layer("Flatten"),
    dense(32, "relu"),
    dense(1, "sigmoid"),
)


def text_data(rows: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    words = np.array([f"word{n}" for n in range(8000)])
    some = words[(rng.pareto(1.0, (rows, 80)) * 20).astype(int).clip(max=7999)]
    texts = np.array([" ".join(row[: 40 + i % 41]) for i, row in enumerate(some)], object)
    return texts, (some[:, 0] < "word2").astype("int64")


def picture_data(rows: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (rows, 96, 96, 3)).astype("float32")
    return x, (x[:, 40:50, 40:50].mean(axis=(1, 2, 3)) > 127).astype("int64")


WINDOWS = chain("windows", given(100, 1), layer("Flatten"), dense(32, "relu"), dense(1))
LENGTH = 100


def series(rows: int) -> tuple[Any, Any]:
    values = np.random.default_rng(0).normal(size=(rows, 1)).astype("float32")
    return values[:-1], values[LENGTH:]


MODELS = {
    "windows": (WINDOWS, series, 1_000_000),
    "table": (table_spec(), table_data, 100_000),
    "text": (TEXT, text_data, 20_000),
    "pictures": (PICTURES, picture_data, 4_000),
}


def spec_of(name: str, epochs: int) -> TrainingSpec:
    """The training; its dataset is handed over as arrays, so that it names any."""
    loss = "MeanSquaredError" if name == "windows" else "BinaryCrossentropy"
    of = training(MODELS[name][0], layer("Iris"), loss, epochs=epochs)
    return of.with_fit(validation_split=0.0, shuffle=name != "windows")


class Clock:
    """A sink that notes when each epoch ended, and the time before the first step."""

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


def child(name: str, way: str, epochs: int) -> None:
    """Trains once; prints seconds of a later epoch and of the first one, history and weights."""
    import hashlib

    import tensorflow as tf

    from builder.engine.training import precompute, train_run
    from builder.kinds._windows import Windows

    if way != "fit":
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    x, y = MODELS[name][1](MODELS[name][2])
    before = psutil.Process().memory_info().rss
    if way == "inside":
        precompute.find_front = lambda *_: None
    with tempfile.TemporaryDirectory() as home:
        clock, folder = Clock(), Path(home)
        if way in ("fit", "one"):
            history, model = plain(spec_of(name, epochs), x, y, clock)
        else:
            import keras

            if name == "windows":
                x = Windows(x, LENGTH, len(y))
            few = (
                (x[:0], y[:0])
                if name == "windows"
                else (keras.tree.map_structure(lambda a: a[:0], x), y[:0])
            )
            found = train_run.train(
                spec_of(name, epochs), folder, clock, lambda: None, Arrays(x, y, *few)
            )
            history = found["history"]
            model = keras.models.load_model(found["artefact"])
    weights = b"".join(np.ascontiguousarray(w).tobytes() for w in model.get_weights())
    each = [b - a for a, b in itertools.pairwise(clock.ends)]
    same = [history, hashlib.sha256(weights).hexdigest()]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) / 2**20
    print(json.dumps([statistics.median(each[1:]), each[0], same, grown]))


def plain(spec: TrainingSpec, x: Any, y: Any, clock: Clock) -> tuple[Any, Any]:
    """The script: build, adapt, compile, fit."""
    import keras

    from builder.engine.build import keras_model
    from builder.engine.training import adapt_layers

    model = keras_model.build_compiled(spec)
    adapt_layers.adapt(model, x)
    told = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: clock.epoch())
    clock.plan()
    given = {"x": x, "y": y, "batch_size": 32}
    if isinstance(x, np.ndarray) and x.shape[1:] == (1,):
        given = {"x": keras.utils.timeseries_dataset_from_array(x, y, LENGTH, batch_size=32)}
    kept = model.fit(**given, epochs=spec.fit["epochs"], callbacks=[told], verbose=0)
    return kept.history, model


def predict() -> None:
    """Rows a second of the table model, by ours and by ``model.predict``; both warm."""
    from builder.engine.build import keras_model
    from builder.engine.inference.predict_rows import predict_rows
    from builder.engine.training import adapt_layers

    x, _ = table_data(100_000)
    model = keras_model.build_compiled(spec_of("table", 1))
    adapt_layers.adapt(model, x)
    with tempfile.TemporaryDirectory() as home:
        path = f"{home}/model.keras"
        model.save(path)
        for name, call in (
            ("predict_rows", lambda: predict_rows(path, x)),
            ("model.predict", lambda: model.predict(x, verbose=0)),
            ("model.predict, batches of 8192", lambda: model.predict(x, 8192, verbose=0)),
        ):
            call()
            times = []
            for _ in range(3):
                began = time.perf_counter()
                call()
                times.append(time.perf_counter() - began)
            print(f"{name:32} {100_000 / statistics.median(times):12,.0f} rows a second")


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] == ["predict"]:
        return predict()
    if arguments[:1] == ["--child"]:
        return child(arguments[1], arguments[2], int(arguments[3]))
    options = dict(itertools.pairwise(arguments))
    rounds, epochs = int(options.get("--rounds", 3)), options.get("--epochs", "4")
    for name in [a for a in arguments if a in MODELS] or MODELS:
        found: dict[str, list[Any]] = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way in WAYS:
                command = [sys.executable, "-m", __spec__.name, "--child", name, way, epochs]
                env = {**os.environ} if way in ("fit", "one") else environment()
                run = subprocess.run(
                    command, capture_output=True, text=True, check=True, cwd=ROOT, env=env
                )
                found[way].append(json.loads(run.stdout.splitlines()[-1]))
        truth, base = found["one"][0][2], statistics.median(r[0] for r in found["fit"])
        for way, runs in found.items():
            each, first = (statistics.median(r[i] for r in runs) for i in (0, 1))
            same = "every number the same" if all(r[2] == truth for r in runs) else "other numbers"
            print(
                f"{name:8} {way:6} {each:7.2f} s an epoch ({base / each:5.1f}×), the first"
                f" {first:6.2f} s, {same}, at most {statistics.median(r[3] for r in runs):,.0f} MB"
                " more than the data",
                flush=True,
            )


if __name__ == "__main__":
    main()
