"""Each law of the house fails when it is broken: small made-up trees, each with one offender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.laws import glossary, imports, kind_names, places, shape
from tests.laws.tree import Tree

Make = Callable[..., Tree]

LADDERS = {"builder": ({"spec"}, {"check"}, {"runs"}), "builder.check": ({"values"}, {"graph"})}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """``make({"builder/spec.py": "import os"})``: a tree of these files, each with a docstring."""

    def made(files: dict[str, str]) -> Tree:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'"""What it is."""\n{text}\n', "utf-8")
        return Tree(tmp_path)

    return made


def lawful(make: Make, files: dict[str, str] | None = None) -> Tree:
    """Two rooms and a file that keep every law, and the files that break one."""
    return make(
        {
            "builder/spec.py": "from dataclasses import dataclass\n\n\nclass Spec: ...",
            "builder/check/__init__.py": "from builder.check.graph.shapes import problems",
            "builder/check/values/ranges.py": "from builder.spec import Spec",
            "builder/check/graph/shapes.py": (
                "from builder.check.values import ranges\n\n\ndef problems(): return ranges.Spec"
            ),
            "builder/runs/store.py": "import sqlite3\nfrom builder import check\ncheck.problems",
            "pages/train.py": "import streamlit\nfrom builder.runs import store",
        }
        | (files or {})
    )


def test_a_tree_that_keeps_the_laws_has_no_offender(make: Make) -> None:
    tree = lawful(make, {"builder/check/graph/shapes.py": "def problems(): ..."})
    assert imports.upward(tree, LADDERS) == []
    assert imports.module_cycles(tree) == imports.folder_cycles(tree) == []
    assert imports.misplaced(tree) == []
    assert shape.crowded(tree, {}) == shape.same_stems(tree, ()) == shape.drawers(tree) == []
    assert shape.second_addresses(tree) == []
    assert shape.class_tables(tree, {"Dense", "Conv2D"}, (), {}) == []
    assert kind_names.forks(tree, {"image", "text"}) == []


@pytest.mark.parametrize(
    ("files", "offender"),
    [
        (
            {"builder/spec.py": "import builder.runs.store"},
            "builder/spec.py:2 imports builder.runs.store: in builder, runs stands above spec",
        ),
        (
            {"builder/spec.py": "def f():\n    from builder.runs import store"},
            "builder/spec.py:3 imports builder.runs.store: in builder, runs stands above spec",
        ),
        (
            {"builder/check/values/ranges.py": "from builder.check.graph.shapes import problems"},
            "builder/check/values/ranges.py:2 imports builder.check.graph.shapes: in builder.check,"
            " graph stands above values",
        ),
        (
            {"builder/search/tuner.py": ""},
            "builder.search stands on no floor: give it one in the ladder of builder",
        ),
        (
            {"builder/check/training/loss.py": ""},
            "builder.check.training stands on no floor: give it one in the ladder of builder.check",
        ),
    ],
)
def test_imports_lead_downwards(make: Make, files: dict[str, str], offender: str) -> None:
    assert imports.upward(lawful(make, files), LADDERS) == [offender]


def test_a_floor_of_nothing_is_named(make: Make) -> None:
    ladders = {**LADDERS, "builder.runs": ({"store", "disk"},)}
    said = "the ladder of builder.runs names disk, which is not there"
    assert imports.upward(lawful(make), ladders) == [said]


def test_a_circle_of_modules(make: Make) -> None:
    tree = make(
        {
            "builder/runs/a.py": "from builder.runs import b",
            "builder/runs/b.py": "def f():\n    from builder.runs.c import g",
            "builder/runs/c.py": "import builder.runs.a\ndef g(): ...",
            "builder/runs/d.py": (
                "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import builder.runs.e"
            ),
            "builder/runs/e.py": "import builder.runs.d",
        }
    )
    said = "a circle of 3 modules: builder.runs.a, builder.runs.b, builder.runs.c"
    assert imports.module_cycles(tree) == [said]
    assert imports.folder_cycles(tree) == [], "a circle of modules is told as one of modules"


def test_a_circle_of_folders_without_a_circle_of_modules(make: Make) -> None:
    tree = make(
        {
            "builder/engine/data/load.py": "import builder.plugins.datasets.iris",
            "builder/plugins/datasets/iris.py": "",
            "builder/plugins/exporters/onnx.py": "import builder.engine.build.model",
            "builder/engine/build/model.py": "",
        }
    )
    assert imports.module_cycles(tree) == []
    assert imports.folder_cycles(tree) == ["a circle in builder: engine, plugins"]


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("builder/spec.py", "import streamlit", "builder knows no web pages"),
        ("builder/spec.py", "from pages import train", "builder knows no web pages"),
        ("builder/runs/store.py", "import keras", "only the engine imports Keras by a module"),
        ("builder/spec.py", "def f():\n    import keras", "Keras is no business of this room"),
        ("builder/spec.py", "import sqlite3", "only runs store and start processes"),
        ("builder/spec.py", "import subprocess", "only runs store and start processes"),
        ("builder/engine/load.py", "import pickle", "untrusted files must never be unpickled"),
        ("builder/spec.py", "from . import errors", "imports are absolute"),
        ("pages/train.py", "def f():\n    import tensorflow", "pages stay light"),
        ("pages/train.py", "import sklearn.metrics", "pages stay light"),
        ("pages/train.py", "from builder.engine import data", "ask the child instead"),
        ("app.py", "import sqlite3", "pages stay light"),
    ],
)
def test_who_may_import_what(make: Make, path: str, text: str, reason: str) -> None:
    (offender,) = imports.misplaced(make({path: text}))
    assert offender.startswith(f"{path}:") and offender.endswith(f": {reason}")


def test_where_keras_may_be_imported(make: Make) -> None:
    inside = "def f():\n    import keras"
    rooms = {"builder/datasets/mnist.py": inside, "builder/exporters/h5.py": inside}
    tree = make({"builder/engine/build.py": "import keras", "builder/runs/w.py": inside, **rooms})
    assert imports.misplaced(tree) == []


def test_a_text_that_looks_like_an_import(make: Make) -> None:
    tree = make({"pages/paste.py": 'import streamlit\nEXAMPLE = """\nimport keras\n"""'})
    assert imports.lookalikes(tree) == ["pages/paste.py:4 looks like an import but is text"]


def test_a_folder_of_thirteen(make: Make) -> None:
    files = {f"builder/engine/part_{i}.py": "" for i in range(13)}
    tree = make(files | {"builder/engine/__init__.py": ""})
    assert shape.crowded(tree, {}) == ["builder/engine has 13 modules, more than 12"]
    assert shape.crowded(tree, {"builder/engine": "a file for each concept"}) == []
    spare = {"builder/engine": "a file for each concept", "builder/runs": "none"}
    assert shape.crowded(tree, spare) == ["builder/runs needs no reason: it has 0 modules"]


def test_a_file_name_in_two_folders(make: Make) -> None:
    tree = make({"builder/check/values.py": "", "builder/parse/values.py": ""})
    said = "values.py stands in builder/check/values.py, builder/parse/values.py"
    assert shape.same_stems(tree, ()) == [said]
    assert shape.same_stems(tree, {"values"}) == []
    assert shape.same_stems(lawful(make), {"text", "values"})[-1].startswith("'text' is no name")


def test_a_drawer_and_a_file_that_says_nothing(make: Make) -> None:
    tree = make({"builder/utils.py": "", "builder/spec.py": ""})
    (tree.root / "builder" / "spec.py").write_text("import os\n")
    assert shape.drawers(Tree(tree.root)) == [
        "builder/utils.py: a drawer for odds and ends",
        "builder/spec.py has no docstring",
    ]


RUNS = {
    "builder/spec.py": "class Spec: ...",
    "builder/runs/rows.py": "def history(): ...\nLIMIT = 3",
    "builder/runs/store.py": "from builder.runs.rows import history\nhistory()",
    "builder/runs/__init__.py": (
        "from builder.runs.rows import history\nfrom builder.spec import Spec"
    ),
}
AGAIN = "takes history from builder.runs.store; it is builder.runs.rows.history"


@pytest.mark.parametrize(
    ("path", "text", "offender"),
    [
        (
            "builder/runs/jobs.py",
            "from builder.runs.rows import history\n__all__ = ['history']",
            "builder/runs/jobs.py:3 offers history, which it only imports",
        ),
        (
            "builder/runs/jobs.py",
            "from builder.runs import rows\nhistory = rows.history",
            "builder/runs/jobs.py:3 gives builder.runs.rows.history a second address,"
            " builder.runs.jobs.history",
        ),
        (
            "builder/runs/jobs.py",
            "from builder.runs.rows import LIMIT\nMOST = LIMIT",
            "builder/runs/jobs.py:3 gives builder.runs.rows.LIMIT a second address,"
            " builder.runs.jobs.MOST",
        ),
        (
            "pages/runs.py",
            "from builder.runs.store import history",
            f"pages/runs.py:2 {AGAIN}",
        ),
        (
            "pages/runs.py",
            "from builder.runs import store\n\n\ndef f():\n    return store.history()",
            f"pages/runs.py:6 {AGAIN}",
        ),
        (
            "pages/runs.py",
            "from builder import runs\nprint(runs.Spec)",
            "pages/runs.py:3 takes Spec from builder.runs; it is builder.spec.Spec",
        ),
    ],
)
def test_one_address_a_name(make: Make, path: str, text: str, offender: str) -> None:
    assert shape.second_addresses(make({**RUNS, path: text})) == [offender]


def test_what_a_private_file_keeps_for_its_siblings(make: Make) -> None:
    text = "from builder.datasets import _toys\nCONTENTS = _toys.CONTENTS"
    tree = make({"builder/datasets/_toys.py": "CONTENTS = 2", "builder/datasets/xor.py": text})
    assert shape.second_addresses(tree) == []


CLASSES = {"Dense", "Conv2D", "LSTM"}
HEADINGS = {"Core", "Dense", "LSTM"}


@pytest.mark.parametrize(
    "text",
    [
        'STATES = {"LSTM": 2, "Conv2D": 1}',
        'STATES = frozenset({"LSTM", "Conv2D"})',
        'STATES: tuple[str, ...] = ("LSTM", "keras.layers.Conv2D")',
        'STATES = "LSTM Conv2D".split()',
        'STATES = ["LSTM"] + ["Conv2D"]',
        'STATES = {"a": ("x", {"LSTM"}), "b": ("y", {"Conv2D"})}',
    ],
)
def test_a_table_of_classes(make: Make, text: str) -> None:
    tree = make({"builder/code/calls.py": text})
    said = ["builder/code/calls.py:2 STATES names Conv2D, LSTM"]
    assert shape.class_tables(tree, CLASSES, HEADINGS, {}) == said
    assert shape.class_tables(tree, CLASSES, HEADINGS, {"builder/code/": "a reason"}) == []
    spare = {"builder/code/calls.py": "a reason", "builder/edit/": "none"}
    assert shape.class_tables(tree, CLASSES, HEADINGS, spare) == [
        "builder/edit/ has no such table any more"
    ]


@pytest.mark.parametrize(
    "text",
    [
        'ONE = {"LSTM"}',
        'COLORS = {"Core": "red", "Dense": "green", "LSTM": "blue"}',
        'WARM = TrainingSpec(ModelSpec("w", {"a": ObjectSpec("LSTM"), "b": ObjectSpec("Dense")}))',
        'TEXT = "LSTM and Conv2D"',
        'def f():\n    return {"LSTM", "Conv2D"}',
    ],
)
def test_what_is_no_table_of_classes(make: Make, text: str) -> None:
    assert shape.class_tables(make({"builder/code/calls.py": text}), CLASSES, HEADINGS, {}) == []


@pytest.mark.parametrize(
    "text",
    [
        'def f(kind):\n    return kind == "image"',
        'def f(kind):\n    return "image" != kind',
        'def f(kind):\n    return kind in ("image", "colour")',
        'def f(kind):\n    match kind:\n        case "image" | None: ...',
        'WIDTH = {\n    "image": 2, "text": 1}',
    ],
)
def test_a_fork_on_a_kind(make: Make, text: str) -> None:
    own = text.replace('"text"', '"words"')
    files = {"builder/check/shapes.py": text, "builder/kinds/image.py": own}
    (said,) = kind_names.forks(make(files), {"image", "text"})
    assert said.startswith("builder/check/shapes.py:") and "forks on image" in said


def test_what_is_no_fork_on_a_kind(make: Make) -> None:
    text = 'PARTS = ("image", "text")\nX = {"image": 1}\nY = Column("x", "image") == X["text"]'
    assert kind_names.forks(make({"builder/check/shapes.py": text}), {"image", "text"}) == []


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ('f"{path} cannot be read."', True),
        ('f"The file in {self._folder} is gone."', True),
        ('f"The file is not in {str(path.parent)}."', True),
        ('f"{path.name} cannot be read."', False),
        ('f"{path}.damaged"', False),
    ],
)
def test_a_sentence_that_names_a_folder(make: Make, text: str, is_told: bool) -> None:
    files = {"builder/check/shapes.py": f"X = {text}", "builder/cli/show.py": f"X = {text}"}
    offenders = ["builder/check/shapes.py:2 tells a whole path: take its name"] if is_told else []
    assert places.told(make(files), {"builder/cli/"}) == offenders


GLOSSARY = """# Title

