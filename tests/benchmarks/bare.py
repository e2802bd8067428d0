"""What the hardware gives: the tutorial trained in bare processes, without store, server or queue.

    python -m tests.benchmarks.bare         one such process; it waits for a line, then trains

The ceiling for two runs side by side: what two of these reach together, against one alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from builder.runs.engine_process import process_policy

EPOCHS = 8


def together(count: int) -> float:
    """The time the slowest of ``count`` processes takes, all begun at one moment; seconds."""
    command = [sys.executable, "-m", "tests.benchmarks.bare"]
    pipe = subprocess.PIPE
    made = [
        subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
            text=True,
            env=process_policy.environment(),
        )
        for _ in range(count)
    ]
    for process in made:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in made:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return max(float(process.communicate()[0]) for process in made)


def main() -> None:
    """Says ``ready``, and after a line the seconds its epochs took."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from builder.engine.data import loading
    from builder.engine.training import reporting, train_run
    from tests.benchmarks.runs import tutorial

    training = tutorial(EPOCHS)
    arrays = loading.load(training.dataset)
    times: list[float] = []

    class Watch(reporting.NullSink):
        def batches(self, step0: int, values: reporting.Values) -> None:
            times.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        print("ready", flush=True)
        sys.stdin.readline()
        train_run.train(training, Path(folder), Watch(), lambda: None, arrays)
    print(times[-1] - times[0])


if __name__ == "__main__":
    main()
