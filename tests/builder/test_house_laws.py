"""The laws of the house, held by reading every file once: rooms, floors, addresses, glossary."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from builder import catalog
from builder.kinds.registry import all_kinds
from tests.laws import glossary, imports, kind_names, places, shape
from tests.laws.house import CROWDED, DOMAIN_WORDS, KIND_NAMES, LADDERS, TABLES, TYPED
from tests.laws.tree import Tree, read

ROOT = Path(__file__).resolve().parents[2]


def tree() -> Tree:
    return read(ROOT)


def class_names() -> set[str]:
    """Every class of the catalogue; the functions among it have names like any word."""
    functions = ("activations", "epoch_schedules")
    kinds = [kind for kind in catalog.KINDS if kind not in functions]
    rows = [*catalog.palette(), *(e for kind in kinds for e in catalog.entries(kind))]
    return {e.class_name for e in rows}


def none(offenders: list[str]) -> None:
    """Fails with every offender in one message."""
    if offenders:
        pytest.fail("\n".join(offenders), pytrace=False)


def test_a_folder_holds_at_most_twelve_modules() -> None:
    none(shape.crowded(tree(), CROWDED))


def test_a_file_name_stands_in_one_place() -> None:
    none(shape.same_stems(tree(), DOMAIN_WORDS))


def test_every_file_says_what_it_is_and_none_is_a_drawer() -> None:
    none(shape.drawers(tree()))


def test_imports_lead_downwards() -> None:
    none(imports.upward(tree(), LADDERS))


def test_no_modules_import_each_other_in_a_circle() -> None:
    none(imports.module_cycles(tree()))


def test_no_folders_import_each_other_in_a_circle() -> None:
    none(imports.folder_cycles(tree()))


def test_who_may_import_what() -> None:
    none([*imports.misplaced(tree()), *imports.lookalikes(tree())])


def test_a_public_name_has_one_address() -> None:
    none(shape.second_addresses(tree()))


def test_no_table_of_classes_stands_outside_the_catalogue() -> None:
    headings = {e.group for e in catalog.palette()}
    none(shape.class_tables(tree(), class_names(), headings, TABLES))


def test_a_kind_of_data_is_known_by_name_in_its_own_file_alone() -> None:
    none(kind_names.forks(tree(), all_kinds(), KIND_NAMES))


def test_no_sentence_names_a_folder_of_the_server() -> None:
    none(places.told(tree(), TYPED))


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
        "all_datasets(), all_exporters(), starters.all_starters()\n"
        "assert all(builder.code.custom_layer_source.sources().values())\n"
        "heavy = {'keras', 'tensorflow', 'sklearn', 'scipy', 'pandas', 'h5py'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=True, timeout=60)
