"""The laws of the house, held by reading every file once: rooms, floors, addresses, glossary."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws import glossary, imports, shape
from tests.laws.house import DOMAIN_WORDS
from tests.laws.tree import Tree

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def tree() -> Tree:
    return Tree(ROOT)


def none(offenders: list[str]) -> None:
    """Fails with every offender in one message."""
    if offenders:
        pytest.fail("\n".join(offenders), pytrace=False)


def test_a_file_name_stands_in_one_place() -> None:
    none(shape.same_stems(tree(), DOMAIN_WORDS))


def test_every_file_says_what_it_is_and_none_is_a_drawer() -> None:
    none(shape.drawers(tree()))


def test_who_may_import_what() -> None:
    none(imports.misplaced(tree()))


def test_the_glossary_has_a_sentence_for_every_folder_and_record() -> None:
    none(glossary.unexplained(tree(), (ROOT / "builder" / "README.md").read_text("utf-8")))


def test_what_the_web_process_imports_is_light() -> None:
    """The pages' imports of ``builder`` pull in neither Keras nor scikit-learn."""
    code = (
        "import sys, builder.catalog, builder.check, builder.code, builder.edit, builder.parse\n"
        "from builder import starters\n"
        "from builder.datasets.registry import all_datasets\n"
        "from builder.exporters.registry import all_exporters\n"
        "from builder.runs.engine_process import client\n"
        "from builder.runs.scheduler import jobs\n"
        "from builder.runs.disk import projects, workspace\n"
        "all_datasets(), all_exporters(), starters.all()\n"
        "assert all(builder.code.custom_layer_source.sources().values())\n"
        "heavy = {'keras', 'tensorflow', 'sklearn', 'scipy', 'pandas', 'h5py'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, timeout=60)
