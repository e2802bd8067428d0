"""``train PROJECT``: a run with a progress line, and its result as one line of JSON."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder.cli import open_argument
from builder.cli.shared_options import Verb, add_project_argument, whole_number
from builder.document import to_json
from builder.errors import FileError, TrainingError
from builder.facts import DataFacts, ModelFacts
from builder.runs.disk import output_file
from builder.runs.scheduler import worker_pool
from builder.spec import TrainingSpec

MODEL, PROJECT = "model.keras", "project.json"
"""What ``-o`` puts into its folder."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The project, what may differ from it, and where a copy of the model goes."""
    add_project_argument(parser)
    parser.add_argument("--epochs", type=whole_number, metavar="N", help="instead of the project's")
    parser.add_argument("--seed", type=whole_number, metavar="N", help="instead of the project's")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="also copy the model there"
    )


def run(given: argparse.Namespace) -> int:
    """Trains; the last line of standard output is one JSON object."""
    from builder.runs.scheduler import jobs
    from builder.runs.store import run_store

    title, training = open_argument.open_project(given.project)
    if given.epochs is not None:
        training = training.with_fit(epochs=given.epochs)
    if given.seed is not None:
        training = replace(training, seed=given.seed)
    _folder(given.output)
    worker_pool.refill()  # the worker imports TensorFlow while this process checks the project
    data, model = _require_sound(training)
    started = jobs.start(training, data=data, model=model)
    progress = _follow(started.id)
    if progress.status in ("failed", "interrupted"):
        raise TrainingError(progress.error or "The run failed.")
    result = jobs.result(started.id)
    artefact = jobs.artefact(started.id)
    if given.output:
        artefact = _copy_artefact(artefact, given.output, to_json(training, title=title))
    line = {"run": started.id, "artefact": str(artefact.resolve())}
    line |= {"history": result["history"], "test": result["test"]}
    print(json.dumps(run_store.strict_json(line), allow_nan=False))
    return 0


def _folder(output: Path | None) -> None:
    """Made before the training, which would be in vain if the model could not be put there."""
    if output is None:
        return
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name in (MODEL, PROJECT):
            output_file.require_regular(output / name)
    except OSError as error:
        reason = "it is a file" if output.is_file() else error.strerror
        raise FileError(
            f"The model cannot be put into {output}: {reason}.", "Name another folder after -o."
        ) from None


def _copy_artefact(artefact: Path, output: Path, project: str) -> Path:
    """The model and its project in the folder asked for; the run in the workspace stays."""
    copy = output / MODEL
    try:
        output_file.write(output / PROJECT, project.encode() + b"\n")
        with artefact.open("rb") as source, output_file.replacement(copy) as target:
            shutil.copyfileobj(source, target)
    except FileError as error:
        raise FileError(
            f"The training is done, but its model was not put into {output}: {error.message}",
            f"The model is kept in {artefact}.",
        ) from None
    return copy


def _require_sound(training: TrainingSpec) -> tuple[DataFacts | None, ModelFacts]:
    """The facts of a project that can be trained; TrainingError with the first severe problem."""
    found, data, model = open_argument.find_problems(training)
    severe = [p for p in found if p.severe]
    if severe:
        more = f" And {len(severe) - 1} more: see `check`." if len(severe) > 1 else ""
        raise TrainingError(f"{severe[0].where}: {severe[0].message}", severe[0].hint + more)
    return data, model


def _follow(run_id: str) -> Any:
    """Shows a run's progress on standard error until it ends; Ctrl-C orders it to stop."""
    from builder.runs.scheduler import jobs

    shown, stopping = "", False
    rewrite = sys.stderr.isatty()
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            progress = jobs.progress(run_id)
            line = _progress_line(progress) if rewrite or progress.ended else _epoch_line(progress)
            if line != shown:
                start, end = ("\r", "" if not progress.ended else "\n") if rewrite else ("", "\n")
                print(f"{start}{line:<{len(shown)}}", end=end, file=sys.stderr, flush=True)
                shown = line
            if progress.ended:
                return progress
            time.sleep(0.1)
            continue
        if stopping:
            raise KeyboardInterrupt
        stopping = True
        jobs.stop(run_id)


def _progress_line(progress: Any) -> str:
    if not progress.steps:
        return progress.message or f"{progress.status} …"
    bar = "█" * round(24 * progress.fraction)
    line = f"epoch {progress.epoch}/{progress.epochs} {bar:░<24} {progress.fraction:4.0%}"
    if progress.ended:
        return f"{line} {progress.status}"
    return line if progress.eta_seconds is None else f"{line} {progress.eta_seconds:.0f} s left"


def _epoch_line(progress: Any) -> str:
    """For a log file, where a line cannot be written over: one line an epoch."""
    return f"epoch {progress.epoch}/{progress.epochs}" if progress.steps else progress.status


VERB = Verb("train", "train, and print the result as one line of JSON", arguments, run)
