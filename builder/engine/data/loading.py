"""Load datasets, with a cache: prepared arrays, facts, previews and the source that loads them."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections import Counter, OrderedDict
from typing import Any

import numpy as np
import psutil

from builder.code import data_source
from builder.datasets.registry import find_dataset
from builder.engine.data.prepare import Data, Prepared, prepare
from builder.errors import DataError
from builder.facts import DataFacts
from builder.formatting import size
from builder.kinds.contract import Array, Decode
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec

CACHE_BYTES = 1_500_000_000
"""How much of all loaded datasets is kept; the one just asked for is always kept."""

ROWS_TOGETHER = 12
"""Rows of a dataset whose columns have names that are shown."""

_cache: OrderedDict[ObjectSpec, Data] = OrderedDict()
_lock = threading.Lock()


def load(dataset: ObjectSpec) -> Data:
    """The dataset, prepared as its config says; kept, so that asking again costs nothing.

    One of Keras's datasets that is not here yet is not downloaded: ``runs`` does that on request.

    Raises:
        CatalogError: no such dataset.
        DataError: it cannot be loaded, is damaged, or a setting is impossible.
    """
    with _lock:
        if dataset in _cache:
            _cache.move_to_end(dataset)
            return _cache[dataset]
        plugin = find_dataset(dataset.class_name)
        kept = contextlib.nullcontext() if plugin.OFFLINE else _kept_only()
        try:
            with kept:
                data = prepare(dataset, plugin.load(dataset.config))
        except MemoryError:
            raise DataError(
                f"{dataset.class_name} does not fit into the memory that is free"
                f" ({size(psutil.virtual_memory().available)}).",
                "Close other programs, or choose a smaller dataset such as the built-in digits.",
                "dataset",
            ) from None
        _cache[dataset] = data
        while len(_cache) > 1 and sum(d.facts.bytes for d in _cache.values()) > CACHE_BYTES:
            _cache.popitem(last=False)
        return data


def _kept_only() -> contextlib.AbstractContextManager[None]:
    from builder.datasets._keras import forbid_downloads

    return forbid_downloads()


def forget() -> None:
    """Drop what is kept: files in the datasets folder may have changed."""
    with _lock:
        _cache.clear()


def describe(dataset: ObjectSpec) -> DataFacts:
    """Shapes, range and classes of the prepared dataset; raises as ``load``."""
    return load(dataset).facts


def preview(dataset: ObjectSpec, per_class: int = 8) -> dict[str, Any]:
    """What a person looks at: plain data and arrays only.

    Returns:
        ``style``, how to draw it; ``counts`` [(class, n)] over the training examples, empty for
        regression; ``raw`` and ``prepared``: shape, dtype, min and max of the training examples;
        ``y_before`` and ``y_after``: one label; and what ``Kind.preview`` of the examples gives.
        A dataset whose columns have names has the ``style`` ``columns`` and ``rows`` only: the
        first examples by column, as ``examples`` gives them.

    Raises:
        CatalogError, DataError: as ``load``.
    """
    data = load(dataset)
    if data.facts.is_named:
        some = np.arange(min(ROWS_TOGETHER, data.facts.n_train))
        rows = [examples(dataset, c, c.raw.train[some]) | _measure(c) for c in data.columns]
        return {"style": "columns", "rows": rows}
    x, y = data.input, data.target
    kind = find_kind(x.facts.kind)
    return {
        "style": kind.style(x.facts, y.facts),
        "counts": _counts(y),
        **_measure(x),
        "y_before": y.raw.train[0].item(),
        "y_after": y.train[0].tolist(),
        **kind.preview(x.raw, y.raw, x.scaling, _decode(dataset, x), per_class),
    }


def _measure(column: Prepared) -> dict[str, Any]:
    """Shape, type and range before and after preparation; how often each class occurs."""
    kind = find_kind(column.facts.kind)
    measured = {"raw": kind.measure(column.raw.train), "prepared": kind.measure(column.train)}
    return measured | ({"counts": _counts(column)} if column.raw.classes else {})


def _counts(column: Prepared) -> list[tuple[str, int]]:
    seen = Counter(column.raw.train.tolist() if column.raw.classes else ())
    # rows hold the numbers of classes, or their names
    return [(name, seen[i] + seen[name]) for i, name in enumerate(column.raw.classes)]


def examples(dataset: ObjectSpec, column: Prepared, raw: Array) -> dict[str, Any]:
    """Some rows of one column for people: ``name``, ``role`` and what ``Kind.examples`` gives.

    Args:
        raw: those rows before preparation.
    """
    facts = column.facts
    shown = find_kind(facts.kind).examples(raw, facts, column.scaling, _decode(dataset, column))
    return {"name": facts.name, "role": facts.role, **shown}


def _decode(dataset: ObjectSpec, column: Prepared) -> Decode | None:
    """How word numbers of this dataset become text."""
    if not find_kind(column.facts.kind).has_words:
        return None
    return functools.partial(find_dataset(dataset.class_name).decode, dataset.config)


def source(dataset: ObjectSpec) -> str:
    """The Python lines that give exactly the arrays of ``load``, to stand atop a script.

    A dataset of Keras need not be here for them: what it holds is known.

    Raises:
        CatalogError, DataError: as ``describe``.
    """
    return data_source.source(dataset, data_source.expected_facts(dataset) or describe(dataset))
