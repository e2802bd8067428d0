"""The script as a notebook (nbformat 4.5): a cell a part, each with a sentence that explains it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from builder.code import line_explanations
from builder.code.fragment import Part
from builder.code.script import BLOCKS, code_header, heading, parts
from builder.spec import TrainingSpec

HEADINGS = {
    "threads": "The same sums",
    "data": "The data",
    "precision": "Precision",
    "custom": "A layer that Keras does not have",
    "adapt": "A layer that learns from the data",
    "model": "The model",
    "summary": "What the model is made of",
    "schedule": "The learning rate",
    "compile": "How it learns",
    "order": "The order of the examples",
    "fit": "Training",
    "evaluate": "The exam",
    "predict": "Predictions",
    "save": "Saving",
}
"""Topic of a part → the heading of its cell."""


def notebook(
    training: TrainingSpec, data_source: str, title: str = "", style: str = "", about: str = ""
) -> str:
    """The notebook as JSON; it reads back as the same project (``parse.parse_notebook``).

    Args:
        about: a sentence about the data, beside what is said of all data.

    Raises:
        SpecError, CatalogError: as ``script``.
    """
    imports, pieces = parts(training, data_source, style)
    cells = [_text(f"# {heading(title) or 'A Keras model'}\n\n{line_explanations.TOPICS['head']}")]
    cells.append(_code(code_header(imports)))
    for topic, group in groupby(pieces, lambda part: part.topic):
        more = f"{about} " if topic == "data" and about else ""
        cells.append(
            _text(
                f"## {HEADINGS[topic]}\n\n{more}{line_explanations.explain_part(training, topic)}"
            )
        )
        cells.append(_code(_join_pieces(list(group))))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    book = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def _join_pieces(pieces: list[Part]) -> str:
    gap = "\n\n\n" if any(part.text.startswith(BLOCKS) for part in pieces) else "\n\n"
    return gap.join(part.text for part in pieces)


def _text(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": list(_lines(text))}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": list(_lines(text)),
    }


def _lines(text: str) -> Iterator[str]:
    """The lines as nbformat keeps them: each with its end, but the last."""
    return iter(text.splitlines(keepends=True))
