"""``import FILE``: a model file or a script becomes a project."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from builder.cli import file_kinds
from builder.cli.shared_options import OUT, Verb, write_output
from builder.document import to_json
from builder.errors import FileError
from builder.facts import Note
from builder.spec import TrainingSpec


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and where the project goes."""
    kinds = ".keras, .h5, .json, .py, .ipynb, .txt"
    parser.add_argument("file", metavar="FILE", type=Path, help=kinds)
    parser.add_argument("--model", metavar="NAME", help="of several models in the code, this one")
    parser.add_argument("-o", "--output", metavar="PROJECT", type=Path, help=OUT)


def run(given: argparse.Namespace) -> int:
    """Writes the project; what was not understood goes to standard error."""
    from builder.runs.engine_process import open_model

    path: Path = given.file
    if path.is_dir():
        raise FileError(f"{path} is a folder.", "Name the model file in it.")
    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    with path.open("rb") as file:
        kind = file_kinds.file_kind(path, file.read(file_kinds.HEAD))
    if kind in (file_kinds.TABLE, file_kinds.ARRAYS, file_kinds.PICTURE):
        raise FileError(f"{path} is {kind}, not a model.", "Name a model file, code or a notebook.")
    if kind in (file_kinds.CODE, file_kinds.NOTEBOOK, file_kinds.TEXT):
        training, notes = _read_code(path, kind, given.model)
    else:
        training, notes = open_model.open_as_project(path.resolve(), path.name)
    write_output(to_json(training, title=path.stem).encode() + b"\n", given.output)
    for note in notes:
        print(f"{note.where}: {note.message}" if note.where else note.message, file=sys.stderr)
    if given.output:
        print(f"{len(training.model.nodes)} layers read; written to {given.output}.")
    return 0


def _read_code(path: Path, kind: str, model: str | None) -> tuple[TrainingSpec, Sequence[Note]]:
    """The project in a script or notebook, and what is to be said of reading it."""
    from builder import parse

    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}.", "Save it as UTF-8 text.") from None
    read = parse.parse_notebook if kind == file_kinds.NOTEBOOK else parse.parse
    parsed = parse.add_seed(read(text, path.stem))
    if parsed.training is None:
        for note in parsed.notes:
            print(f"{note.where}: {note.message}", file=sys.stderr)
        raise FileError(f"No Keras model was found in {path}.", "See the lines above.")
    others = dict(parsed.others)
    if model is None or model not in others:
        if model is not None:
            named = ", ".join(others) or "none"
            raise FileError(f"There is no model '{model}' in {path}.", f"Others: {named}.")
        return parsed.training, parsed.notes
    return replace(others[model], seed=parsed.training.seed), parsed.notes


VERB = Verb("import", "turn a model file or a script into a project", arguments, run)
