"""The requirements comment of a script: the package versions it was made with."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib import metadata

PACKAGES = {
    "keras": ("keras",),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "numpy": ("numpy",),
    "sklearn": ("scikit-learn",),
    "pandas": ("pandas",),
    "scipy": ("scipy",),
    "PIL": ("pillow",),
}
"""What a line imports → the packages that may bring it."""

ALWAYS = ("keras", "tensorflow")
"""Needed even where no line says so: Keras calculates with TensorFlow."""


def requirements_comment(imports: Iterable[str]) -> str:
    """``# Requirements: keras==3.15.1 tensorflow==2.21.0``: what pip would be asked for."""
    return f"# Requirements: {' '.join(requirements(imports))}"


def requirements(imports: Iterable[str]) -> tuple[str, ...]:
    """``"keras==3.15.1"`` …; without a version what is not installed here.

    Args:
        imports: import lines.
    """
    used = {line.split()[1].partition(".")[0] for line in imports}
    wanted = [name for name in PACKAGES if name in ALWAYS or name in used]
    return tuple(_pin_version(name) for name in wanted)


@functools.cache
def _pin_version(name: str) -> str:
    for package in PACKAGES[name]:
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
        if re.fullmatch(r"[A-Za-z0-9.+!_-]{1,40}", version):
            return f"{package}=={version}"
    return PACKAGES[name][0]
