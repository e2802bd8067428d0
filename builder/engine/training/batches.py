"""Arrays that lie on the device, batches of them by place, and windows over one array."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from builder.engine.build.backend import keras

NARROW = 512
"""Bytes of a row up to which arrays are laid side by side: one operation then gathers from all."""

ALL, OWN = -1, -2
"""Ties of arrays whose batches have a length that Keras's graph shows to be that of all others, and
of those of which it shows that of none."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Windows over a series as the examples of an Input: gathered by index, never laid out.

    Args:
        values: (steps,) or (steps, channels).
        length: of a window, in values.
        count: how many windows.
        first: where the first one begins.
        stride: from one beginning to the next.
        rate: from one value of a window to the next.

    Raises:
        ValueError: the last window reaches beyond the series.
    """

    values: Any
    length: int
    count: int
    first: int = 0
    stride: int = 1
    rate: int = 1

    def __post_init__(self) -> None:
        end = self.first + (self.count - 1) * self.stride + (self.length - 1) * self.rate
        if self.count and not 0 <= self.first <= end < len(self.values):
            raise ValueError(f"The last window ends at {end}, the series at {len(self.values)}.")

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, part: slice) -> Windows:
        """Those windows, over the same values; every so many of them when ``part`` has a step."""
        start, stop, step = part.indices(self.count)
        count, first = len(range(start, stop, step)), self.first + start * self.stride
        return replace(self, count=count, first=first, stride=self.stride * step)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The windows laid out, (count, length) or (count, length, channels)."""
        return np.asarray(self.values)[self.places(np.arange(self.count))].astype(dtype)

    @property
    def nbytes(self) -> int:
        """Bytes of the series."""
        size: int = self.values.nbytes
        return size

    def places(self, rows: Any) -> Any:
        """Where in the series the values of those windows stand, (rows, length)."""
        starts = self.first + rows * self.stride
        return starts[:, None] + np.arange(self.length, dtype=rows.dtype.name) * self.rate


class Batches:
    """The examples of a training or test.

    Args:
        data: ``(x, y)`` or ``(x, y, sample_weight)``; arrays, ``Windows``, or nested structures of
            them.
        ties: one number for each array: the same where Keras's graph shows that their batches have
            one length; ``ALL`` where it shows it of all.
    """

    def __init__(self, data: Any, ties: tuple[int, ...]) -> None:
        data = keras.tree.lists_to_tuples(data)
        given = keras.tree.flatten(data)
        self._windows = {i: leaf for i, leaf in enumerate(given) if isinstance(leaf, Windows)}
        series = {id(w.values): to_tensor(w.values) for w in self._windows.values()}
        leaves = [series[id(x.values)] if isinstance(x, Windows) else to_tensor(x) for x in given]
        self._like = keras.tree.map_structure(lambda t: 0, data)
        self._shapes = [tuple(t.shape[1:]) for t in leaves]
        self._ties = tuple(OWN if ties.count(tie) == 1 and tie != ALL else tie for tie in ties)
        self._groups = _side_by_side(leaves, self._ties, set(self._windows))
        self.tensors = tuple(_join([leaves[i] for i in places]) for places in self._groups)

    def gather(self, tensors: Any, rows: Any) -> Any:
        """One batch, in the structure of the data.

        Where its length is not fixed, Keras's graph does not show that inputs from several arrays
        have one length, and TensorFlow adds up in another order what it knows to be of one shape.
        So it must not see here either that they have.

        Args:
            tensors: ``self.tensors``, as a traced function is given them.
            rows: their numbers, int32.
        """
        import tensorflow as tf

        hidden = {tie: _hide_length(rows) for tie in set(self._ties) - {ALL, OWN}}
        batch: list[Any] = [None] * len(self._ties)
        for tensor, places in zip(tensors, self._groups, strict=True):
            own = hidden.get(self._ties[places[0]], rows)
            windows = self._windows.get(places[0])
            part = tf.gather(tensor, windows.places(own) if windows else own)
            for place, piece in zip(places, self._split(part, places), strict=True):
                batch[place] = _hide_length(piece) if self._ties[place] == OWN else piece
        return keras.tree.pack_sequence_as(self._like, batch)

    def _split(self, part: Any, places: tuple[int, ...]) -> list[Any]:
        """What lies side by side, each in its shape."""
        import tensorflow as tf

        if len(places) == 1:
            return [part]
        shapes = [self._shapes[place] for place in places]
        pieces = tf.split(part, [math.prod(shape) for shape in shapes], axis=1)
        return [
            piece if len(shape) == 1 else tf.reshape(piece, (part.shape[0] or -1, *shape))
            for piece, shape in zip(pieces, shapes, strict=True)
        ]


def _hide_length(tensor: Any) -> Any:
    """The same values, of which a graph does not show how many rows they are."""
    import tensorflow as tf

    return tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=[None, *tensor.shape[1:]])


def to_tensor(array: Any) -> Any:
    """As Keras's array adapter: floats of any width become the default float."""
    import tensorflow as tf

    if isinstance(array, tf.Tensor):
        return array
    array = np.asarray(array)
    if array.dtype.kind == "f":
        array = array.astype(keras.config.floatx(), copy=False)
    return tf.constant(array)


def _side_by_side(
    leaves: list[Any], ties: tuple[int, ...], alone: set[int]
) -> list[tuple[int, ...]]:
    """The places of the arrays that can lie in one; those with long rows lie alone, too."""
    groups: dict[Any, list[int]] = {}
    for place, (leaf, tie) in enumerate(zip(leaves, ties, strict=True)):
        narrow = math.prod(leaf.shape[1:]) * leaf.dtype.size <= NARROW
        key = (tie, leaf.dtype) if narrow and place not in alone else place
        groups.setdefault(key, []).append(place)
    return [tuple(places) for places in groups.values()]


def _join(leaves: list[Any]) -> Any:
    import tensorflow as tf

    if len(leaves) == 1:
        return leaves[0]
    return tf.concat([tf.reshape(leaf, (leaf.shape[0], -1)) for leaf in leaves], axis=1)
