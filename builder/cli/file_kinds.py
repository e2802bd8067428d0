"""What a file is that stands where a project is expected, and what helps then."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

CODE, NOTEBOOK, MODEL = "code", "a notebook", "a Keras model"
TABLE, ARRAYS, PICTURE, TEXT = "a table of data", "NumPy arrays", "a picture", "text"

SUFFIXES: Mapping[str, str] = {
    **dict.fromkeys((".py",), CODE),
    **dict.fromkeys((".ipynb",), NOTEBOOK),
    **dict.fromkeys((".keras", ".h5", ".hdf5"), MODEL),
    **dict.fromkeys((".csv", ".tsv", ".xlsx", ".parquet"), TABLE),
    **dict.fromkeys((".npz", ".npy"), ARRAYS),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"), PICTURE),
    **dict.fromkeys((".txt", ".md"), TEXT),
}
"""Endings of file names that say what is inside."""

IMPORT = "Import it first: `python -m builder import {file} -o {project}`, then name {project}."

DATA = "Choose data on the Data page of a project; `python -m builder starters` lists projects."

REMEDIES: Mapping[str, str] = {
    CODE: IMPORT,
    NOTEBOOK: IMPORT,
    MODEL: IMPORT,
    TEXT: f"If it holds Keras code, i{IMPORT[1:]}",
    TABLE: DATA,
    ARRAYS: DATA,
    PICTURE: "A trained model reads it: `python -m builder predict MODEL_OR_RUN {file}`.",
}
"""What to do with it instead."""


CONTENTS = (
    (re.compile(rb"PK\x03\x04|\x89HDF"), MODEL),
    (re.compile(rb'\s*\{.*"(cells|worksheets|nbformat)"\s*:', re.S), NOTEBOOK),
    (re.compile(rb'\s*\{.*"config"\s*:', re.S), MODEL),
    (re.compile(rb"\s*[^\s{\[\x00-\x08][^\x00-\x08]*", re.S), TEXT),
)
"""How files begin, for those whose names say nothing."""

HEAD = 2_000
"""Bytes at the beginning that are looked at."""


def file_kind(path: Path, head: bytes) -> str:
    """What a file is by the end of its name, or else by its first bytes; ``""`` if unknown."""
    by_name = SUFFIXES.get(path.suffix.lower())
    found = (kind for begins, kind in CONTENTS if begins.match(head[:HEAD]))
    return by_name or next(found, "")


def explain(path: Path, head: bytes) -> tuple[str, str] | None:
    """What the file is instead of a project, and the remedy; None where it is none of these."""
    kind = file_kind(path, head)
    if not kind:
        return None
    project = shlex.quote(str(path.with_suffix(".json").with_stem(f"{path.stem}-project")))
    remedy = REMEDIES[kind].format(file=shlex.quote(str(path)), project=project)
    return f"{path} is {kind}, not a project.", remedy
