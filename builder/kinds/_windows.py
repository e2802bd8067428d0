"""Windows over one series as the examples of a column: gathered by place, never laid out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from builder.kinds.contract import Array

ALIGNMENT = 64
"""Bytes at whose multiples the memory of a tensor begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Windows over a series, which stands where an array of examples could.

    Args:
        values: (steps,) or (steps, channels).
        length: of a window, in values.
        count: how many windows.
        first: where the first one begins.
        stride: from one beginning to the next.
        rate: from one value of a window to the next.
        starts: where each begins, int32 (count,), instead of ``first`` and ``stride``.
        firsts: where each of several series begins, rising; None: they are one.
        delay: steps that nobody has seen yet when these windows are asked for, before each begins.
        channels: which channels are seen: one, whose axis then falls away, or from one to before
            another; None: all.

    Raises:
        ValueError: the last window reaches beyond the series.
    """

    values: Any
    length: int
    count: int
    first: int = 0
    stride: int = 1
    rate: int = 1
    starts: Any = None
    channels: int | tuple[int, int] | None = None
    firsts: Any = None
    delay: int = 0

    def __post_init__(self) -> None:
        first, last = self._ends()
        end = last + (self.length - 1) * self.rate
        if self.count and not 0 <= first <= end < len(self.values):
            raise ValueError(f"The last window ends at {end}, the series at {len(self.values)}.")

    @classmethod
    def at(
        cls,
        values: Array,
        starts: Array,
        length: int,
        channels: int | tuple[int, int] | None,
        firsts: Any = None,
        delay: int = 0,
    ) -> Windows:
        """The windows that begin there; even steps are kept as such."""
        steps = np.diff(starts[:2]).tolist() or [1]
        first = int(starts[0]) if len(starts) else 0
        more: dict[str, Any] = {"channels": channels, "firsts": firsts, "delay": delay}
        if steps[0] > 0 and (np.diff(starts) == steps[0]).all():
            return cls(values, length, len(starts), first, steps[0], **more)
        return cls(values, length, len(starts), starts=starts.astype("int32"), **more)

    def _ends(self) -> tuple[int, int]:
        """Where the first and the last window begin."""
        if self.starts is not None and self.count:
            return int(self.starts.min()), int(self.starts.max())
        return self.first, self.first + (self.count - 1) * self.stride

    def __len__(self) -> int:
        return self.count

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the windows, were they laid out."""
        return (self.count, self.length, *self.pick(self.values[:0]).shape[1:])

    @property
    def ndim(self) -> int:
        """How many axes the windows have, were they laid out."""
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        """Of the values."""
        return self.values.dtype

    @property
    def nbytes(self) -> int:
        """Bytes of the series, and of the starts where there are some."""
        size: int = self.values.nbytes
        return size if self.starts is None else size + int(self.starts.nbytes)

    @property
    def used(self) -> Array:
        """The part of the series from the first window to the last, (steps,) or (steps, channels);
        not all of it needs to lie in a window."""
        first, last = self._ends()
        part: Array = self.pick(self.values[first : last + (self.length - 1) * self.rate + 1])
        return part

    def pick(self, values: Any) -> Any:
        """The channels that are seen, of values whose last axis they are."""
        match self.channels:
            case None:
                return values
            case int(one):
                return values[..., one]
            case (low, high):
                return values[..., low:high]

    def __getitem__(self, part: Any) -> Any:
        """Those windows, over the same values, for a slice; for one number or several the windows
        laid out."""
        if not isinstance(part, slice):
            rows = np.arange(self.count)[part]
            picked = self.pick(self.values[self.places(np.atleast_1d(rows))])
            return picked if np.ndim(rows) else picked[0]
        start, stop, step = part.indices(self.count)
        count = len(range(start, stop, step))
        if self.starts is not None:
            return replace(self, count=count, starts=self.starts[part])
        first = self.first + start * self.stride
        return replace(self, count=count, first=first, stride=self.stride * step)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The windows as an array, (count, length) or (count, length, channels): where they stand
        evenly, a view that takes no memory."""
        if self.starts is not None or self.rate != 1 or self.stride < 1 or not self.count:
            laid = self[np.arange(self.count)]
        else:
            first, last = self._ends()
            views = np.lib.stride_tricks.sliding_window_view(
                self.pick(self.values[first : last + self.length]), self.length, axis=0
            )
            laid = np.moveaxis(views, -1, 1)[:: self.stride]
        laid = laid.copy() if copy else laid
        return laid if dtype is None else laid.astype(dtype, copy=False)

    def astype(self, dtype: Any) -> Array:
        """The windows laid out, as values of that type."""
        return np.array(self, dtype)

    def first_series(self) -> Windows:
        """The windows over the first of several series that has some, in their order."""
        if self.starts is None or self.firsts is None or len(self.firsts) < 2:
            return self
        inside = self.beginnings(self.starts) == self.beginnings(self.starts.min())
        return replace(self, starts=self.starts[inside], count=int(inside.sum()), firsts=None)

    def beginnings(self, places: Any) -> Any:
        """Where the series of each of those places begins."""
        if self.firsts is None:
            return np.zeros_like(places)
        return self.firsts[np.searchsorted(self.firsts, places, side="right") - 1]

    def places(self, rows: Any, starts: Any = None) -> Any:
        """Where in the series the values of those windows stand, (rows, length).

        Args:
            starts: those of the rows, where ``self.starts`` are given.
        """
        if self.starts is not None:
            begins = self.starts[rows] if starts is None else starts
        else:
            begins = self.first + rows * self.stride
        return begins[:, None] + np.arange(self.length, dtype=begins.dtype.name) * self.rate


def aligned(array: Array) -> Array:
    """A copy that begins at a multiple of ``ALIGNMENT``, C-contiguous: TensorFlow reads it where it
    lies."""
    raw = np.empty(array.nbytes + ALIGNMENT, "uint8")
    start = -raw.ctypes.data % ALIGNMENT
    copy: Array = raw[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def values_of(rows: Any) -> Array:
    """The numbers of an array; of windows over a series those that it has from the first window to
    the last, each once, without the steps where one is missing."""
    if not isinstance(rows, Windows):
        array: Array = rows
        return array
    used = rows.used
    lacking: Array = np.isnan(used) if used.dtype.kind == "f" else np.zeros(used.shape, bool)
    if used.ndim > 1:
        lacking = np.any(lacking, axis=1)
    return used[~lacking] if lacking.any() else used