| `builder/else` | Not in the glossary. |

## Glossary

| name | what it is |
|---|---|
| `builder` | All below the pages. |
| `builder/runs` | What was trained. |
| `Run` | One training and its end. |

## Decisions

| `builder/nowhere` | Not in the glossary. |
"""


def test_the_glossary(make: Make) -> None:
    record = "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass {}:\n    a: int"
    files = {
        "builder/spec.py": record.format("Run"),
        "builder/runs/store.py": record.format("_Row"),
        "builder/runs/open.py": "from dataclasses import dataclass\n@dataclass\nclass Open: ...",
    }
    assert glossary.unexplained(make(files), GLOSSARY) == []
    files |= {"builder/runs/disk/file.py": "", "builder/errors.py": record.format("Problem")}
    tree = make(files)
    assert glossary.unexplained(tree, GLOSSARY) == [
        "Problem (builder/errors.py) is not in the glossary",
        "builder/runs/disk is not in the glossary",
    ]
    more = "| `Run` | Twice. |\n| `Gone` | It was here once. |\n\n## Decisions"
    said = glossary.unexplained(tree, GLOSSARY.replace("\n## Decisions", more))
    assert said[2:] == [
        "Gone is in the glossary but not in the tree",
        "Run is in the glossary twice",
        "Run has no sentence in the glossary",
    ]


def test_two_records_of_one_name(make: Make) -> None:
    record = "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Run:\n    a: int"
    tree = make({"builder/spec.py": record, "builder/runs/store.py": record})
    said = "Run is a record in builder/runs/store.py, builder/spec.py"
    assert glossary.unexplained(tree, GLOSSARY) == [said]
