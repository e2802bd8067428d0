"""``stop RUN``: a run ends, and its model is kept as it is then."""

from __future__ import annotations

import argparse

from builder.cli import open_argument
from builder.cli.shared_options import Verb, add_run_argument


def run(given: argparse.Namespace) -> int:
    """Orders it and waits until it is done."""
    from builder.cli import follow_run
    from builder.runs.scheduler import jobs

    return follow_run.order_and_wait(open_argument.open_run(given.run).id, jobs.stop)


VERB = Verb("stop", "stop a run and keep the model as it is then", add_run_argument, run)
