"""Read the code cells of a notebook with ``json`` only, and the cell of each line."""

from __future__ import annotations

import json
from typing import Any

from builder.errors import SpecError
from builder.parse.text.syntax_tree import MAX_CHARACTERS

MAX_NOTEBOOK = 20_000_000
"""Characters of a notebook file; pictures in its outputs may be large."""

MAX_CELLS = 5_000


def notebook_source(text: str | bytes) -> tuple[str, tuple[str, ...]]:
    """The source of all code cells, and for each line its place: ``"cell 2, line 3"``.

    Raises:
        SpecError: no notebook, damaged, or too large.
    """
    if len(text) > MAX_NOTEBOOK:
        raise SpecError(
            f"The notebook has {len(text):,} characters; up to {MAX_NOTEBOOK:,} are read.",
            "Clear its outputs and save it again.",
        )
    cells = _cells(_json(text))
    rows: list[str] = []
    places: list[str] = []
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        lines = _lines(cell.get("source", cell.get("input", "")))
        if sum(map(len, rows)) + sum(map(len, lines)) > MAX_CHARACTERS and rows:
            raise SpecError(
                f"The notebook's code has more than {MAX_CHARACTERS:,} characters.",
                "Keep only the cells that build and train the model.",
            )
        if lines and lines[0].startswith("%%") and not lines[0].startswith("%%time"):
            lines = [f"# {line}" for line in lines]  # another language, or a file to be written
        rows += lines
        places += [f"cell {number}, line {i}" for i in range(1, len(lines) + 1)]
    return "\n".join(rows), tuple(places)


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError(
            f"This is no notebook: {str(error)[:120]}.", "Choose an .ipynb file."
        ) from None


def _cells(doc: Any) -> list[Any]:
    if not isinstance(doc, dict):
        raise SpecError("This JSON is no notebook: it has no cells.", "Choose an .ipynb file.")
    cells = doc.get("cells")
    sheets = doc.get("worksheets")
    if cells is None and isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
        cells = sheets[0].get("cells")
    if not isinstance(cells, list):
        raise SpecError("This JSON is no notebook: it has no cells.", "Choose an .ipynb file.")
    if len(cells) > MAX_CELLS:
        raise SpecError(f"The notebook has {len(cells):,} cells; up to {MAX_CELLS:,} are read.")
    return cells


def _lines(source: Any) -> list[str]:
    """A cell's source: text, or a list of lines."""
    if isinstance(source, list):
        source = "".join(s for s in source if isinstance(s, str))
    return source.split("\n") if isinstance(source, str) else []
