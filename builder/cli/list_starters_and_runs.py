"""``starters`` and ``runs``: what there is, one a line."""

from __future__ import annotations

import argparse
import time

from builder import formatting, starters
from builder.cli.shared_options import Verb
from builder.runs.store import run_store


def no_arguments(_: argparse.ArgumentParser) -> None:
    """These verbs take no arguments."""


def list_starters(_: argparse.Namespace) -> int:
    """File and title of every starter."""
    for starter in starters.all_starters():
        print(f"{starters.FOLDER / starter.name}.json\t{starter.title}")
    return 0


def list_runs(_: argparse.Namespace) -> int:
    """Id, time, status, model and score of every run, newest first."""
    from builder.runs.scheduler import jobs

    for run in run_store.list_runs():
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.times.get("created", 0)))
        test = jobs.result(run.id).get("test", {})
        score = ", ".join(
            f"{name} {formatting.metric_value(value)}" for name, value in test.items()
        )
        print(f"{run.id}  {when}  {run.status:<8}  {run.training.model.name}  {score}".rstrip())
    return 0


STARTERS = Verb("starters", "list the starters: file and title", no_arguments, list_starters)
RUNS = Verb("runs", "list the runs kept in the workspace, newest first", no_arguments, list_runs)
