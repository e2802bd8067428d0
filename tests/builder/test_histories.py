"""What is exported is run in a fresh interpreter, and its history equals the run's, bit for bit."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from builder import code
from builder.check.training import performance
from builder.engine.data import loading
from builder.runs.disk import data_files
from tests import forks, zoo
from tests.asked import asked, longer
from tests.builder.histories import ALL, STARTERS
from tests.zoo import clothes, restless, series, tables

ROOT = Path(__file__).resolve().parents[2]
History = Mapping[str, list[float]]
Result = tuple[History, frozenset[bytes]]
"""A history, and the arrays of the model that was saved."""

ROUNDED = {"compiled": 1e-3}
"""How far numbers may be apart: XLA joins operations differently in our loop than in Keras's."""


NOTEBOOKS = ("review_texts", "digits_dense", "reviews")
"""Trained as notebooks, too; test_notebook holds that every notebook's lines are its script's."""


ALIKE = ("wine", "breast_cancer", "circles", "gaussians", "spiral")
"""Starters whose scripts are those of others, but for lines that test_sources runs."""


NO_CLASS = ("passengers", "film_ratings", "museum", "digits_autoencoder")
"""Starters that a class of one's own cannot say: they learn from several columns."""


def chosen() -> Iterator[tuple[str, str, str]]:
    """Name, style and form. The styles take turns, and a notebook is in another than its script."""
    for turn, (name, training) in enumerate(ALL.items()):
        there = code.styles(training)
        turns = (name in STARTERS and name not in NO_CLASS) or name in zoo.RESTLESS
        yield name, there[turn % len(there) if turns else 0], "py"
        for style in there:
            if code.explain_difference(training, style):
                yield name, style, "py"
        if name in NOTEBOOKS[:1]:
            yield name, there[(turn + 1) % len(there)], "ipynb"


def others() -> Iterator[tuple[str, str, str]]:
    """What hangs on more than weights is trained in every style, and more as notebooks."""
    for name, training in ALL.items():
        if name in zoo.RESTLESS or name == "sentences":
            yield from ((name, style, "py") for style in code.styles(training))
        if name in NOTEBOOKS:
            yield from ((name, style, "ipynb") for style in code.styles(training))


SIMPLE = ("iris", "binned", "two_softmax", "rows", "nested_choices", "diabetes", "fashion_dense",
          "which_words", "witness", "digits_patches", "digits_denoiser")  # fmt: skip
"""What is said in their scripts is said in those of others that are trained here."""

CASES = [*dict.fromkeys(case for case in chosen() if case[0] not in (*ALIKE, *SIMPLE))]
LONG = [case for case in (*chosen(), *others()) if case not in CASES]
RUNNER = """
import json, os, sys
import keras
histories = {}
for path in sys.argv[1:]:
    text = open(path).read()
    cells = [text]
    if path.endswith("ipynb"):
        cells = json.loads(text)["cells"]
        cells = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    scope = {"__name__": "__main__"}
    keras.config.set_dtype_policy("float32")
    for cell in cells:
        exec(compile(cell, path, "exec"), scope)
    os.rename("model.keras", f"{path}.keras")
    histories[path] = scope["history"].history
print(json.dumps(histories))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where data files lie that both sides read by name."""
    made = tmp_path_factory.mktemp("histories")
    for name, arrays in restless.files().items():
        np.savez(made / name, **arrays)
    clothes.write(made, 400, 100)
    (made / tables.NAME).write_text(tables.text(), "utf-8")
    (made / series.NAME).write_text(series.text(), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERWISE_DATA", str(made))
        patch.setenv("KERAS_HOME", str(made))
        patch.setenv("LAYERWISE_HOME", str(made))
        data_files.keep(tables.NAME, tables.text().encode())
        data_files.keep(series.NAME, series.text().encode())
        yield made


def told(folder: Path, *program: str, cwd: Path) -> Mapping[str, Result]:
    """Each history that was printed, with what was saved beside it."""
    found: Mapping[str, History] = json.loads(forks.run(*program, cwd=cwd).splitlines()[-1])
    return {name: (history, saved(folder / f"{name}.keras")) for name, history in found.items()}


def saved(file: Path) -> frozenset[bytes]:
    """Every array of a ``.keras`` but the optimizer's, under whatever name."""
    arrays: list[bytes] = []

    def keep(name: str, found: Any) -> None:
        if isinstance(found, h5py.Dataset) and not name.startswith("optimizer"):
            arrays.append(np.asarray(found).tobytes())

    with zipfile.ZipFile(file) as archive, archive.open("model.weights.h5") as inner:
        h5py.File(io.BytesIO(inner.read())).visititems(keep)
    return frozenset(arrays)


@pytest.fixture(scope="module")
def results(folder: Path, request: pytest.FixtureRequest) -> Mapping[str, Result]:
    """What the exported files that are asked for give by themselves, by file, and what our runs
    give, by name: each in a process of its own, ours with the threads of the run's worker."""
    cases = asked(request, TEST, "name", "style", "form")
    for name, style, form in cases:
        written = {"py": code.script, "ipynb": code.notebook}[form]
        text = written(ALL[name], loading.source(ALL[name].dataset), name, style)
        (folder / f"{name}-{style}.{form}").write_text(text, "utf-8")
    found: dict[str, Result] = {}
    for threads in (1, performance.ALL):
        names = {n: None for n, *_ in cases if performance.threads(ALL[n]) == threads}
        if not names:
            continue
        files = [f"{n}-{s}.{form}" for n, s, form in cases if n in names]
        module = ("-m", "tests.builder.histories")
        found |= told(folder, "-c", RUNNER, *files, cwd=folder)
        found |= told(folder, *module, str(threads), str(folder), *names, cwd=ROOT)
    return found


@pytest.mark.parametrize(("name", "style", "form"), [*CASES, *longer(LONG)])
def test_every_file_trains_to_the_very_numbers_of_the_run(
    name: str, style: str, form: str, results: Mapping[str, Result]
) -> None:
    ours, weights = results[name]
    history, kept = results[f"{name}-{style}.{form}"]
    if code.explain_difference(ALL[name], style):  # said on the page, and not without reason
        assert history["loss"] != ours["loss"]
    elif name in ROUNDED:
        assert history == {k: pytest.approx(v, rel=ROUNDED[name]) for k, v in ours.items()}
    else:
        assert history == ours
        assert kept == weights


TEST = test_every_file_trains_to_the_very_numbers_of_the_run.__name__


def test_numbers_are_doubted_in_these_styles_only() -> None:
    doubted = {
        (n, s)
        for n, t in zoo.RESTLESS.items()
        for s in code.styles(t)
        if code.explain_difference(t, s)
    }
    assert doubted == {("attention", "subclass"), ("told", "subclass"), ("spectral", "functional")}
