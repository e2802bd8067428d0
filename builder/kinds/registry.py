"""Find the kinds of data: every module of this folder that has a ``KIND``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path

from builder.errors import CatalogError
from builder.kinds.contract import Kind

NO_KINDS = ("contract", "registry")


@functools.cache
def all_kinds() -> dict[str, Kind]:
    """Name → kind.

    Raises:
        CatalogError: a module has no ``KIND``, or two are called the same.
    """
    path = str(Path(__file__).parent)
    names = (m.name for m in pkgutil.iter_modules([path]) if not m.name.startswith("_"))
    kinds: dict[str, Kind] = {}
    for module in (n for n in names if n not in NO_KINDS):
        kind = getattr(importlib.import_module(f"{__package__}.{module}"), "KIND", None)
        if not isinstance(kind, Kind) or kind.name in kinds:
            message = f"builder/kinds/{module}.py lacks KIND: a Kind with a name of its own."
            raise CatalogError(message, "builder/kinds/contract.py says what it has to have.")
        kinds[kind.name] = kind
    return kinds


def find_kind(name: str) -> Kind:
    """The kind of that name; CatalogError if there is none."""
    kinds = all_kinds()
    if name not in kinds:
        message = f"There is no kind of data called '{name}'."
        raise CatalogError(message, f"Choose one of {', '.join(kinds)}.", "dataset")
    return kinds[name]
