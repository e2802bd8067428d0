"""Find the datasets: every module of this folder that has an ``ENTRY``."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from builder.errors import CatalogError

NO_DATASETS = ("contract", "registry")


@functools.cache
def all_datasets() -> dict[str, ModuleType]:
    """Class name → dataset module, in the order a gallery shows them."""
    path = str(Path(__file__).parent)
    names = (m.name for m in pkgutil.iter_modules([path]) if not m.name.startswith("_"))
    modules = (
        importlib.import_module(f"{__package__}.{name}")
        for name in names
        if name not in NO_DATASETS
    )
    ordered = sorted(modules, key=lambda m: (m.ENTRY.extra["order"], m.ENTRY.class_name))
    return {m.ENTRY.class_name: m for m in ordered}


def find_dataset(class_name: str) -> ModuleType:
    """The dataset module of that class name; CatalogError with near matches if there is none."""
    known = all_datasets()
    if class_name in known:
        return known[class_name]
    near = difflib.get_close_matches(class_name, known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Choose one of {', '.join(known)}."
    raise CatalogError(f"There is no dataset called '{class_name}'.", hint, "dataset")
