"""``check PROJECT``: every problem with its place and remedy."""

from __future__ import annotations

import argparse

from builder.cli import open_argument
from builder.cli.shared_options import Verb, add_project_argument


def run(given: argparse.Namespace) -> int:
    """Prints what is wrong; status 1 if anything is."""
    _, training = open_argument.open_project(given.project)
    problems, _, _ = open_argument.find_problems(training)
    for problem in problems:
        kind = "" if problem.severe else "advice: "
        print(f"{problem.where}: {kind}{problem.message}")
        for remedy in dict.fromkeys((problem.hint, *(f"Fix: {f.label}." for f in problem.fixes))):
            if remedy:
                print(f"    {remedy}")
    if not problems:
        print("No problem found.")
    return 1 if problems else 0


VERB = Verb("check", "print every problem; status 1 if there is one", add_project_argument, run)
