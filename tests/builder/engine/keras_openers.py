"""Which arguments of Keras's classes end where a file or an address is opened, by Keras's source.

The source is read, never run: what an argument is assigned to, handed to and returned from is
followed, through attributes and base classes, to the calls of the libraries that open things.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOMS = (
    *("activations", "callbacks", "constraints", "initializers", "layers", "losses", "metrics"),
    *("models", "optimizers", "regularizers", "saving", "export/tfsm_layer.py"),
    *("utils/file_utils.py", "utils/io_utils.py", "utils/model_visualization.py"),
)
"""Of ``keras/src``: all that a document can name, and what they call."""

LIBRARIES = frozenset(
    (
        *("gfile", "gzip", "h5py", "io", "np", "ocp", "open", "os", "requests", "shutil", "tf"),
        *("tarfile", "tempfile", "torch", "urllib", "urlopen", "urlretrieve", "zipfile"),
    )
)

OPENERS = frozenset(
    (
        *("Checkpointer", "CheckpointManager", "File", "FileWriter", "GFile", "ZipFile", "copy"),
        *("TextFileInitializer", "create_file_writer", "exists", "get", "isdir", "isfile"),
        *("listdir", "load", "makedirs", "mkdir", "open", "post", "put", "remove", "request"),
        *("rmtree", "save", "unlink", "urlopen", "urlretrieve", "walk"),
    )
)
"""Functions of those libraries whose first argument is a place."""

SAVERS = ("load_weights", "save", "save_weights")
"""Methods of a model, by which a callback that holds one writes."""

Names = set[str]

Key = tuple[str, str]
"""A class, or the module of a function that stands alone, and the function's name."""


@dataclass
class Function:
    """What one function does with names: assignments and calls by line, and what it returns."""

    params: list[str]
    assigns: list[tuple[int, Names, Names]] = field(default_factory=list)
    calls: list[tuple[int, list[str], list[Names], dict[str, Names]]] = field(default_factory=list)
    returns: Names = field(default_factory=set)

    def origins(self, names: Names, line: int) -> Names:
        """These names and all that was assigned to them up to that line."""
        found = set(names)
        for at, targets, sources in sorted(self.assigns, key=lambda a: -a[0]):
            if at <= line and targets & found:
                found |= sources
        return found


def opened_arguments() -> dict[str, Names]:
    """Class name → the arguments of its constructor that reach such a call."""
    return _Scan().arguments()


