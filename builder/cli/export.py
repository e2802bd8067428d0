"""``export PROJECT_OR_RUN --to FORM``: the project, or the trained model, in another form."""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from builder.cli import open_argument
from builder.cli.shared_options import OUT, Verb, write_output
from builder.errors import FileError, SpecError, TrainingError
from builder.exporters.contract import ExportRequest, Option
from builder.exporters.registry import all_exporters
from builder.spec import TrainingSpec


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to export, to which form, with which options, and where it goes."""
    forms = sorted(all_exporters())
    parser.add_argument("project", metavar="PROJECT_OR_RUN", help="project, starter name or run id")
    parser.add_argument("--to", required=True, choices=forms, help="what to write")
    for name, options in _options().items():
        if (option := options[0]).type == "bool":
            parser.add_argument(f"--{name}", action="store_true", help=option.summary)
        else:
            parser.add_argument(f"--{name}", choices=list(option.choices), help=option.summary)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help=OUT)


def _options() -> dict[str, list[Option]]:
    """Option name → what the exporters that have it say of it."""
    options: dict[str, list[Option]] = defaultdict(list)
    for exporter in all_exporters().values():
        for name, option in exporter.options.items():
            options[name].append(option)
    return options


def run(given: argparse.Namespace) -> int:
    """Writes the export."""
    target = all_exporters()[given.to]
    title, training, artefact = _open_project_or_run(given.project)
    if target.kind == "run" and artefact is None:
        raise TrainingError(
            f"'{given.to}' needs trained weights, and {given.project} is a project.",
            "Train it, then give the run's id instead.",
        )
    options = {name: value for name in _options() if (value := getattr(given, name))}
    request = ExportRequest(training, artefact, title=title, options=options)
    write_output(target.export(request), given.output)
    return 0


def _open_project_or_run(name: str) -> tuple[str, TrainingSpec, str | None]:
    """Title, spec and, of a run, its model file."""
    try:
        title, training = open_argument.open_project(name)
    except SpecError as error:
        try:
            artefact, spec = open_argument.open_trained(name)
        except FileError:
            raise error from None
        if spec is None:
            raise
        return "", spec, artefact
    return title, training, None


VERB = Verb("export", "write the project or run in another form", arguments, run)
