"""``export PROJECT_OR_RUN --to FORM``: the project, or the trained model, in another form."""

from __future__ import annotations

import argparse
import inspect
from pathlib import Path
from typing import Any

from builder.cli import open_argument
from builder.cli.shared_options import OUT, Verb, deliver
from builder.errors import FileError, SpecError, TrainingError
from builder.exporters.registry import all_exporters
from builder.spec import TrainingSpec

STYLES = ("sequential", "functional", "subclass")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to export, to which form, with which options, and where it goes."""
    forms = sorted(all_exporters())
    parser.add_argument("project", metavar="PROJECT_OR_RUN", help="project, starter name or run id")
    parser.add_argument("--to", required=True, choices=forms, help="what to write")
    parser.add_argument("--style", choices=STYLES, help="how script and notebook say the model")
    parser.add_argument("--int8", action="store_true", help="tflite in 8 bits")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help=OUT)


def run(given: argparse.Namespace) -> int:
    """Writes the export."""
    target = all_exporters()[given.to]
    title, training, artefact = _named(given.project)
    if target.NEEDS == "run" and artefact is None:
        raise TrainingError(
            f"'{given.to}' needs trained weights, and {given.project} is a project.",
            "Train it, then give the run's id instead.",
        )
    options: dict[str, Any] = {"style": given.style, "int8": given.int8}
    asked = {k: v for k, v in options.items() if v}
    for name in asked:
        if name not in inspect.signature(target.export).parameters:
            raise SpecError(f"'{given.to}' has no option --{name}.", "Leave it out.")
    deliver(target.export(training, artefact, title=title, **asked), given.output)
    return 0


def _named(name: str) -> tuple[str, TrainingSpec, str | None]:
    """Title, spec and, of a run, its model file."""
    try:
        title, training = open_argument.project(name)
    except SpecError as error:
        try:
            artefact, spec = open_argument.trained(name)
        except FileError:
            raise error from None
        if spec is None:
            raise
        return "", spec, artefact
    return title, training, None


VERB = Verb("export", "write the project or run in another form", arguments, run)
