"""Sounds: ``(n, samples)``, values from -1 to 1 of one channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder.facts import ColumnFacts
from builder.formatting import number
from builder.kinds._numeric import check_numbers
from builder.kinds._spectrogram import draw_spectrogram
from builder.kinds.contract import Array, Column, Decode, Kind, Scaling, Settings


class Sound(Kind):
    """A word, a bark, a bell."""

    name = "sound"
    title = "Sound"

    def validate(self, name: str, rows: Array, column: Column) -> None:
        check_numbers(name, rows)

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        return rows

    def describe(self, column: ColumnFacts) -> str:
        return f"sound of {number(column.shape[0])} values"

    def describe_example(self, column: ColumnFacts) -> str:
        return f"a {self.describe(column)}"

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        """``images``, their spectrograms; and ``sounds``, float32 (n, samples)."""
        rows = np.asarray(rows, "float32")
        return {"images": np.stack([draw_spectrogram(row) for row in rows]), "sounds": rows}

    def style(self, x: ColumnFacts, y: ColumnFacts) -> str:
        return "gallery"

    def preview(
        self, x: Column, y: Column, scaling: Scaling, decode: Decode | None, per_class: int
    ) -> dict[str, Any]:
        """``images`` uint8 (classes, per_class, h, w): spectrograms of some of each class."""
        names = range(len(y.classes)) if y.classes else (None,)
        rows = []
        for name in names:
            where = slice(None) if name is None else np.flatnonzero(y.train == name)[:per_class]
            drawn = [draw_spectrogram(one) for one in x.train[where][:per_class]]
            blank = np.zeros_like(draw_spectrogram(x.train[0]))
            rows.append(np.stack([*drawn, *[blank] * (per_class - len(drawn))]))
        return {"images": np.stack(rows)}


KIND = Sound()
