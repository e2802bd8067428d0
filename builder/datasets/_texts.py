"""Keras's texts as word numbers: padding to one length, and decoding."""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections.abc import Mapping
from typing import Any

from builder.catalog.entry import Entry, Param
from builder.datasets import _keras
from builder.datasets.contract import Raw, resolve_settings
from builder.errors import DataError
from builder.kinds.contract import Array

OFFSET = 3
"""Keras shifts word numbers by three: 0 is padding, 1 the start of a text, 2 an unknown word."""

PARAMS = {
    "num_words": Param(
        "int", "Keep only this many of the most frequent words.", 100, 100_000, 1000
    ),
    "maxlen": Param(
        "int",
        "Every text is cut or filled to this many words; only the last ones of a long text stay.",
        5,
        2000,
        10,
    ),
}


def load(entry: Entry, loader: str, title: str, classes: tuple[str, ...], config: Any) -> Raw:
    """x int32 (n, maxlen) of word numbers, 0 is padding; y (n,)."""
    from keras.utils import pad_sequences

    values = resolve_settings(entry, config)
    words, length = values["num_words"], values["maxlen"]
    # Keras unpickles these files of its own, after it has checked their hash
    (x_train, y_train), (x_test, y_test) = _keras.load_data(
        loader, title, "the restaurant reviews", num_words=words
    )
    # a download brings the words along; without them texts are shown as numbers
    with contextlib.suppress(DataError), _keras.report_network_errors(title, ""):
        _words(loader)
    x_train, x_test = (pad_sequences(x, maxlen=length) for x in (x_train, x_test))
    return Raw.of_x_and_y("sequence", (x_train, y_train, x_test, y_test), classes)


def source(entry: Entry, loader: str, config: Mapping[str, Any]) -> str:
    """The tutorial's own lines."""
    values, module = resolve_settings(entry, config), _keras.module_of(loader)
    lines = (
        f"from keras.datasets import {module}\n"
        "from keras.utils import pad_sequences\n"
        "\n"
        f"num_words = {values['num_words']}\n"
        f"(x_train, y_train), (x_test, y_test) = {module}.load_data(num_words=num_words)\n"
    )
    both = [f"x_{p} = pad_sequences(x_{p}, maxlen={values['maxlen']})\n" for p in ("train", "test")]
    return lines + "".join(both)


@functools.cache
def _words(loader: str) -> dict[int, str]:
    index = importlib.import_module(loader.rpartition(".")[0]).get_word_index()
    return {number + OFFSET: word for word, number in index.items()}


def decode(loader: str, rows: Array) -> list[str]:
    """Rows of word numbers as text; as numbers while Keras's word list cannot be fetched."""
    try:
        with _keras.forbid_downloads(), _keras.report_network_errors("The word list", ""):
            words = _words(loader)
    except DataError:
        return [" ".join(str(n) for n in row if n) for row in rows.tolist()]
    return [" ".join(words.get(n, "?") for n in row if n > 1) for row in rows.tolist()]
