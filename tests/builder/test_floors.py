"""Imports go downwards only: the table of DESIGN.md, held by reading every import there is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FLOORS = (
    {"spec", "document", "errors", "facts", "binding", "formatting"},
    {"catalog"},
    {"datasets"},
    {"edit", "check", "code", "parse", "starters", "diagnose", "compare"},
    {"engine", "custom_layers"},
    {"exporters"},
    {"runs"},
    {"__main__", "cli"},
)
"""``builder``'s modules by floor, F0 first."""

HEAVY = {"keras", "tensorflow"}
NOT_IN_PAGES = HEAVY | {"sqlite3", "subprocess", "sklearn", "scipy", "multiprocessing"}

OWN_LAYERS = ROOT / "builder" / "custom_layers"
"""Classes of Keras layers, which the engine alone imports."""

BUILDER = sorted((ROOT / "builder").rglob("*.py"))
PAGES = sorted([*(ROOT / "pages").rglob("*.py"), *ROOT.glob("app.py")])


def imports(path: Path, module_level: bool = False) -> Iterator[str]:
    """Dotted names a file imports, anywhere or at module level only."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if module_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(module: str) -> int:
    """The floor of ``builder.<module>``; a new module must be given one in FLOORS."""
    for number, names in enumerate(FLOORS):
        if module in names:
            return number
    raise AssertionError(f"builder.{module} stands on no floor: add it to FLOORS")


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def packages(names: Iterator[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("path", BUILDER, ids=label)
def test_builder_imports_downwards(path: Path) -> None:
    own = path.relative_to(ROOT / "builder").parts[0].removesuffix(".py")
    if own == "__init__":
        assert not list(imports(path)) or set(imports(path)) == {"__future__.annotations"}
        return
    for name in imports(path):
        package, _, rest = name.partition(".")
        if package == "builder" and rest:
            other = rest.partition(".")[0]
            assert floor(other) <= floor(own), f"{label(path)} imports {name}, a floor above"


@pytest.mark.parametrize("path", BUILDER, ids=label)
def test_who_may_import_what(path: Path) -> None:
    own = path.relative_to(ROOT / "builder").parts[0].removesuffix(".py")
    found = packages(imports(path))
    assert "streamlit" not in found
    assert "pages" not in found and "app" not in found
    if own != "engine" and path.parent != OWN_LAYERS:
        assert not HEAVY & packages(imports(path, module_level=True))
    if own not in (
        "engine",
        "custom_layers",
        "datasets",
        "exporters",
        "runs",
    ):  # inside functions that only children call
        assert not HEAVY & found
    if own != "runs":
        assert not {"sqlite3", "subprocess", "multiprocessing"} & found


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_pages_stay_light(path: Path) -> None:
    found = set(imports(path))
    assert not NOT_IN_PAGES & packages(iter(found))
    engine = {n for n in found if n.startswith("builder.engine")}
    assert not engine, f"{label(path)} imports {engine}: ask the child instead"


@pytest.mark.parametrize("path", BUILDER + PAGES, ids=label)
def test_no_drawer_for_odds_and_ends(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "misc", "common"}
    assert "pickle" not in packages(imports(path)), "untrusted files must never be unpickled"
    if path.name != "__init__.py":
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "says what it is"


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
