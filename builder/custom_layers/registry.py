"""Find the layer classes of this folder; importing them registers them with Keras."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path
from typing import Any


@functools.cache
def custom_layer_classes() -> dict[str, Any]:
    """Class name → class of each layer of our own."""
    path = str(Path(__file__).parent)
    names = sorted(m.name for m in pkgutil.iter_modules([path]) if m.name != "registry")
    modules = (importlib.import_module(f"{__package__}.{name}") for name in names)
    made = (v for m in modules for v in vars(m).values() if isinstance(v, type))
    return {c.__name__: c for c in made}
