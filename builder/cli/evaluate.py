"""``evaluate MODEL_OR_RUN``: how good a trained model is on its test, beside simple models."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from builder.cli import open_argument
from builder.cli.shared_options import Verb
from builder.errors import DataError, FileError
from builder.spec import TrainingSpec

SCORES = ("classes", "accuracy", "per_class", "r2", "mae", "rmse")
"""What the line says of an output as ``evaluation.report`` does."""

COMPARED = {"classification": "accuracy", "regression": "mae"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The model, and how closely it is looked at."""
    parser.add_argument("model", metavar="MODEL_OR_RUN", help="a run's id or its .keras file")
    parser.add_argument(
        "--importance", action="store_true", help="also how much each column matters"
    )


def run(given: argparse.Namespace) -> int:
    """One JSON object: the test's metrics, and for each output its scores, the areas under its
    curves, what simple models reach, and who wins in a sentence."""
    artefact, training = open_argument.open_trained(given.model)
    if training is None:
        raise FileError(
            f"It is not known which data {given.model} was trained on.",
            "Name a run, or put its project.json beside it.",
        )
    from builder.engine.inference import evaluation
    from builder.runs.store import run_store

    found = evaluation.report(artefact, training)
    outputs = found["outputs"] if found["task"] == "several" else [found]
    lines = [_describe(artefact, training, one, given.importance) for one in outputs]
    line = {"test": found["test"], "rows": _tested(training), "outputs": lines}
    print(json.dumps(run_store.strict_json(line), allow_nan=False))
    return 0


def _tested(training: TrainingSpec) -> int:
    from builder.engine.data import loading

    return loading.describe(training.dataset).n_test


def _describe(
    artefact: str, training: TrainingSpec, report: Mapping[str, Any], importance: bool
) -> dict[str, Any]:
    said = {"column": report["column"], "task": report["task"]}
    said |= {name: report[name] for name in SCORES if name in report}
    if "confusion" in report:
        said["confusion"] = report["confusion"].tolist()
    return said | dict(_look_closer(artefact, training, report, importance))


def _look_closer(
    artefact: str, training: TrainingSpec, report: Mapping[str, Any], importance: bool
) -> Iterator[tuple[str, Any]]:
    from builder.compare import standing
    from builder.engine.analysis import class_curves
    from builder.engine.analysis.importance import permutation_importance
    from builder.engine.inference import baselines
    from builder.runs.queries import baseline_scores

    output, task = report["output"], report["task"]
    if task == "classification":
        curves = class_curves.curves(artefact, training, output)
        yield "auc", curves["auc"]
        yield "auc_by_class", {one["class"]: one["auc"] for one in curves["by_class"]}
    scores = baseline_scores.train_baselines(training, report["column"], baselines.compare)
    yield "simple_models", scores["models"]
    measure, weighted = COMPARED[task], bool(training.fit.get("class_weight"))
    if stand := standing.judge(measure, float(report[measure]), scores, weighted=weighted):
        yield "verdict", f"{stand.numbers} {stand.advice}"
    if importance:
        try:
            yield "importance", permutation_importance(artefact, training, output)
        except DataError as error:
            yield "importance", error.message


VERB = Verb("evaluate", "say how good a trained model is on its test, as JSON", arguments, run)
