"""Load scikit-learn's tables, and write the same lines for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.catalog.entry import Entry
from builder.datasets.contract import Raw, resolve_settings


def load(entry: Entry, loader: str, config: Mapping[str, Any]) -> Raw:
    """The table that ``loader`` of ``sklearn.datasets`` gives, split at random as by ``source``."""
    import sklearn.datasets
    from sklearn.model_selection import train_test_split

    share = resolve_settings(entry, config)["test_split"]
    bunch = getattr(sklearn.datasets, loader.rpartition(".")[2])()
    x, y = bunch.data, bunch.target
    is_class = entry.tasks == ("classification",)
    parts = train_test_split(
        x, y, test_size=share, random_state=0, stratify=y if is_class else None
    )
    x_train, x_test, y_train, y_test = parts
    classes = tuple(str(name) for name in bunch.target_names) if is_class else ()
    features = tuple(str(name) for name in bunch.feature_names)
    return Raw.of_x_and_y("vector", (x_train, y_train, x_test, y_test), classes, features)


def source(entry: Entry, loader: str, config: Mapping[str, Any]) -> str:
    """The Python lines that give the same arrays."""
    share, function = resolve_settings(entry, config)["test_split"], loader.rpartition(".")[2]
    stratify = ", stratify=y" if entry.tasks == ("classification",) else ""
    return (
        f"from sklearn.datasets import {function}\n"
        "from sklearn.model_selection import train_test_split\n"
        "\n"
        f"x, y = {function}(return_X_y=True)\n"
        "x_train, x_test, y_train, y_test = train_test_split(\n"
        f"    x, y, test_size={share!r}, random_state=0{stratify}\n"
        ")\n"
    )
