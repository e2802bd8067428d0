"""Load datasets, with a cache: prepared arrays, facts, previews and the source that loads them."""

from __future__ import annotations

import contextlib
import string
import threading
from collections import Counter, OrderedDict
from typing import Any

import numpy as np
import psutil

from builder.code import data_source
from builder.datasets.contract import Array
from builder.datasets.registry import find_dataset
from builder.engine.data.prepare import Data, Prepared, prepare
from builder.errors import DataError
from builder.facts import DataFacts
from builder.formatting import size
from builder.spec import ObjectSpec

CACHE_BYTES = 1_500_000_000
"""How much of all loaded datasets is kept; the one just asked for is always kept."""

ROWS_SHOWN = 50
COLUMNS_SHOWN = 100
WORDS_SHOWN = 12

TEXTS_READ = 20_000
"""So many texts are counted through for a preview."""

POINTS_SHOWN = 2000

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
        ``kind``; ``counts`` [(class, n)] over the training examples, empty for regression;
        ``raw`` and ``prepared``: shape, dtype, min and max of the training examples; ``y_before``
        and ``y_after``: one label. By kind also ``images`` uint8 (classes, per_class, h, w[, 3]),
        black where a class has fewer; ``columns``, ``rows`` (the first, raw) and ``histograms``
        {column: (edges, counts)}; ``x`` and ``y`` of points, raw; ``rows`` of decoded text; of
        plain texts ``rows`` with ``labels``, ``lengths`` (edges, counts) in words, ``frequent``
        words [(word, n)] and how many ``different`` ones there are.
        A dataset of several columns has ``kind`` ``columns`` and ``rows`` only: the first examples
        by column, as ``examples`` gives them.

    Raises:
        CatalogError, DataError: as ``load``.
    """
    data = load(dataset)
    raw = data.raw
    if raw.named:
        return {"kind": "columns", "rows": _rows(dataset, data)}
    counts = np.bincount(raw.y_train, minlength=len(raw.classes)) if raw.classes else ()
    preview: dict[str, Any] = {
        "kind": raw.kind,
        "counts": [(c, int(n)) for c, n in zip(raw.classes, counts, strict=True)],
        "raw": _words(raw.x_train),
        "prepared": _words(data.x_train),
        "y_before": raw.y_train[0].item(),
        "y_after": data.y_train[0].tolist(),
    }
    match raw.kind:
        case "images":
            preview["images"] = _gallery(data, per_class)
        case "points":
            preview |= {"x": raw.x_train[:POINTS_SHOWN], "y": raw.y_train[:POINTS_SHOWN]}
        case "table":
            preview |= _table(data)
        case "sequences":
            plugin = find_dataset(dataset.class_name)
            preview["rows"] = plugin.decode(dataset.config, raw.x_train[:ROWS_SHOWN])
        case "texts":
            preview |= _texts(data)
    return preview


ROWS_TOGETHER = 12
"""Rows of a dataset of several columns that are shown."""


def _rows(dataset: ObjectSpec, data: Data) -> list[dict[str, Any]]:
    """Every column and its first training examples."""
    some = np.arange(min(ROWS_TOGETHER, data.facts.n_train))
    return [examples(dataset, c, c.raw.train[some]) | _spread(c) for c in data.columns]


def _spread(column: Prepared) -> dict[str, Any]:
    """Shape, type and range before and after preparation; how often each class occurs."""
    raw = column.raw.train
    counted: dict[str, Any] = {"raw": _words(raw), "prepared": _words(column.train)}
    if column.raw.classes:
        counts = np.bincount(raw, minlength=len(column.raw.classes))
        named = zip(column.raw.classes, counts, strict=True)
        counted["counts"] = [(name, int(n)) for name, n in named]
    return counted


def examples(dataset: ObjectSpec, column: Prepared, raw: Array) -> dict[str, Any]:
    """Some rows of one column for people.

    Args:
        raw: those rows before preparation.

    Returns:
        ``name``, ``kind``, ``role``; and ``images`` uint8 (n, h, w[, 3]), ``texts``, or ``rows`` of
        numbers with ``features``, or ``values``: numbers, or class names.
    """
    facts = column.facts
    shown: dict[str, Any] = {"name": facts.name, "kind": facts.kind, "role": facts.role}
    match facts.kind:
        case "images":
            images = pixels(raw, column.scaling.white)
            return shown | {"images": images[..., 0] if images.shape[-1] == 1 else images}
        case "sequences":
            plugin = find_dataset(dataset.class_name)
            return shown | {"texts": plugin.decode(dataset.config, raw)}
        case "texts":
            return shown | {"texts": raw.tolist()}
        case "classes":
            return shown | {"values": [facts.classes[int(i)] for i in raw]}
        case "values":
            return shown | {"values": raw.tolist()}
    return shown | {"rows": raw.tolist(), "features": list(facts.features)}


def _words(x: Array) -> dict[str, Any]:
    if x.dtype == object:
        sizes = [len(text.split()) for text in x[:TEXTS_READ]]
        return {"shape": list(x.shape), "dtype": "text", "min": min(sizes), "max": max(sizes)}
    low, high = x.min().item(), x.max().item()
    return {"shape": list(x.shape), "dtype": str(x.dtype), "min": low, "max": high}


def _texts(data: Data) -> dict[str, Any]:
    """Some texts with their labels, how long all are, and what they say most often."""
    raw = data.raw
    some = raw.x_train[:TEXTS_READ]
    words = [text.split() for text in some]
    counts, edges = np.histogram([len(w) for w in words], bins=_whole_bins(words))
    often = Counter(word.lower().strip(string.punctuation) for w in words for word in w)
    often.pop("", None)
    labels = raw.y_train[:ROWS_SHOWN]
    return {
        "rows": raw.x_train[:ROWS_SHOWN].tolist(),
        "labels": [raw.classes[int(y)] if raw.classes else f"{y:g}" for y in labels],
        "lengths": (edges.tolist(), counts.tolist()),
        "frequent": often.most_common(WORDS_SHOWN),
        "different": len(often),
    }


def _whole_bins(words: list[list[str]]) -> Array:
    """Edges of at most 40 bins, each of whole numbers of words."""
    low, high = min(map(len, words)), max(map(len, words))
    step = max(1, -(-(high - low + 1) // 40))
    return np.arange(low, high + step + 1, step) - 0.5


def _gallery(data: Data, per_class: int) -> Array:
    """Some training pictures of each class; for regression one row of the first ones."""
    raw = data.raw
    names = range(len(raw.classes)) if raw.classes else (None,)
    shown = np.zeros((len(names), per_class, *raw.x_train.shape[1:]), "uint8")
    for row, name in enumerate(names):
        where = slice(None) if name is None else np.flatnonzero(raw.y_train == name)[:per_class]
        pictures = raw.x_train[where][:per_class]
        shown[row, : len(pictures)] = pixels(pictures, data.scaling.white)
    return shown[..., 0] if shown.shape[-1] == 1 else shown


def pixels(pictures: Array, white: float) -> Array:
    """Raw pictures as uint8, 0 black to 255 for what is ``white`` raw."""
    if pictures.dtype == np.uint8:
        return pictures
    return np.clip(pictures * (255.0 / (white or 1)), 0, 255).astype("uint8")


def _table(data: Data) -> dict[str, Any]:
    x, features = data.raw.x_train[:, :COLUMNS_SHOWN], data.raw.features[:COLUMNS_SHOWN]
    histograms = {}
    for name, column in zip(features, x.T, strict=True):
        counts, edges = np.histogram(column, bins=20)
        histograms[name] = (edges.tolist(), counts.tolist())
    rows = x[:ROWS_SHOWN].tolist()
    return {"columns": list(features), "rows": rows, "histograms": histograms}


def source(dataset: ObjectSpec) -> str:
    """The Python lines that give exactly the arrays of ``load``, to stand atop a script.

    A dataset of Keras need not be here for them: what it holds is known.

    Raises:
        CatalogError, DataError: as ``describe``.
    """
    return data_source.source(dataset, data_source.expected_facts(dataset) or describe(dataset))
