"""Laws of imports: downwards only, in no circle, and of heavy packages only where they belong."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence

from tests.laws.tree import Source, Tree

Ladders = Mapping[str, Sequence[set[str]]]
"""Package → its children by floor, the lowest first; those of one floor may import each other."""


def upward(tree: Tree, ladders: Ladders) -> list[str]:
    """Imports of a floor above, and rooms that no ladder names."""
    wrong = [*_unplaced(tree, ladders), *_gone(tree, ladders)]
    for module, others in tree.arrows.items():
        for other, line in others.items():
            package, own, its = _fork(module, other)
            floors = _floors(ladders.get(package, ()))
            if own and its and floors.get(own, 99) < floors.get(its, -1):
                where = f"{tree.modules[module]}:{line}"
                wrong.append(f"{where} imports {other}: in {package}, {its} stands above {own}")
    return wrong


def _unplaced(tree: Tree, ladders: Ladders) -> list[str]:
    """Children of a package with folders in it that stand on none of its floors."""
    children = _children(tree)
    packages = [p for p, inside in children.items() if any(f"{p}.{c}" in children for c in inside)]
    packages = [p for p in packages if p.partition(".")[0] == "builder" or p in ladders]
    return [
        f"{package}.{child} stands on no floor: give it one in the ladder of {package}"
        for package in packages
        for child in sorted(children[package] - set(_floors(ladders.get(package, ()))))
    ]


def _gone(tree: Tree, ladders: Ladders) -> list[str]:
    children = _children(tree)
    return [
        f"the ladder of {package} names {child}, which is not there"
        for package, floors in ladders.items()
        for child in sorted(set(_floors(floors)) - children.get(package, set()))
    ]


def _children(tree: Tree) -> dict[str, set[str]]:
    children: dict[str, set[str]] = {}
    for module in tree.modules:
        parts = module.split(".")
        for depth in range(len(parts)):
            children.setdefault(".".join(parts[:depth]), set()).add(parts[depth])
    return children


def _floors(ladder: Sequence[set[str]]) -> dict[str, int]:
    return {name: number for number, names in enumerate(ladder) for name in names}


def _fork(module: str, other: str) -> tuple[str, str, str]:
    """Where two modules part: their package, and the child of it that each is in ("": its face)."""
    a, b = module.split("."), other.split(".")
    depth = 0
    while depth < min(len(a), len(b)) and a[depth] == b[depth]:
        depth += 1
    own, its = ([*x, ""][depth] for x in (a, b))
    return ".".join(a[:depth]), own, its


def module_cycles(tree: Tree) -> list[str]:
    """Modules that import each other in a circle."""
    return [
        f"a circle of {len(circle)} modules: {', '.join(sorted(circle))}"
        for circle in circles(tree.arrows)
    ]


def folder_cycles(tree: Tree) -> list[str]:
    """Folders of one package that import each other in a circle, taken with all they hold."""
    packages: dict[str, dict[str, set[str]]] = {}
    for module, others in tree.arrows.items():
        for other in others:
            package, own, its = _fork(module, other)
            if own and its:
                arrows = packages.setdefault(package, {})
                arrows.setdefault(own, set()).add(its)
                arrows.setdefault(its, set())
    folders = _children(tree)
    return [
        f"a circle in {package or 'the root'}: {', '.join(sorted(circle))}"
        for package, arrows in sorted(packages.items())
        for circle in circles(arrows)
        if any(f"{package}.{child}".strip(".") in folders for child in circle)
    ]


def circles(arrows: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """Sets of two or more nodes that all reach each other (Tarjan's strongly connected ones)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    made: list[set[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in arrows.get(node, ()):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            at = stack.index(node)
            component = set(stack[at:])
            del stack[at:]
            if len(component) > 1:
                made.append(component)

    sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))
    for node in arrows:
        if node not in order:
            visit(node)
    return made


LOOKS_LIKE_ONE = re.compile(r"(?:import|from) [\w.]+")


def lookalikes(tree: Tree) -> list[str]:
    """Lines of a text that begin as an import does, so that whoever searches for imports errs."""
    return [
        f"{file}:{number} looks like an import but is text"
        for file in tree.files
        for number in sorted(_seen(file) - _meant(file))
    ]


def _seen(file: Source) -> set[int]:
    lines = enumerate(file.text.splitlines(), 1)
    return {number for number, line in lines if LOOKS_LIKE_ONE.match(line)}


def _meant(file: Source) -> set[int]:
    return {one.line for one in file.imports}


HEAVY = {"keras", "tensorflow"}
NOT_IN_PAGES = HEAVY | {"sqlite3", "subprocess", "sklearn", "scipy", "multiprocessing"}
MAKERS = ("builder.engine", "builder.custom_layers")
"""Where Keras may be imported by a module."""
ASKED = (*MAKERS, "builder.datasets", "builder.exporters", "builder.runs")
"""Where it may be imported inside functions, which only child processes call."""


def misplaced(tree: Tree) -> list[str]:
    """Imports of packages where they must not be: web in ``builder``, Keras in ``pages`` …"""
    return [
        f"{file}:{one.line} imports {one.dotted}: {reason}"
        for file in tree.files
        for one in file.imports
        if (reason := _refused(file, one.package, one.dotted, one.place))
    ]


def _refused(file: Source, package: str, dotted: str, place: str) -> str:
    """Why that file must not import it; "" if it may."""
    if package == "pickle":
        return "untrusted files must never be unpickled"
    if dotted.startswith("."):
        return "imports are absolute"
    if file.module.partition(".")[0] != "builder":
        if package in NOT_IN_PAGES:
            return "pages stay light"
        return "ask the child instead" if dotted.startswith("builder.engine") else ""
    if package in ("streamlit", "pages", "app"):
        return "builder knows no web pages"
    if package in HEAVY and place == "module" and not _inside(file, *MAKERS):
        return "only the engine imports Keras by a module"
    if package in HEAVY and not _inside(file, *ASKED):
        return "Keras is no business of this room"
    if package in ("sqlite3", "subprocess", "multiprocessing") and not _inside(
        file, "builder.runs"
    ):
        return "only runs store and start processes"
    return ""


def _inside(file: Source, *packages: str) -> bool:
    return any(f"{file.module}.".startswith(f"{package}.") for package in packages)
