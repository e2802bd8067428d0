"""The law of the glossary: every folder and every public record has one sentence in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.laws.tree import Source, Tree

LINE = re.compile(r"^\| `([\w./]+)` \| (.*?) \|$", re.M)


def entries(text: str) -> list[tuple[str, str]]:
    """The rows ``| `name` | sentence |`` below the heading "Glossary", as name and sentence."""
    _, _, after = text.partition("\n## Glossary\n")
    return LINE.findall(re.split(r"^## ", after, maxsplit=1, flags=re.M)[0])


def unexplained(tree: Tree, text: str) -> list[str]:
    """Folders and records without a sentence, and rows for what is not there or stand twice."""
    rows = entries(text)
    names = [name for name, _ in rows]
    wanted = {*folders(tree), *(name for name, _ in records(tree))}
    where = {name: f" ({file})" for name, file in records(tree)}
    return [
        *(f"{n}{where.get(n, '')} is not in the glossary" for n in sorted(wanted - set(names))),
        *(f"{n} is in the glossary but not in the tree" for n in sorted(set(names) - wanted)),
        *(
            f"{n} is in the glossary twice"
            for n in sorted({n for n in names if names.count(n) > 1})
        ),
        *(f"{n} has no sentence in the glossary" for n, said in rows if not _is_sentence(said)),
        *_namesakes(tree),
    ]


def _namesakes(tree: Tree) -> list[str]:
    """Records of one name, which no glossary can tell apart."""
    files: dict[str, list[str]] = {}
    for name, file in records(tree):
        files.setdefault(name, []).append(file)
    return [f"{n} is a record in {', '.join(f)}" for n, f in files.items() if len(f) > 1]


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 2 and text.endswith(".")


def folders(tree: Tree) -> list[str]:
    """Every folder of the product: ``builder/check/graph`` …"""
    return sorted({f.folder for f in tree.files if f.folder != "."})


def records(tree: Tree) -> list[tuple[str, str]]:
    """Every public frozen dataclass of ``builder``, with its file."""
    return [
        (node.name, str(file))
        for file in tree.below("builder")
        for node in _classes(file)
        if not node.name.startswith("_") and any(map(_freezes, node.decorator_list))
    ]


def _classes(file: Source) -> Iterator[ast.ClassDef]:
    return (node for node in file.tree.body if isinstance(node, ast.ClassDef))


def _freezes(decorator: ast.expr) -> bool:
    """Whether it is ``@dataclass(frozen=True)``, under any address."""
    return (
        isinstance(decorator, ast.Call)
        and ast.unparse(decorator.func).rpartition(".")[2] == "dataclass"
        and any(
            k.arg == "frozen" and isinstance(k.value, ast.Constant) and k.value.value is True
            for k in decorator.keywords
        )
    )
