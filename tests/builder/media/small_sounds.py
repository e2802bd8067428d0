"""Small sounds for the tests: high and low tones, played by two."""

from __future__ import annotations

import io

import numpy as np
import soundfile

RATE = 4000


def tone(pitch: float, seed: int, seconds: float = 0.3, rate: int = RATE):
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * pitch * times + rng.uniform(0, 6)) + rng.normal(
        0, 0.02, len(times)
    )


def saved(values, rate: int = RATE, form: str = "WAV", **how) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, values, rate, format=form, **how)
    return file.getvalue()


def tones(each: int = 10) -> dict[str, bytes]:
    """High and low tones by two players."""
    return {
        f"tones/{name}/{player}_{i}.wav": saved(tone(pitch, 100 * i + 10 * seed + len(name)))
        for name, pitch in (("high", 900), ("low", 200))
        for seed, player in enumerate(("ann", "bob"))
        for i in range(each // 2)
    }
