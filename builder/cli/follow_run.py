"""Watch a run from a terminal: a progress line to its end, then its result or why there is none."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from builder.document import to_json
from builder.errors import FileError, TrainingError
from builder.runs.disk import output_file
from builder.runs.scheduler import dispatch, jobs
from builder.runs.store import run_store
from builder.runs.store.progress import GOING, Progress

MODEL, PROJECT = "model.keras", "project.json"
"""What ``-o`` puts into its folder."""

LOOK_SECONDS = 0.1
"""Between two looks at the run."""


def resume_command(run_id: str) -> str:
    """How a run is resumed from a terminal, as a sentence."""
    return f"To resume it: python -m builder resume {run_id}"


def describe_place(progress: Progress) -> str:
    """``"paused in epoch 3 of 10"``."""
    where = f" in epoch {progress.epoch} of {progress.epochs}" if progress.epoch else ""
    return f"{progress.status}{where}"


def prepare_folder(output: Path | None) -> None:
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


def finish(run_id: str, title: str, output: Path | None) -> int:
    """Follows the run to its end; the last line of standard output is then one JSON object.

    Args:
        output: a folder that gets a copy of the model and its project; None for none.

    Raises:
        TrainingError: it failed, was interrupted or paused; how it is resumed is said.
        FileError: the model cannot be copied.
    """
    progress = _follow(run_id)
    if progress.status not in ("finished", "stopped"):
        why = progress.error or f"The run is {describe_place(progress)}."
        raise TrainingError(why, resume_command(run_id))
    result, artefact = jobs.result(run_id), jobs.artefact(run_id)
    if output:
        project = to_json(jobs.get(run_id).training, title=title)
        artefact = _copy_artefact(artefact, output, project)
    line = {"run": run_id, "artefact": str(artefact.resolve())}
    line |= {"history": result["history"], "test": result["test"]}
    print(json.dumps(run_store.strict_json(line), allow_nan=False))
    return 0


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


def order_and_wait(run_id: str, order: Callable[[str], None]) -> int:
    """Gives a run an order and waits until it is done; prints how the run stands then."""
    jobs.get(run_id)
    order(run_id)
    dispatch.watch()  # a worker that has died would never obey
    while (progress := jobs.progress(run_id)).status in GOING:
        time.sleep(LOOK_SECONDS)
    print(f"The run is {describe_place(progress)}.")
    if progress.status != "finished":
        print(resume_command(run_id))
    return 0


def _follow(run_id: str) -> Progress:
    """Shows a run's progress on standard error until it leaves the machine; Ctrl-C orders it to
    stop, and a second one leaves it alone."""
    pressed: list[int] = []
    # noted, not raised: raised where Python cannot pass it on, it would be forgotten
    before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        return _watch(run_id, pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _watch(run_id: str, pressed: list[int]) -> Progress:
    """As ``_follow``; ``pressed`` grows with every Ctrl-C."""
    shown = remarks = ""
    heard = 0
    rewrite = sys.stderr.isatty()
    while True:
        progress = jobs.progress(run_id)
        done = progress.status not in GOING
        if progress.remarks != remarks:
            _say(progress.remarks.removeprefix(remarks).strip(), rewrite)
            remarks, shown = progress.remarks, ""
        line = _progress_line(progress) if rewrite or done else _epoch_line(progress)
        if line != shown:
            start, end = ("\r", "\n" if done else "") if rewrite else ("", "\n")
            print(f"{start}{line:<{len(shown)}}", end=end, file=sys.stderr, flush=True)
            shown = line
        if done:
            if progress.status == "stopped":
                print(resume_command(run_id), file=sys.stderr)
            return progress
        if len(pressed) > 1:
            _say(resume_command(run_id), rewrite)
            raise KeyboardInterrupt
        if len(pressed) > heard:
            heard, shown = len(pressed), ""
            _say(f"Stopping; what was learned is kept. {resume_command(run_id)}", rewrite)
            jobs.stop(run_id)
        time.sleep(LOOK_SECONDS)


def _say(text: str, rewrite: bool) -> None:
    """A line of its own below the progress line."""
    print(f"\n{text}" if rewrite else text, file=sys.stderr, flush=True)


def _progress_line(progress: Progress) -> str:
    if not progress.steps:
        return progress.message or f"{progress.status} …"
    bar = "█" * round(24 * progress.fraction)
    line = f"epoch {progress.epoch}/{progress.epochs} {bar:░<24} {progress.fraction:4.0%}"
    if progress.status not in GOING:
        return f"{line} {progress.status}"
    return line if progress.eta_seconds is None else f"{line} {progress.eta_seconds:.0f} s left"


def _epoch_line(progress: Progress) -> str:
    """For a log file, where a line cannot be written over: one line an epoch."""
    return f"epoch {progress.epoch}/{progress.epochs}" if progress.steps else progress.status
