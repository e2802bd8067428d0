"""A series of a million points: windows by index against Keras's own; and how good forecasts are.

    python -m tests.benchmarks.series speed [--epochs N]
    python -m tests.benchmarks.series memory
    python -m tests.benchmarks.series accuracy [--seeds N]

``speed``: windows of 100 and the value that follows, from a file, by a run of ours and by the
script with ``timeseries_dataset_from_array`` and ``model.fit`` (a thread for each core, and one
thread as our run has it), in fresh processes that take turns; every number of history and weights
compared. ``memory``: of 32 columns, what training takes beyond the series, against a short series.
``accuracy``: mean absolute error of every suggested size on the real series of ``LAYERWISE_DATA``
(or ``../shared/data``), beside the naive forecasts.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from builder.runs.engine_process.process_policy import environment
from builder.spec import Config, ObjectSpec, TrainingSpec, chain
from tests.benchmarks.front import Clock
from tests.zoo import dense, given, layer, training

ROOT = Path(__file__).resolve().parents[2]
POINTS, LENGTH, COLUMNS = 1_000_000, 100, 32
MODEL = chain("windows", given(LENGTH, 1), layer("Flatten"), dense(32, "relu"), dense(1))
REAL = {
    "airline-passengers.csv": ("Month", "Passengers", 24, 12),
    "daily-min-temperatures.csv": ("Date", "Temp", 30, 7),
    "daily-min-temperatures.csv, one day": ("Date", "Temp", 30, 1),
}
"""File → columns of time and values, window and horizon, as ``new`` suggests them."""


def spec_of(dataset: ObjectSpec, epochs: int) -> TrainingSpec:
    made = training(MODEL, dataset, "MeanSquaredError", (), epochs=epochs)
    columns = Config({MODEL.nodes[0].name: "past", MODEL.outputs[0]: "v"})
    return replace(made, columns=columns).with_fit(validation_split=0.0, shuffle=False)


def series_file(home: Path, values: Any) -> ObjectSpec:
    """The values as a file in the workspace, and the dataset of its windows."""
    from builder.runs.disk import data_files

    text = "v\n" + "\n".join(f"{v:.6g}" for v in values) + "\n"
    os.environ["LAYERWISE_HOME"] = str(home)
    named = Config({"v": "number"})
    sizes = {"window": LENGTH, "horizon": 1, "test_split": 0.05}
    file = data_files.keep("v.csv", text.encode())
    return ObjectSpec("SeriesFile", Config(file=file, name="v.csv", values=named, **sizes))


def one_thread() -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def child(way: str, epochs: int) -> None:
    """Trains once; prints the seconds of each epoch, and what the numbers came to."""
    if way != "fit":
        one_thread()
    from builder.engine.training import train_run

    values = np.random.default_rng(0).normal(size=POINTS).cumsum()
    clock = Clock()
    with tempfile.TemporaryDirectory() as home:
        spec = spec_of(series_file(Path(home), values), epochs)
        if way == "loop":
            import keras

            found = train_run.train(spec, Path(home, "run"), clock, lambda: None)
            history, model = found["history"], keras.models.load_model(found["artefact"])
        else:
            history, model = plain(spec, clock)
    weights = b"".join(np.ascontiguousarray(w).tobytes() for w in model.get_weights())
    each = [b - a for a, b in itertools.pairwise(clock.ends)]
    print(json.dumps([each, [history, hashlib.sha256(weights).hexdigest()]]))


def plain(spec: TrainingSpec, clock: Clock) -> tuple[Any, Any]:
    """The script: the part of the series before the test, windows by Keras, ``model.fit``."""
    import keras
    import pandas as pd

    from builder.datasets._folders import data_file
    from builder.engine.build import keras_model

    path = data_file(spec.dataset.config["file"], "v.csv")
    values = pd.read_csv(path)["v"].to_numpy("float32")[:, None]
    cut = POINTS - round(POINTS * 0.05)
    model = keras_model.build_compiled(spec)
    told = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: clock.epoch())
    clock.plan()
    windows = keras.utils.timeseries_dataset_from_array(
        values[: cut - 1], values[LENGTH:cut], LENGTH, batch_size=32
    )
    kept = model.fit(windows, epochs=spec.fit["epochs"], callbacks=[told], verbose=0)
    return kept.history, model


def speed(epochs: int) -> None:
    found = {}
    for way in ("fit", "one", "loop"):
        command = [sys.executable, "-m", __spec__.name, "--child", way, str(epochs)]
        env = environment() if way == "loop" else {**os.environ}
        run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=env)
        each, same = json.loads(run.stdout.splitlines()[-1])
        found[way] = statistics.median(each[1:] or each), same
    for way, (seconds, same) in found.items():
        equal = "every number the same" if same == found["one"][1] else "other numbers"
        times = found["fit"][0] / seconds
        print(f"{way:5} {seconds:7.2f} s an epoch ({times:.1f}×), {equal}")


def memory_child(points: int) -> None:
    """Trains some steps over windows of so many points; prints how much that took beyond them."""
    one_thread()
    from builder.datasets._series_columns import window_columns
    from builder.engine.data.column_arrays import Arrays
    from builder.engine.training import train_run

    values = np.random.default_rng(0).standard_normal((points, COLUMNS), "float32")
    names = [f"c{i}" for i in range(COLUMNS)]
    past, answer = window_columns(
        values, [(0, points - 5000, points)], names, names[:1], (), (LENGTH, 1, 1, 0)
    )
    del values
    model = chain("wide", given(LENGTH, COLUMNS), layer("GlobalAveragePooling1D"), dense(1))
    of = training(model, layer("Iris"), "MeanSquaredError", (), epochs=1, batch_size=256)
    of = of.with_fit(validation_split=0.1, shuffle=False)
    resident = psutil_resident()
    with tempfile.TemporaryDirectory() as home:
        arrays = Arrays(past.train, answer.train, past.test, answer.test)
        train_run.train(of, Path(home), Clock(), lambda: None, arrays)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps([peak - resident, past.train.values.nbytes]))


def psutil_resident() -> int:
    """Bytes of this process now; the peak before is forgotten, as far as the system can."""
    import psutil

    Path("/proc/self/clear_refs").write_text("5")
    return int(psutil.Process().memory_info().rss)


def memory() -> None:
    """What a long series takes beyond itself, less what a short one takes."""
    taken = {}
    for points in (20_000, POINTS):
        command = [sys.executable, "-m", __spec__.name, "--memory", str(points)]
        run = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment()
        )
        taken[points] = json.loads(run.stdout.splitlines()[-1])
    (short, _), (long, series) = taken[20_000], taken[POINTS]
    share = 1 + (long - short) / series
    laid_out = series * LENGTH
    print(
        f"training on windows over a series of {series / 2**20:.0f} MB takes {share:.2f} × the"
        f" series (laid out: {laid_out / 2**30:.0f} GB)"
    )


def accuracy(seeds: int) -> None:
    from builder.engine.data import loading
    from builder.engine.inference import baselines
    from builder.engine.training import train_run
    from builder.runs.disk import data_files
    from builder.suggest import table_model
    from builder.suggest.series_model import SERIES_SIZES

    one_thread()
    folder = Path(os.environ.get("LAYERWISE_DATA", ROOT.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERWISE_HOME"] = home
        for title, (when, what, window, horizon) in REAL.items():
            name = title.partition(",")[0]
            file = data_files.keep(name, (folder / name).read_bytes())
            config = {"time": when, "values": {what: "number"}, "file": file, "name": name}
            dataset = ObjectSpec("SeriesFile", Config(config, window=window, horizon=horizon))
            facts = loading.describe(dataset)
            of = table_model.suggest(facts, dataset, "linear")
            for model in baselines.compare(of)["models"]:
                print(f"{title:36} {model['name']:20} {model['mae']:8.3f}", flush=True)
            for size in SERIES_SIZES:
                errors = []
                for seed in range(seeds):
                    spec = replace(table_model.suggest(facts, dataset, size), seed=seed)
                    run = Path(home, f"{name}{horizon}{size}{seed}")
                    result = train_run.train(spec, run, Clock(), lambda: None)
                    errors.append(f"{result['test']['mean_absolute_error']:8.3f}")
                print(f"{title:36} {size:20} {' '.join(errors)}", flush=True)


def main() -> None:
    arguments = sys.argv[1:]
    options = dict(itertools.pairwise(arguments))
    if arguments[:1] == ["--child"]:
        child(arguments[1], int(arguments[2]))
    elif arguments[:1] == ["--memory"]:
        memory_child(int(arguments[1]))
    elif arguments[:1] == ["accuracy"]:
        accuracy(int(options.get("--seeds", 3)))
    elif arguments[:1] == ["memory"]:
        memory()
    else:
        speed(int(options.get("--epochs", 2)))


if __name__ == "__main__":
    main()
