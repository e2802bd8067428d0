"""Import Keras on TensorFlow without its start-up messages."""

from __future__ import annotations

import contextlib
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


with _silent() if "tensorflow" not in sys.modules else contextlib.nullcontext():
    import keras
