"""Our promises, done: a layer, a dataset, an exporter, a page, an optimizer, each by one file.

They are added to a copy of the product; two processes then use them as people would.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.promises import additions

ROOT = Path(__file__).parents[2]


def digest(root: Path) -> dict[str, str]:
    """Every source file → its fingerprint."""
    files = (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def copied(root: Path) -> Path:
    """The product in that folder."""
    for name in ("builder", "pages", "assets", ".streamlit"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", root)
    return root


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, set[str]]]:
    """The product with all of them added, and what files each of them touched."""
    root, touched = copied(tmp_path_factory.mktemp("copy")), {}
    before = digest(root)
    for name in additions.PROMISES:
        additions.add(root, name)
        after = digest(root)
        touched[name] = {path for path in after if after[path] != before.get(path)}
        before = after
    return root, touched


def test_each_touches_one_file_and_a_page_one_line_more(
    copy: tuple[Path, dict[str, set[str]]],
) -> None:
    _, touched = copy
    assert {name: len(paths) for name, paths in touched.items()} == {
        **dict.fromkeys(("layer", "unusual layer", "dataset", "exporter", "optimizer"), 1),
        "page": 2,
    }
    (line,) = additions.PROMISES["page"][1]
    assert line.text.count("\n") == 1
