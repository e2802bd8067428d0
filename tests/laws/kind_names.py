"""The law of kinds: a kind of data is known by its name in its own file alone."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from tests.laws.tree import Source, Tree


def forks(tree: Tree, names: Collection[str], allowed: Collection[str] = ()) -> list[str]:
    """Comparisons with a kind's name, and tables of two or more of them, outside its own file.

    Args:
        names: of the kinds; a file ``builder/kinds/<name>.py`` may compare its own.
        allowed: beginnings of the paths of files that may know all of them.
    """
    return [
        f"{file}:{line} forks on {', '.join(sorted(foreign))}: ask the kind's module"
        for file in tree.files
        if not any(f"{file}".startswith(path) for path in allowed)
        for line, found in _found(file, set(names))
        if (foreign := found - _own(file))
    ]


def _own(file: Source) -> set[str]:
    return {file.path.stem} if file.folder == "builder/kinds" else set()


def _found(file: Source, names: set[str]) -> Iterator[tuple[int, set[str]]]:
    for node in file.nodes:
        match node:
            case ast.Compare():
                words = _strings(node.left).union(*map(_strings, node.comparators))
                yield node.lineno, words & names
            case ast.MatchValue():
                yield node.lineno, _strings(node.value) & names
            case ast.Dict():
                keys = {word for key in node.keys if key for word in _strings(key)} & names
                yield node.lineno, keys if len(keys) > 1 else set()


def _strings(value: ast.expr) -> set[str]:
    """A string, or those of a tuple, list or set; those inside an expression are not meant."""
    parts = value.elts if isinstance(value, ast.Tuple | ast.List | ast.Set) else [value]
    constants = (part.value for part in parts if isinstance(part, ast.Constant))
    return {text for text in constants if isinstance(text, str)}
