"""Draw a sound: time goes sideways, pitch upwards, loudness is the brightness."""

from __future__ import annotations

from typing import Any

import numpy as np

HEIGHT, WIDTH = 48, 72
FRAME = 256
RANGE = 70.0
"""Decibels from black to white."""


def draw_spectrogram(sound: Any) -> Any:
    """uint8 (HEIGHT, WIDTH) of values (n,) between -1 and 1; as wide however long it is."""
    padded = np.pad(np.asarray(sound, "float32"), (0, max(0, FRAME + WIDTH - len(sound))))
    starts = np.linspace(0, len(padded) - FRAME, WIDTH).astype(int)
    frames = np.stack([padded[start : start + FRAME] for start in starts])
    power = abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    edges = np.linspace(0, power.shape[1], HEIGHT + 1).astype(int)[:-1]
    bands = np.maximum.reduceat(power, edges, axis=1)
    loud = 10 * np.log10(np.maximum(bands, 1e-10))
    shade = np.clip((loud - loud.max() + RANGE) / RANGE, 0, 1)
    return np.ascontiguousarray((255 * shade).astype("uint8").T[::-1])
