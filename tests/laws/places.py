"""The law of places: no sentence that a user reads names a folder of the server."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from tests.laws.tree import Source, Tree

PATHS = {"path", "folder", "directory", "parent"}
"""What variables and attributes that hold a path are called here."""


def told(tree: Tree, allowed: Collection[str] = ()) -> list[str]:
    """Sentences with a whole path in them; ``path.name`` is none.

    Args:
        allowed: beginnings of the paths of files that repeat what a terminal's user typed.
    """
    return [
        f"{file}:{line} tells a whole path: take its name"
        for file in tree.files
        if not any(f"{file}".startswith(path) for path in allowed)
        for line in _sentences(file)
    ]


def _sentences(file: Source) -> Iterator[int]:
    for node in file.nodes:
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
            parts = [v.value for v in node.values if isinstance(v, ast.FormattedValue)]
            if " " in text and any(_is_path(part) for part in parts):
                yield node.lineno


def _is_path(value: ast.expr) -> bool:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_") in PATHS
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return _is_path(inner)
    return False
