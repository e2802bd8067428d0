"""Notebooks: read cell by cell, their places named, damaged ones refused."""

from __future__ import annotations

import json

import pytest

from builder import parse
from builder.errors import SpecError

STACK = "import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((4,))])\n"


def book(*cells: tuple[str, str]) -> str:
    rows = [{"cell_type": kind, "source": text.splitlines(True)} for kind, text in cells]
    return json.dumps({"cells": rows, "nbformat": 4, "metadata": {}})


def test_a_notebook_is_read_cell_by_cell() -> None:
    read = parse.parse_notebook(
        book(
            ("markdown", "# A model"),
            ("code", "%matplotlib inline\nimport keras\nfrom keras import layers"),
            ("code", STACK + "model.add(layers.Dense(3))\nmodel.add(layers.Dens(1))\nmodel"),
        )
    )
    assert read.training is not None
    assert [n.name for n in read.training.model.nodes] == ["input_layer", "dense"]
    told = [(n.where, n.message) for n in read.notes if n.line]
    assert told[0] == (
        "cell 2, line 1",
        "The command '%matplotlib inline' is for a notebook: left out.",
    )
    assert told[1] == (
        "cell 3, line 5",
        "`layers.Dens(1)`: there is no layer called 'Dens'. Did you mean Dense?",
    )


def test_a_syntax_error_in_a_notebook_names_its_cell() -> None:
    with pytest.raises(SpecError) as caught:
        parse.parse_notebook(book(("code", "x = 1"), ("code", "y = 2\nz = (")))
    assert caught.value.where == "cell 2, line 2"
    assert caught.value.message == (
        "Cell 2, line 2 is no Python: '(' was never closed. It says 'z = ('."
    )


def test_cells_of_another_language_are_left_out() -> None:
    read = parse.parse_notebook(book(("code", "%%bash\nrm -rf /"), ("code", STACK)))
    assert read.training is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "This is no notebook: Expecting value"),
        ("[" * 100_000, "This is no notebook: "),
        ("[]", "This JSON is no notebook: it has no cells."),
        ('{"cells": 3}', "This JSON is no notebook: it has no cells."),
        (json.dumps({"cells": [{}] * 6000}), "The notebook has 6,000 cells; up to 5,000 are read."),
        ("x" * 20_000_001, "The notebook has 20,000,001 characters"),
        (b"\xff\xfe\x00", "This is no notebook: "),
        (book(("code", "x=1\n" * 200_000), ("code", "y=1\n" * 200_000)), "The notebook's code has"),
    ],
    ids=["text", "deep", "list", "no cells", "cells", "long", "bytes", "code"],
)
def test_what_is_no_notebook_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse.parse_notebook(text)
    assert caught.value.message.startswith(message)


def test_damaged_cells_are_skipped() -> None:
    doc = {"cells": [3, None, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "x = 2"]}]}
    assert parse.parse_notebook(json.dumps(doc)).training is None
