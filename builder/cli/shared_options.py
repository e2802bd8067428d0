"""Arguments, output and error lines that the verbs of the command line share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OUT = "file to write; standard output if not given"


@dataclass(frozen=True, slots=True)
class Verb:
    """One command.

    Args:
        name: as it is typed.
        text: what it does, one line.
        arguments: adds what the verb takes to its parser.
        run: does it and returns the exit status.
    """

    name: str
    text: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def add_project_argument(parser: argparse.ArgumentParser) -> None:
    """The argument most verbs take."""
    parser.add_argument("project", metavar="PROJECT", help="project file or starter name")


def add_run_argument(parser: argparse.ArgumentParser) -> None:
    """The argument of verbs that are about a run."""
    parser.add_argument("run", metavar="RUN", help="a run's id, as `runs` lists it")


def add_output_argument(parser: argparse.ArgumentParser) -> None:
    """Where verbs that train put a copy of the model."""
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="also copy the model there"
    )


def whole_number(text: str) -> int:
    """An argument that is a whole number; argparse says the sentence of the error."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number but is '{text}'") from None


def join_sentence(message: str, hint: str) -> str:
    """Message and remedy in one line."""
    return " ".join(f"{message} {hint}".split())


def write_output(content: bytes, output: Path | None) -> None:
    """To the file, whole or not at all and through links, or to standard output.

    Raises:
        FileError: it cannot be written there, or is a device, a pipe or a folder.
    """
    if output is None:
        sys.stdout.buffer.write(content)
        return
    from builder.runs.disk import output_file

    output_file.write(output, content)
