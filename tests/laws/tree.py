"""A product tree, read and parsed once: its files, what they import and what they define."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a file imports.

    Args:
        module: what stands after ``from`` or ``import``, absolute.
        name: what is taken from it; "" for ``import module``.
        bound: the name it has in the file.
        line: where.
        place: ``module``, ``function``, or ``typing`` under ``if TYPE_CHECKING``.
    """

    module: str
    name: str
    bound: str
    line: int
    place: str

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


class Source:
    """One file of the product.

    Args:
        path: relative to the root.
        text: what it holds.
    """

    def __init__(self, path: PurePosixPath, text: str) -> None:
        self.path = path
        self.text = text
        self.tree = ast.parse(text)
        parts = path.with_suffix("").parts
        self.is_face = parts[-1] == "__init__"
        self.module = ".".join(parts[:-1] if self.is_face else parts)

    @functools.cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @functools.cached_property
    def imports(self) -> tuple[Import, ...]:
        return tuple(_imports(self.tree.body, "module"))

    @functools.cached_property
    def imported(self) -> dict[str, Import]:
        """Names bound by imports at module level."""
        return {i.bound: i for i in self.imports if i.place != "function"}

    @functools.cached_property
    def defined(self) -> set[str]:
        """Names that the file itself makes at module level."""
        return set(_defined(self.tree.body))

    @property
    def folder(self) -> str:
        return str(self.path.parent)

    def __str__(self) -> str:
        return str(self.path)


class Tree:
    """The product files below a root: ``builder``, ``pages`` and ``app.py``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        paths = [*root.glob("builder/**/*.py"), *root.glob("pages/**/*.py"), *root.glob("app.py")]
        relative = sorted(PurePosixPath(p.relative_to(root).as_posix()) for p in paths)
        self.files = [Source(p, (root / p).read_text("utf-8")) for p in relative]
        self.modules = {f.module: f for f in self.files}

    def below(self, package: str) -> list[Source]:
        return [f for f in self.files if f.module == package or f.module.startswith(f"{package}.")]

    def target(self, imported: Import) -> str | None:
        """The module of ours an import reads: ``from a import b`` may mean ``a.b`` or ``a``."""
        for name in (imported.dotted, imported.module):
            if name in self.modules:
                return name
        return None

    @functools.cached_property
    def arrows(self) -> dict[str, dict[str, int]]:
        """Module → the modules it imports, anywhere in it, with a line; typing left out."""
        arrows: dict[str, dict[str, int]] = {f.module: {} for f in self.files}
        for file in self.files:
            for one in file.imports:
                other = self.target(one)
                if other and other != file.module and one.place != "typing":
                    arrows[file.module].setdefault(other, one.line)
        return arrows


@functools.cache
def read(root: Path) -> Tree:
    """The tree at that root; read once, for it is asked for by several tests."""
    return Tree(root)


def _imports(body: list[ast.stmt], place: str) -> Iterator[Import]:
    for node in body:
        match node:
            case ast.Import():
                for a in node.names:
                    bound = a.asname or a.name.partition(".")[0]
                    yield Import(a.name, "", bound, node.lineno, place)
            case ast.ImportFrom():
                module = "." * node.level + (node.module or "")
                for a in node.names:
                    yield Import(module, a.name, a.asname or a.name, node.lineno, place)
            case ast.If() if "TYPE_CHECKING" in ast.dump(node.test):
                yield from _imports(node.body, "typing")
                yield from _imports(node.orelse, place)
            case _:
                inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                yield from _imports(_inside(node), "function" if inner else place)


def _inside(node: ast.AST) -> list[ast.stmt]:
    """The statements directly inside a compound statement."""
    found: list[ast.stmt] = []
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, field, ()):
            found += [child] if isinstance(child, ast.stmt) else _inside(child)
    return found


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign():
                yield from (n.id for t in node.targets for n in ast.walk(t) if _is_name(n))
            case ast.AnnAssign() | ast.AugAssign():
                yield from (n.id for n in ast.walk(node.target) if _is_name(n))
            case ast.For() | ast.With() | ast.If() | ast.Try() | ast.While():
                yield from _defined(_inside(node))


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)
