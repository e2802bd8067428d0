"""Import Keras on TensorFlow without its start-up messages and what only other users need."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator

__all__ = ["keras"]


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Send what C++ writes to stderr to nowhere; TensorFlow's first lines obey no setting."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Let ``import`` not find these modules for a while; those that are loaded stay."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules |= dict.fromkeys(absent)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextlib.contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Let nothing be searched for garbage, now or later: what an import makes stays, and it is so
    much that the first search took 0.5 s."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if before:
            gc.enable()


# for its wrappers and data frames Keras would load these: a third of its processor time at the
# start (1.1 of 3.4 s, 2026-11-30). Who needs them imports them later.
with (
    _silent() if "tensorflow" not in sys.modules else contextlib.nullcontext(),
    _absent("pandas", "pyarrow", "sklearn")
    if "keras" not in sys.modules
    else contextlib.nullcontext(),
    _collecting_nothing(),
):
    import keras
