"""Arrays that lie on the device, and batches of them by place; windows share their series."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from builder.engine.build.backend import keras
from builder.kinds._windows import ALIGNMENT, Windows

NARROW = 512
"""Bytes of a row up to which arrays are laid side by side: one operation then gathers from all."""

ALL, OWN = -1, -2
"""Ties of arrays whose batches have a length that Keras's graph shows to be that of all others, and
of those of which it shows that of none."""


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
        series = {id(w.values): share_tensor(w.values) for w in self._windows.values()}
        self._starts = {
            i: to_tensor(w.starts) for i, w in self._windows.items() if w.starts is not None
        }
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

        hidden = {tie: _hide_length(rows) for tie in set(self._ties) - {ALL, OWN}}
        batch: list[Any] = [None] * len(self._ties)
        for tensor, places in zip(tensors, self._groups, strict=True):
            own = hidden.get(self._ties[places[0]], rows)
            part = self._gather_part(tensor, places[0], own)
            for place, piece in zip(places, self._split(part, places), strict=True):
                batch[place] = _hide_length(piece) if self._ties[place] == OWN else piece
        return keras.tree.pack_sequence_as(self._like, batch)

    def _gather_part(self, tensor: Any, place: int, rows: Any) -> Any:
        """Those rows of one array, or windows over it."""
        import tensorflow as tf

        if (windows := self._windows.get(place)) is None:
            return tf.gather(tensor, rows)
        starts = tf.gather(self._starts[place], rows) if place in self._starts else None
        return windows.pick(tf.gather(tensor, windows.places(rows, starts)))

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


def share_tensor(array: Any) -> Any:
    """As ``to_tensor``, over the array's own memory where TensorFlow can read it there."""
    import tensorflow as tf

    flags, is_float = array.flags, array.dtype == keras.config.floatx()
    if not (is_float and flags.c_contiguous and flags.writeable and array.size):
        return to_tensor(array)
    if array.ctypes.data % ALIGNMENT:
        return to_tensor(array)
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())


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
