"""``train PROJECT``: a run with a progress line, and its result as one line of JSON."""

from __future__ import annotations

import argparse
from dataclasses import replace

from builder.cli import open_argument
from builder.cli.shared_options import (
    Verb,
    add_output_argument,
    add_project_argument,
    whole_number,
)
from builder.errors import TrainingError
from builder.facts import DataFacts, ModelFacts
from builder.runs.scheduler import worker_pool
from builder.spec import TrainingSpec


def arguments(parser: argparse.ArgumentParser) -> None:
    """The project, what may differ from it, and where a copy of the model goes."""
    add_project_argument(parser)
    parser.add_argument("--epochs", type=whole_number, metavar="N", help="instead of the project's")
    parser.add_argument("--seed", type=whole_number, metavar="N", help="instead of the project's")
    add_output_argument(parser)


def run(given: argparse.Namespace) -> int:
    """Trains; the last line of standard output is one JSON object."""
    from builder.cli import follow_run
    from builder.runs.scheduler import jobs

    title, training = open_argument.open_project(given.project)
    if given.epochs is not None:
        training = training.with_fit(epochs=given.epochs)
    if given.seed is not None:
        training = replace(training, seed=given.seed)
    follow_run.prepare_folder(given.output)
    worker_pool.refill()  # the worker imports TensorFlow while this process checks the project
    data, model = _require_sound(training)
    started = jobs.start(training, data=data, model=model)
    return follow_run.finish(started.id, title, given.output)


def _require_sound(training: TrainingSpec) -> tuple[DataFacts | None, ModelFacts]:
    """The facts of a project that can be trained; TrainingError with the first severe problem."""
    found, data, model = open_argument.find_problems(training)
    severe = [p for p in found if p.severe]
    if severe:
        more = f" And {len(severe) - 1} more: see `check`." if len(severe) > 1 else ""
        raise TrainingError(f"{severe[0].where}: {severe[0].message}", severe[0].hint + more)
    return data, model


VERB = Verb("train", "train, and print the result as one line of JSON", arguments, run)
