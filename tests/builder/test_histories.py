"""What is exported is run in a fresh interpreter, and its history equals the run's, bit for bit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import keras
import numpy as np
import pytest

from builder import code, starters
from builder.engine import data, train
from builder.engine.record import Silence
from builder.spec import TrainingSpec
from tests import zoo
from tests.zoo import clothes, restless

History = Mapping[str, list[float]]

STACKS = ("nested_choices", "two_softmax", "normalized", "binned", "half_precision", "compiled",
          "sentences", "which_words")  # fmt: skip
"""Each with something in its script that the others lack."""

ROUNDED = {"compiled": 1e-3}
"""How far numbers may be apart: XLA joins operations differently in our loop than in Keras's."""


STARTERS = {s.name: zoo.brief(s.training) for s in starters.all()}

ALL: Mapping[str, TrainingSpec] = {
    **STARTERS,
    **{name: zoo.STACKS[name] for name in STACKS},
    "reshuffled": zoo.STACKS["nested_choices"].with_fit(shuffle="epoch", batch_size=30),
    **zoo.RESTLESS,
}


def chosen() -> Iterator[tuple[str, str, str]]:
    """Name, style and form. A starter's notebook is in another style than its script, and the
    styles take turns. What hangs on more than weights is trained in every style."""
    for turn, (name, training) in enumerate(ALL.items()):
        there = code.styles(training)
        if name in zoo.RESTLESS or name == "sentences":
            yield from ((name, style, "py") for style in there)
        else:
            yield name, there[turn % len(there) if name in STARTERS else 0], "py"
        if name in STARTERS:
            yield name, there[(turn + 1) % len(there)], "ipynb"


CASES = [*chosen()]
RUNNER = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
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
    assert os.path.isfile("model.keras")
    os.remove("model.keras")
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERWISE_DATA", str(made))
        patch.setenv("KERAS_HOME", str(made))  # for the scripts; here Keras has read it already
        patch.setattr(keras.src.backend.config, "_KERAS_DIR", str(made))
        yield made


@pytest.fixture(scope="module")
def theirs(folder: Path) -> Mapping[str, History]:
    """The histories that the exported files give by themselves."""
    for name, style, form in CASES:
        written = {"py": code.script, "ipynb": code.notebook}[form]
        text = written(ALL[name], data.source(ALL[name].dataset), name, style)
        (folder / f"{name}-{style}.{form}").write_text(text, "utf-8")
    command = [sys.executable, "-c", RUNNER, *(f"{n}-{s}.{form}" for n, s, form in CASES)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: Mapping[str, History] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", ALL)
def test_every_file_trains_to_the_very_numbers_of_the_run(
    name: str, theirs: Mapping[str, History], folder: Path
) -> None:
    ours: History = train.train(ALL[name], folder / name, Silence(), lambda: None)["history"]
    for _, style, form in (case for case in CASES if case[0] == name):
        history = theirs[f"{name}-{style}.{form}"]
        if code.doubt(ALL[name], style):  # said on the page, and not without reason
            assert history["loss"] != ours["loss"]
        elif name in ROUNDED:
            assert history == {k: pytest.approx(v, rel=ROUNDED[name]) for k, v in ours.items()}
        else:
            assert history == ours, (style, form)


def test_numbers_are_doubted_in_these_styles_only() -> None:
    doubted = {(n, s) for n, t in zoo.RESTLESS.items() for s in code.styles(t) if code.doubt(t, s)}
    assert doubted == {("attention", "subclass"), ("told", "subclass"), ("spectral", "functional")}
