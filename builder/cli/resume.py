"""``resume RUN``: a run goes on from where it was, to its end."""

from __future__ import annotations

import argparse

from builder.cli import open_argument
from builder.cli.shared_options import Verb, add_output_argument, add_run_argument


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, and where a copy of its model goes."""
    add_run_argument(parser)
    add_output_argument(parser)


def run(given: argparse.Namespace) -> int:
    """Resumes it and follows it as ``train`` does."""
    from builder.cli import follow_run
    from builder.runs.scheduler import jobs

    found = open_argument.open_run(given.run)
    follow_run.prepare_folder(given.output)
    jobs.resume(found.id)
    return follow_run.finish(found.id, found.training.model.name, given.output)


VERB = Verb("resume", "go on with a run that was paused, stopped or broken off", arguments, run)
