"""Laws of folders and names: small folders, one stem a file, one address a name, no drawers."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from tests.laws.tree import Import, Source, Tree

MOST = 12
"""Modules in a folder."""

DRAWERS = {"utils", "util", "helpers", "misc", "common"}


def crowded(tree: Tree, reasons: Mapping[str, str]) -> list[str]:
    """Folders of more than 12 modules that have no reason; reasons that are not needed."""
    counts: dict[str, int] = defaultdict(int)
    for file in tree.files:
        counts[file.folder] += not file.is_face
    full = {folder for folder, count in counts.items() if count > MOST}
    return [
        *(f"{f} has {counts[f]} modules, more than {MOST}" for f in sorted(full - set(reasons))),
        *(f"{f} needs no reason: it has {counts[f]} modules" for f in sorted(set(reasons) - full)),
    ]


def same_stems(tree: Tree, words: Collection[str]) -> list[str]:
    """File names that stand in more than one folder and are no domain word."""
    places: dict[str, list[str]] = defaultdict(list)
    for file in tree.files:
        if not file.path.stem.startswith("__"):
            places[file.path.stem].append(str(file))
    twice = {stem: found for stem, found in places.items() if len(found) > 1}
    return [
        *(f"{s}.py stands in {', '.join(p)}" for s, p in twice.items() if s not in words),
        *(f"'{word}' is no name of two files any more" for word in sorted(set(words) - set(twice))),
    ]


def drawers(tree: Tree) -> list[str]:
    """Files for odds and ends, and files that do not say what they are."""
    return [
        *(f"{f}: a drawer for odds and ends" for f in tree.files if f.path.stem in DRAWERS),
        *(f"{f} has no docstring" for f in tree.files if not _says(f)),
    ]


def _says(file: Source) -> bool:
    return file.is_face or bool(ast.get_docstring(file.tree))


def second_addresses(tree: Tree) -> list[str]:
    """Names reached by another module than the one that defines them.

    A package's face (its ``__init__``) may offer what its own modules define, and any module what
    is not ours (``engine/build/backend`` imports Keras quietly, for all of the engine) or what a
    file with an underscore keeps for its siblings (``CONTENTS`` of every toy).
    """
    return [
        *(said for f in tree.files for said in _borrowed(tree, f)),
        *(said for f in tree.files if not f.is_face for said in _given_on(tree, f)),
    ]


def _borrowed(tree: Tree, file: Source) -> Iterator[str]:
    """``from a import name`` and ``a.name``, where ``a`` itself imports ``name``."""
    for one in file.imports:
        other = tree.modules.get(one.module)
        if one.name and other and other is not file and one.dotted not in tree.modules:
            yield from _judged(tree, file, one.line, other, one.name)
    for node in file.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = _module(tree, file.imported.get(node.value.id))
            if module is not None and node.attr not in module.defined:
                yield from _judged(tree, file, node.lineno, module, node.attr)


def _judged(tree: Tree, file: Source, line: int, other: Source, name: str) -> Iterator[str]:
    source = other.imported.get(name)
    if source is None or name in other.defined or source.module not in tree.modules:
        return
    if f"{other.module}.{name}" in tree.modules:
        return
    if other.is_face and f"{source.module}.".startswith(f"{other.module}."):
        return
    yield f"{file}:{line} takes {name} from {other.module}; it is {source.dotted}"


def _module(tree: Tree, one: Import | None) -> Source | None:
    """The module that an import binds, if it binds one of this tree."""
    return tree.modules.get(one.dotted) if one else None


def _given_on(tree: Tree, file: Source) -> Iterator[str]:
    """Imported names in ``__all__``, and ``name = a.name``."""
    for node in file.tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name = node.targets[0].id
        if name == "__all__":
            listed = {c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant)}
            for other in sorted(n for n in listed & set(file.imported) if _is_ours(tree, file, n)):
                yield f"{file}:{node.lineno} offers {other}, which it only imports"
        elif not name.startswith("_") and (origin := _origin(tree, file, node.value)):
            yield f"{file}:{node.lineno} gives {origin} a second address, {file.module}.{name}"


def _is_private(module: Source) -> bool:
    return module.path.stem.startswith("_") and not module.is_face


def _is_ours(tree: Tree, file: Source, name: str) -> bool:
    return file.imported[name].module in tree.modules


def _origin(tree: Tree, file: Source, value: ast.expr) -> str:
    """The address in this tree that a bare name or ``module.name`` stands for, or ""."""
    if isinstance(value, ast.Name):
        one = file.imported.get(value.id)
        return one.dotted if one and one.module in tree.modules else ""
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
        module = _module(tree, file.imported.get(value.value.id))
        return f"{module.module}.{value.attr}" if module and not _is_private(module) else ""
    return ""


def class_tables(
    tree: Tree, classes: Collection[str], headings: Collection[str], allowed: Mapping[str, str]
) -> list[str]:
    """Collections at module level that name two or more classes of the catalogue.

    Args:
        classes: the class names of the catalogue.
        headings: of its palette; a table of them may hold one that is a class, too.
        allowed: a file, or a folder with a slash at its end, where they may stand → the reason.
    """
    tables = [
        (str(file), f"{file}:{value.lineno} {name} names {', '.join(sorted(named))}")
        for file in tree.files
        for name, value in _assigned(file)
        if len(named := _named(_words(value), set(classes), set(headings))) > 1
    ]
    used = {place for place in allowed for path, _ in tables if path.startswith(place)}
    return [
        *(said for path, said in tables if not path.startswith(tuple(allowed))),
        *(f"{place} has no such table any more" for place in sorted(set(allowed) - used)),
    ]


def _named(words: set[str], classes: set[str], headings: set[str]) -> set[str]:
    is_of_headings = bool(words & (headings - classes))
    return (words & classes) - (headings if is_of_headings else set())


def _assigned(file: Source) -> Iterator[tuple[str, ast.expr]]:
    for node in file.tree.body:
        match node:
            case ast.Assign(targets=[target, *_], value=value):
                yield ast.unparse(target), value
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield ast.unparse(target), value
            case ast.AugAssign(target=target, value=value):
                yield ast.unparse(target), value


COLLECTIONS = ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Call | ast.BinOp


def _words(value: ast.expr) -> set[str]:
    """The strings in a collection, and the words of a string that is split; none of a spec."""
    if not isinstance(value, COLLECTIONS) or _is_spec(value):
        return set()
    texts = {c.value for c in ast.walk(value) if isinstance(c, ast.Constant)}
    splits = any(isinstance(n, ast.Attribute) and n.attr == "split" for n in ast.walk(value))
    words = {word for t in texts if isinstance(t, str) for word in (t.split() if splits else (t,))}
    return words | {word.rpartition(".")[2] for word in words}


def _is_spec(value: ast.expr) -> bool:
    """A model written out, which has to name its layers."""
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Spec")
