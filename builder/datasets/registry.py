"""Find the datasets: every module of this folder, each held against the contract."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from builder.catalog.entry import Entry
from builder.datasets import _program
from builder.datasets.contract import Contents, Program
from builder.errors import CatalogError
from builder.kinds.registry import find_kind

NO_DATASETS = ("contract", "registry")

REQUIRED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "TITLE": (lambda v: isinstance(v, str) and bool(v), "its name for people"),
    "OFFLINE": (lambda v: isinstance(v, bool), "True or False: whether it needs no network"),
    "ENTRY": (lambda v: isinstance(v, Entry) and v.kind == "datasets", "made by contract.entry"),
    "CONTENTS": (lambda v: isinstance(v, Contents), "a Contents: what it holds"),
    "load": (callable, "a function of the config that gives its Raw arrays"),
    "source": (callable, "a function of the config that gives Python lines for a script"),
}
"""Part of a dataset module → whether a value can be it, and what it is."""


def validate(module: ModuleType) -> None:
    """Hold a dataset module against the contract.

    Raises:
        CatalogError: a part is missing or cannot be used; one sentence with the file and the part.
    """
    file = f"builder/datasets/{module.__name__.rpartition('.')[2]}.py"
    for name, (fits, what) in REQUIRED.items():
        if not fits(getattr(module, name, None)):
            raise CatalogError(f"{file} lacks {name}: {what}.", _HINT, "dataset")
    loader, program = getattr(module, "LOADER", ""), getattr(module, "PROGRAM", None)
    known = (isinstance(loader, str) and "." in loader) or isinstance(program, Program)
    if not known and not getattr(module, "WRITTEN", False):
        what = "how code gets it, as LOADER (a function of a library) or PROGRAM (our own ones)"
        raise CatalogError(f"{file} lacks {what}.", _HINT, "dataset")
    has_words = any(find_kind(kind).has_words for kind, _ in module.CONTENTS.inputs.values())
    if has_words and not callable(getattr(module, "decode", None)):
        raise CatalogError(f"{file} lacks decode: word numbers as text.", _HINT, "dataset")
    unasked = set(module.ENTRY.args) - set(module.ENTRY.extra["params"])
    if unasked:
        what = f"a Param for its setting '{min(unasked)}', by which a form asks for it"
        raise CatalogError(f"{file} lacks {what}.", _HINT, "dataset")
    for function in program.functions if program else ():
        try:
            _program.function_source(function)
        except (KeyError, OSError):
            what = f"the function {function} that its PROGRAM names"
            raise CatalogError(f"{file} lacks {what}.", _HINT, "dataset") from None


_HINT = "builder/datasets/contract.py says what a dataset has to have."


@functools.cache
def all_datasets() -> dict[str, ModuleType]:
    """Class name → dataset module, in the order a gallery shows them.

    Raises:
        CatalogError: a module lacks a part of the contract.
    """
    path = str(Path(__file__).parent)
    names = (m.name for m in pkgutil.iter_modules([path]) if not m.name.startswith("_"))
    modules = (
        importlib.import_module(f"{__package__}.{name}")
        for name in names
        if name not in NO_DATASETS
    )
    complete = []
    for module in modules:
        validate(module)
        complete.append(module)
    ordered = sorted(complete, key=lambda m: (m.ENTRY.extra["order"], m.ENTRY.class_name))
    return {m.ENTRY.class_name: m for m in ordered}


def find_dataset(class_name: str) -> ModuleType:
    """The dataset module of that class name; CatalogError with near matches if there is none."""
    known = all_datasets()
    if class_name in known:
        return known[class_name]
    near = difflib.get_close_matches(class_name, known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Choose one of {', '.join(known)}."
    raise CatalogError(f"There is no dataset called '{class_name}'.", hint, "dataset")


def program_sources(module: ModuleType) -> dict[str, str]:
    """Function that a script carries for this dataset → its text, in order."""
    names = module.PROGRAM.functions if hasattr(module, "PROGRAM") else ()
    return {name.partition(".")[2]: _program.function_source(name) for name in names}
