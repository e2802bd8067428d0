"""Pictures: ``(n, height, width)`` grey, or with 1 or 3 channels as a last axis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from builder import formatting
from builder.facts import ColumnFacts
from builder.kinds._numeric import Numeric
from builder.kinds.contract import Array, Column, Decode, Scaling, ScalingAdvice, Settings
from builder.spec import ObjectSpec


class Image(Numeric):
    """Pixels, of which 0 is black."""

    name = "image"
    title = "Picture"
    task = "regression"
    axis = None
    has_pixels = True
    advice = ScalingAdvice(20.0, "pixels", "between 0 and 1", "Divide the pixels by 255", "unit")

    def scaling(self, column: Column, settings: Settings) -> Scaling:
        if "scale" not in settings:
            return Scaling(keeps=True)
        if settings.get("scale") != "unit":
            return super().scaling(column, settings)
        plain = super().scaling(column, {})
        return replace(plain, divisor=plain.divisor * (plain.white or 1))

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        x = scaling(rows)
        return x[..., None] if settings.get("channel_axis") and x.ndim == 3 else x

    def expect(self, column: ColumnFacts, settings: Settings) -> ColumnFacts:
        grey = settings.get("channel_axis") and len(column.shape) == 2
        shape = (*column.shape, 1) if grey else column.shape
        return replace(super().expect(column, settings), shape=shape)

    def input_layer(self, column: ColumnFacts) -> ObjectSpec:
        """Of decimal numbers, also for pixels of whole ones: Keras makes them decimal."""
        return super().input_layer(replace(column, dtype=self.dtype))

    def source(self, train: str, test: str, column: ColumnFacts, settings: Settings) -> list[str]:
        lines = self._scale_source(train, test, column, settings)
        if not settings.get("channel_axis") or column.shape[-1] != 1:
            return lines
        if train.isidentifier():
            return [*lines, f"{train}, {test} = {train}[..., None], {test}[..., None]"]
        return [*lines, *(f"{x} = {x}[..., None]" for x in (train, test))]

    def _scale_source(
        self, train: str, test: str, column: ColumnFacts, settings: Settings
    ) -> list[str]:
        if settings.get("scale") != "unit":
            return super().source(train, test, column, settings)
        if "file" not in settings:
            return [f'{x} = {x}.astype("float32") / 255.0' for x in (train, test)]
        white = f'white = 255.0 if {train}.dtype == "uint8" else float({train}.max())'
        return [white, *(f'{x} = {x}.astype("float32") / white' for x in (train, test))]

    def describe(self, column: ColumnFacts) -> str:
        return f"picture {formatting.short(column.shape)}"

    def describe_example(self, column: ColumnFacts) -> str:
        has_axis = len(column.shape) == 3
        colour = has_axis and column.shape[-1] == 3
        axis = " with a channel axis" if has_axis and not colour else ""
        points = formatting.short(column.shape[:2])
        return f"a {'colour' if colour else 'grey'} picture of {points} points{axis}"

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        images = pixels(rows, scaling.white)
        return {"images": images[..., 0] if images.shape[-1] == 1 else images}

    def style(self, x: ColumnFacts, y: ColumnFacts) -> str:
        return "gallery"

    def preview(
        self, x: Column, y: Column, scaling: Scaling, decode: Decode | None, per_class: int
    ) -> dict[str, Any]:
        """``images`` uint8 (classes, per_class, h, w[, 3]): some of each class, black where it has
        fewer; without classes one row of the first ones."""
        names = range(len(y.classes)) if y.classes else (None,)
        shown = np.zeros((len(names), per_class, *x.train.shape[1:]), "uint8")
        for row, name in enumerate(names):
            where = slice(None) if name is None else np.flatnonzero(y.train == name)[:per_class]
            pictures = x.train[where][:per_class]
            shown[row, : len(pictures)] = pixels(pictures, scaling.white)
        return {"images": shown[..., 0] if shown.shape[-1] == 1 else shown}


def pixels(pictures: Array, white: float) -> Array:
    """Raw pictures as uint8, 0 black to 255 for what is ``white`` raw."""
    if pictures.dtype == np.uint8:
        return pictures
    return np.clip(pictures * (255.0 / (white or 1)), 0, 255).astype("uint8")


KIND = Image()
