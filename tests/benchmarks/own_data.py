"""What the suggested models reach on other people's tables, beside honest baselines.

    python -m tests.benchmarks.own_data [NAME …] [--size SIZE] [--seeds 0,1,2,3,4,5]

Each file of ``LAYERWISE_DATA`` (or ``../shared/data``) goes the way of a dropped one: it is
profiled, its columns are suggested, a fifth of its rows is set aside for the test before anything
is learned, and the suggested model is trained with its own settings, once for each seed. A seed
stands for other test rows and for another beginning. Nothing is chosen by looking at test rows.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LAYERWISE_DATA") or ROOT.parent / "shared" / "data")


@dataclass(frozen=True, slots=True)
class Case:
    """A file, what is predicted from what, and what is wanted.

    Args:
        file: in ``DATA``.
        predict: the column, by name or place.
        metric: ``accuracy``, ``mae`` or ``rmse``.
        wanted: at least that accuracy, at most that error; None: better than ``Ridge regression``.
        size: of the suggested model.
        inputs: the columns to predict from; "": all that can be learned from.
    """

    file: str
    predict: str
    metric: str
    wanted: float | None
    size: str = "small"
    inputs: str = ""


CASES = {
    "titanic": Case("titanic-raw.csv", "survived", "accuracy", 0.80),
    "abalone": Case("abalone.csv", "-1", "mae", 1.6),
    "penguins": Case("penguins.csv", "species", "accuracy", 0.97),
    "wine": Case("winequality-red.csv", "-1", "mae", None),
    "mpg": Case("mpg.csv", "mpg", "mae", None),
    "ratings": Case("movie-ratings.csv", "rating", "rmse", 0.92, inputs="userId,movieId"),
    "reviews": Case("review-sentences.csv", "sentiment", "accuracy", 0.74),
}


def main() -> None:
    """Prints a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--size", help="of the suggested model, instead of the case's")
    parser.add_argument("--seeds", default="0,1,2,3,4,5")
    given = parser.parse_args()
    seeds = [int(word) for word in given.seeds.split(",")]
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERWISE_HOME"] = home  # before anything reads it
        for name in given.names or CASES:
            case = CASES[name]
            measure(name, case if not given.size else replace(case, size=given.size), seeds)


def measure(name: str, case: Case, seeds: list[int]) -> None:
    """Trains once for each seed; prints the mean, all values, and what simple models reach."""
    from builder.engine.inference import baselines

    scores, others = [], dict[str, list[float]]()
    for seed in seeds:
        training = suggest(case, seed)
        scores.append(train(training)[case.metric])
        for model in baselines.compare(training)["models"]:
            others.setdefault(model["name"], []).append(model[case.metric])
    beside = {n: statistics.mean(v) for n, v in others.items()}
    wanted = case.wanted if case.wanted is not None else beside["Ridge regression"]
    mean = statistics.mean(scores)
    met = mean >= wanted if case.metric == "accuracy" else mean <= wanted
    said = ", ".join(f"{n} {v:.3f}" for n, v in beside.items())
    print(
        f"{name}, {case.size}: {case.metric} {mean:.3f} ({'met' if met else 'MISSED'}, wanted"
        f" {wanted:.3f}; {', '.join(f'{s:.3f}' for s in scores)}); {said}",
        flush=True,
    )


def suggest(case: Case, seed: int) -> Any:
    """The project that the file becomes, as ``python -m builder new`` makes it."""
    from builder.cli import new
    from builder.engine.data import loading
    from builder.runs.disk import data_files
    from builder.suggest import table_dataset, table_model
    from builder.tables import table_overview

    path = DATA / case.file
    profile = table_overview.overview(path).profile
    file = data_files.keep(path.name, path.read_bytes())
    targets = new.find_columns(profile, case.predict)
    inputs = new.find_columns(profile, case.inputs) if case.inputs else ()
    dataset = table_dataset.table_dataset(file, path.name, profile, targets, inputs)
    dataset = dataset.with_(seed=seed)
    training = table_model.suggest(loading.describe(dataset), dataset, case.size)
    return replace(training, seed=seed)


def train(training: Any) -> dict[str, float]:
    """The test of a run: ``accuracy``, or ``mae`` and ``rmse``."""
    from builder.engine.training import reporting, train_run

    with tempfile.TemporaryDirectory() as folder:
        sink = reporting.NullSink()
        test = train_run.train(training, Path(folder), sink, lambda: None)["test"]
    short = {"mean_absolute_error": "mae", "root_mean_squared_error": "rmse"}
    return {short.get(name, name): value for name, value in test.items()}


if __name__ == "__main__":
    main()
