"""Monotonic wall-clock time, for speeds: it does not leap when the clock is set."""

from __future__ import annotations

from time import monotonic, time

_START = time() - monotonic()


def steady_time() -> float:
    """Seconds since 1970 by the clock as this process found it, and since then by its ticks alone.

    Two readings of one process differ by the time that passed, whatever happened to the clock.
    """
    return _START + monotonic()
