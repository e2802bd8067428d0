"""Download and load Keras's datasets, which it keeps in a folder of its own."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import socket
import urllib.error
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builder.datasets.contract import Raw
from builder.errors import DataError, without_paths
from builder.kinds.contract import Array

Split = tuple[tuple[Array, Array], tuple[Array, Array]]

PATIENCE = 20
"""Seconds without a byte after which a download counts as broken off."""


class _NotHere(BaseException):
    """A download was about to start where none may; no Exception, because Keras answers those by
    removing the file it has.

    Args:
        damaged: whether there is a file, which cannot be used.
    """

    def __init__(self, damaged: bool) -> None:
        super().__init__()
        self.damaged = damaged


@contextlib.contextmanager
def forbid_downloads() -> Iterator[None]:
    """Inside, what Keras has kept is read, and nothing is downloaded.

    A person is asked before megabytes are fetched, and sees how far it is (``runs.fetch``).
    """
    from keras.src.utils import file_utils

    def refuse(_: str, target: str, *__: object) -> None:
        raise _NotHere(Path(target).exists())

    unpack = file_utils.extract_archive

    def extract(archive: str, folder: str, form: str) -> bool:
        # Keras unpacks at every load, into a folder that its readers may not write
        return os.path.isdir(folder) or bool(unpack(archive, folder, form))

    fetch, file_utils.urlretrieve = file_utils.urlretrieve, refuse
    file_utils.extract_archive = extract
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # Keras says "Downloading" before it asks
            yield
    finally:
        file_utils.urlretrieve, file_utils.extract_archive = fetch, unpack


def module_of(loader: str) -> str:
    """``"mnist"`` of ``"keras.datasets.mnist.load_data"``."""
    return loader.split(".")[-2]


def load_data(loader: str, title: str, instead: str, **arguments: Any) -> Split:
    """What ``loader``, a function of ``keras.datasets``, gives: from disk, else downloaded.

    Args:
        title: for the message.
        instead: the built-in dataset to offer when there is no network.

    Raises:
        DataError: it is not there and cannot be fetched, or the file is damaged.
    """
    module, _, function = loader.rpartition(".")
    call = getattr(importlib.import_module(module), function)
    with report_network_errors(title, instead), _files_of(call) as files:
        try:
            split: Split = call(**arguments)
        except (EOFError, OSError, ValueError, zlib.error):
            # its files are here, and not all of them have a hash that Keras could have checked
            if not files:
                raise
            _remove_damaged(files)
            split = call(**arguments)
    return split


@contextlib.contextmanager
def _files_of(loader: Any) -> Iterator[list[Path]]:
    """The files that one of Keras's loaders reads; none when one of them could not be had."""
    files: list[Path] = []
    names = loader.__globals__
    get_file = names["get_file"]

    def noted(*args: Any, **kwargs: Any) -> Any:
        try:
            files.append(Path(get_file(*args, **kwargs)))
        except BaseException:
            files.clear()
            raise
        return str(files[-1])

    names["get_file"] = noted
    try:
        yield files
    finally:
        names["get_file"] = get_file


def _remove_damaged(files: list[Path]) -> None:
    """So that they are downloaded again; raises _NotHere where nothing may be."""
    from keras.src.utils import file_utils

    if file_utils.urlretrieve.__module__ == __name__:
        raise _NotHere(damaged=True)
    for file in files:
        file.unlink(missing_ok=True)
    files.clear()


def images(loader: str, title: str, classes: tuple[str, ...]) -> Raw:
    """Pictures in classes, x uint8 (n, rows, columns[, channels]) and y (n,).

    Raises:
        DataError: as ``load_data``.
    """
    (x_train, y_train), (x_test, y_test) = load_data(loader, title, "the handwritten digits")
    # CIFAR's labels come as a column
    return Raw.of_x_and_y("image", (x_train, y_train.ravel(), x_test, y_test.ravel()), classes)


@contextlib.contextmanager
def report_network_errors(title: str, instead: str) -> Iterator[None]:
    """Inside, a network that does not answer, or a damaged file, becomes a DataError."""
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    except MemoryError:
        raise
    except _NotHere as lacking:
        damaged = f"The copy of {title} on this computer is damaged."
        raise DataError(
            damaged if lacking.damaged else f"{title} is not on this computer yet.",
            "Download it on the Data page, or from a terminal with"
            " python -m builder.runs.engine_process.downloads;"
            f" or use {instead} (built in).",
            "dataset",
        ) from None
    except Exception as error:  # Keras raises bare Exceptions when a download fails
        raise DataError(
            f"{title}: not on this computer, and the download failed: {_reason(error)}.",
            f"Connect to the internet and try again, or use {instead} (built in).",
            "dataset",
        ) from error
    finally:
        socket.setdefaulttimeout(patience)


def _reason(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, urllib.error.URLError | TimeoutError | ConnectionError):
            return "the network does not answer"
        cause = cause.__cause__ or cause.__context__
    return without_paths(str(error) or type(error).__name__).splitlines()[0].rstrip(".")


def image_source(loader: str, ravel: bool = False) -> str:
    """The tutorial's two lines; ``ravel`` where Keras gives the labels as a column."""
    module = module_of(loader)
    lines = (
        f"from keras.datasets import {module}\n"
        "\n"
        f"(x_train, y_train), (x_test, y_test) = {module}.load_data()\n"
    )
    return lines + ("y_train, y_test = y_train.ravel(), y_test.ravel()\n" if ravel else "")