class _Scan:
    def __init__(self) -> None:
        self._functions: dict[Key, Function] = {}
        self._bases: dict[str, list[str]] = {}
        self._lines: dict[str, list[str]] = {}
        source = Path(str(importlib.util.find_spec("keras").origin)).parent / "src"  # type: ignore[union-attr]
        for room in ROOMS:
            place = source / room
            for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
                if not path.name.endswith("_test.py"):
                    self._read(ast.parse(path.read_text("utf-8")).body, path.stem)
        self._opened: dict[Key, Names] = {key: set() for key in self._functions}
        self._methods: defaultdict[str, list[str]] = defaultdict(list)
        for owner, name in self._functions:
            self._methods[owner].append(name)
        self._alone = {name: (o, name) for o, name in self._functions if o not in self._bases}

    def _read(self, body: list[ast.stmt], owner: str) -> None:
        for node in body:
            match node:
                case ast.FunctionDef():
                    self._functions[owner, node.name] = _function(node)
                case ast.ClassDef():
                    self._bases[node.name] = [_dotted(base)[-1] for base in node.bases]
                    self._read(node.body, node.name)
                case ast.If() | ast.Try():
                    self._read(node.body, owner)

    def arguments(self) -> dict[str, Names]:
        settled = False
        while not settled:
            before = sum(map(len, self._opened.values()))
            for key, function in self._functions.items():
                self._opened[key] |= self._reaching(key[0], function)
            settled = before == sum(map(len, self._opened.values()))
        made = {name: self._method(name, "__init__") for name in self._bases}
        return {
            name: found
            for name, key in made.items()
            if key and (found := {a for a in self._opened[key] if not a.startswith("self.")})
        }

    def _reaching(self, owner: str, function: Function) -> Names:
        """The parameters, and the attributes, that reach an opener in this function."""
        found: Names = set()
        for line, callee, given, named in function.calls:
            for place in self._places(owner, callee, given, named):
                found |= function.origins(place, line)
        for base in self._line(owner):  # what other methods open may be assigned here
            for name in self._methods[base]:
                held = {a for a in self._opened[base, name] if a.startswith("self.")}
                found |= function.origins(held, sys.maxsize) if held else held
        for name in [a.removeprefix("self.") for a in found if a.startswith("self.")]:
            if key := self._method(owner, name):  # what a method gives
                method = self._functions[key]
                found |= method.origins(method.returns, sys.maxsize) - {*method.params}
        return {a for a in found if a in function.params or a.startswith("self.")}

    def _places(
        self, owner: str, callee: list[str], given: list[Names], named: dict[str, Names]
    ) -> Iterator[Names]:
        """What is handed to the places of a call where something is opened."""
        if callee[0] in LIBRARIES and callee[-1] in OPENERS:
            yield from [*given, *named.values()][:1]
        elif target := self._target(owner, callee):
            opened = self._opened[target]
            params = [p for p in self._functions[target].params if p not in ("self", "cls")]
            yield from (sources for p, sources in zip(params, given, strict=False) if p in opened)
            yield from (sources for p, sources in named.items() if p in opened)

    def _target(self, owner: str, callee: list[str]) -> Key | None:
        """The function of Keras that is called, where its name says which one it is."""
        match callee:
            case [*_, last] if last in self._bases:
                return self._method(last, "__init__")
            case ["self", last]:
                return self._method(owner, last)
            case ["super()", last]:
                bases = (self._method(base, last) for base in self._bases[owner])
                return next(filter(None, bases), None)
            case [_, *_, last] if last in SAVERS:
                return self._method("Model", last)
            case [last]:
                return self._alone.get(last)
            case [module, last]:
                return (module, last) if (module, last) in self._functions else None
        return None

    def _line(self, name: str) -> list[str]:
        """The class and those it derives from, next ones first; () of a module."""
        if name not in self._lines:
            line, todo = [], [name]
            while todo:
                base = todo.pop(0)
                if base in self._bases and base not in line:
                    line.append(base)
                    todo += self._bases[base]
            self._lines[name] = line
        return self._lines[name]

    def _method(self, owner: str, name: str) -> Key | None:
        return next(((c, name) for c in self._line(owner) if (c, name) in self._functions), None)


def _function(node: ast.FunctionDef) -> Function:
    arguments = node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    made = Function([a.arg for a in every])
    for part in ast.walk(node):
        match part:
            case ast.Call():
                given = [_names(a) for a in part.args]
                named = {k.arg: _names(k.value) for k in part.keywords if k.arg}
                made.calls.append((part.lineno, _dotted(part.func), given, named))
            case ast.Return(value=ast.expr() as value):
                made.returns |= _names(value)
            case ast.Assign():
                made.assigns.append((part.lineno, _targets(*part.targets), _names(part.value)))
            case ast.AugAssign() | ast.NamedExpr():
                made.assigns.append((part.lineno, _targets(part.target), _names(part.value)))
            case ast.For() | ast.comprehension():
                made.assigns.append((part.target.lineno, _targets(part.target), _names(part.iter)))
            case ast.withitem(optional_vars=ast.expr() as target):
                made.assigns.append((target.lineno, _targets(target), _names(part.context_expr)))
    return made


def _dotted(node: ast.expr) -> list[str]:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    is_super = isinstance(node, ast.Call) and _dotted(node.func) == ["super"]
    first = node.id if isinstance(node, ast.Name) else "super()" if is_super else "?"
    return [first, *reversed(parts)]


def _names(*nodes: ast.expr) -> Names:
    """The names and attributes of ``self`` that an expression reads."""
    found: Names = set()
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                found.add(part.id)
            elif isinstance(part, ast.Attribute) and _dotted(part)[:-1] == ["self"]:
                found.add(f"self.{part.attr}")
    return found - {"self"}


def _targets(*nodes: ast.expr) -> Names:
    """The names and attributes of ``self`` that are assigned."""
    stored = (p for n in nodes for p in ast.walk(n) if isinstance(p, ast.Name | ast.Attribute))
    return _names(*(p for p in stored if isinstance(p.ctx, ast.Store)))
