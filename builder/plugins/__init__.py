"""What Layerwise adds to Keras, one file each, found by folder: datasets, exporters and layers.

A dataset plugin is a module with

- ``ENTRY`` (an ``Entry`` of kind ``datasets``), ``TITLE``, ``OFFLINE`` (needs no network);
- ``load(config) -> Raw`` and ``source(config) -> str``, the Python lines that give the same
  ``x_train``, ``y_train``, ``x_test``, ``y_test`` in a script standing alone;
  a dataset of several columns hands over ``raw.of_columns(...)``, and its lines define the same
  four names as dicts by column;
- optionally ``decode(config, rows) -> list[str]``, rows of a sequence dataset as readable text.

An exporter plugin has ``NAME``, ``TITLE``, ``SUFFIX``, ``NEEDS`` and ``export(...)``. Importing
these is cheap: Keras, scikit-learn and pandas are imported inside their functions. A layer's file
(``custom/``) is its class alone and imports Keras: only the engine asks for ``layers()``.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from builder.errors import CatalogError

for _folder in ("custom", "datasets", "exporters"):
    # a folder's first import binds its name here; doing that now leaves the name to the function
    importlib.import_module(f"{__name__}.{_folder}")


def _found(folder: str) -> tuple[ModuleType, ...]:
    path = str(Path(__file__).parent / folder)
    names = sorted(m.name for m in pkgutil.iter_modules([path]) if not m.name.startswith("_"))
    return tuple(importlib.import_module(f"{__name__}.{folder}.{name}") for name in names)


@functools.cache
def datasets() -> dict[str, ModuleType]:
    """Class name → dataset plugin, in the order a gallery shows them."""
    modules = {m.ENTRY.class_name: m for m in _found("datasets")}
    return dict(sorted(modules.items(), key=lambda item: item[1].ENTRY.extra["order"]))


def dataset(class_name: str) -> ModuleType:
    """The dataset plugin of that class name; CatalogError with near matches if there is none."""
    known = datasets()
    if class_name in known:
        return known[class_name]
    near = difflib.get_close_matches(class_name, known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Choose one of {', '.join(known)}."
    raise CatalogError(f"There is no dataset called '{class_name}'.", hint, "dataset")


@functools.cache
def exporters() -> dict[str, ModuleType]:
    """Name → exporter plugin."""
    return {m.NAME: m for m in _found("exporters")}


@functools.cache
def layers() -> dict[str, Any]:
    """Class name → class of each layer of our own; importing them registers them with Keras."""
    made = (v for m in _found("custom") for v in vars(m).values() if isinstance(v, type))
    return {c.__name__: c for c in made}


def lacking(exporter: ModuleType) -> tuple[str, ...]:
    """The packages an exporter needs that are not installed here."""
    return tuple(name for name in getattr(exporter, "REQUIRES", ()) if not _installed(name))


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
