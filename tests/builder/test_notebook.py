"""The notebook: valid, explained cell by cell, read back whole, and it runs cell after cell."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from builder import code, parse, starters
from builder.exporters import export_run
from builder.spec import TrainingSpec
from tests import forks, zoo
from tests.builder.parse.test_parse_laws import ALL, plain, script_source
from tests.builder.test_styles import CASES, MODELS, ROWS, normal


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_is_valid_and_read_back_whole(name: str) -> None:
    training: TrainingSpec = ALL[name]
    text = code.notebook(training, script_source(training), "Mine", about="About the data.")
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    read = parse.parse_notebook(text)
    assert read.training is not None
    assert plain(read.training) == plain(training)
    assert {n.severity for n in read.notes} <= {parse.NOTED}
    kinds = [cell.cell_type for cell in book.cells]
    assert kinds == ["markdown", "code"] * (len(kinds) // 2)
    assert all(cell.source.strip() for cell in book.cells)
    assert any("About the data." in cell.source for cell in book.cells[2:6])
    cells = [cell.source for cell in book.cells if cell.cell_type == "code"]
    script = code.script(training, script_source(training))
    assert lines("\n".join(cells)) == lines(script), "what trains is the same"


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("name", "style"), [c for c in CASES if c[0] not in zoo.STACKS])
def test_graphs_are_notebooks_too(name: str, style: str) -> None:
    text = code.notebook(zoo.training(MODELS[name], zoo.DIGITS), ROWS, "", style)
    read = parse.parse_notebook(text).training
    assert read is not None
    assert normal(read.model) == normal(MODELS[name])


RUNNER = """
import json
scope = {"__name__": "__main__"}
for cell in json.load(open("book.ipynb"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), scope)
print(json.dumps(scope["history"].history))
"""


def test_a_notebook_runs_cell_after_cell(tmp_path: Path) -> None:
    training = starters.find_starter("diabetes").training.with_fit(epochs=2)
    (tmp_path / "book.ipynb").write_bytes(export_run.export("notebook", training, title="Diabetes"))
    said = forks.run("-c", RUNNER, cwd=tmp_path)
    assert len(json.loads(said.splitlines()[-1])["loss"]) == 2
    assert (tmp_path / "model.keras").is_file()
