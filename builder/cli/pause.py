"""``pause RUN``: a run leaves the machine until it is resumed."""

from __future__ import annotations

import argparse

from builder.cli import open_argument
from builder.cli.shared_options import Verb, add_run_argument


def run(given: argparse.Namespace) -> int:
    """Orders it and waits until it is done."""
    from builder.cli import follow_run
    from builder.runs.scheduler import jobs

    return follow_run.order_and_wait(open_argument.open_run(given.run).id, jobs.pause)


VERB = Verb(
    "pause",
    "pause a run; `resume` goes on from that very step",
    add_run_argument,
    run,
)
