"""Trains as a worker does, in a process of its own: THREADS FOLDER NAME … → histories as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from builder import starters
from builder.spec import TrainingSpec
from tests import zoo
from tests.zoo import awaited, series, tables

STACKS = ("nested_choices", "two_softmax", "normalized", "binned", "half_precision", "compiled",
          "sentences", "which_words")  # fmt: skip
"""Each with something in its script that the others lack."""

STARTERS = {s.name: zoo.brief(s.training) for s in starters.all_starters()}

ALL: Mapping[str, TrainingSpec] = {
    **STARTERS,
    **{name: zoo.STACKS[name] for name in STACKS},
    "reshuffled": zoo.STACKS["nested_choices"].with_fit(shuffle="epoch", batch_size=30),
    **zoo.RESTLESS,
    "guests": tables.GUESTS,
    "weighed": tables.WEIGHED,
    "sales": series.SALES["linear"],
    **awaited.TRAINED,
}


def main(threads: int, folder: Path, names: list[str]) -> None:
    """Trains each and prints the histories by name."""
    import tensorflow as tf

    from builder.engine.training import train_run
    from builder.engine.training.reporting import NullSink

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    found = {}
    for name in names:
        result = train_run.train(ALL[name], folder / "runs" / name, NullSink(), lambda: None)
        found[name] = result["history"]
        os.replace(result["artefact"], folder / f"{name}.keras")
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
