"""Time that does not leap: for speeds, while people set clocks and machines adjust them."""

from __future__ import annotations

from time import monotonic, time

_START = time() - monotonic()


def steady() -> float:
    """Seconds since 1970 by the clock as this process found it, and since then by its ticks alone.

    Two readings of one process differ by the time that passed, whatever happened to the clock.
    """
    return _START + monotonic()
