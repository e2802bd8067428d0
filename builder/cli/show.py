"""``show RUN``: how a run stands, its numbers, and what was said of it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping

from builder import formatting
from builder.cli import open_argument
from builder.cli.shared_options import Verb, add_run_argument


def run(given: argparse.Namespace) -> int:
    """One fact a line: its name, then what it is."""
    for name, text in _facts(open_argument.open_run(given.run).id):
        if text:
            print(f"{name:<8}  {text}")
    return 0


def _facts(run_id: str) -> Iterator[tuple[str, str]]:
    from builder.cli import follow_run
    from builder.runs.queries import run_queries
    from builder.runs.scheduler import jobs

    (listed,), full = run_queries.get([run_id]), jobs.get(run_id)
    progress, training = jobs.progress(run_id), full.training
    yield "run", run_id
    yield "model", listed.name
    yield "status", follow_run.describe_place(progress)
    yield "created", time.strftime("%Y-%m-%d %H:%M", time.localtime(listed.times["created"]))
    took = listed.seconds()
    yield "took", "" if took is None else formatting.duration(took)
    yield "data", training.dataset.class_name
    yield "seed", "none" if training.seed is None else str(training.seed)
    yield "best", _values(listed.best)
    yield "test", _values(jobs.result(run_id).get("test") or {})
    yield "path", listed.path
    yield "error", progress.error or ""
    yield "message", progress.message
    for remark in progress.remarks.splitlines():
        yield "remark", remark
    if damage := jobs.artefact_damage(run_id):
        yield "damage", f"The trained model cannot be used: {damage}. Resume makes it again."
    elif jobs.artefact(run_id).exists():
        yield "artefact", str(jobs.artefact(run_id))
    if jobs.can_resume(run_id):
        yield "", follow_run.resume_command(run_id)


def _values(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {formatting.metric_value(value)}" for name, value in values.items())


VERB = Verb("show", "print how a run stands and what it came to", add_run_argument, run)
