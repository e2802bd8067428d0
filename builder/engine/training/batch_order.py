"""Order of examples in batches, by epoch: Keras's own shuffle, or one reseeded each epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.engine.build.backend import keras
from builder.kinds._windows import Windows

Indices = NDArray[np.int32]


class BatchOrder:
    """The examples of each epoch.

    Args:
        count: how many examples.
        batch_size: how many a batch.
        shuffle: True: as ``model.fit`` shuffles under a global seed, the same order every epoch;
            ``"epoch"``: another order every epoch, by ``seed`` and the epoch's number; False: as
            they stand.
        seed: for ``"epoch"``.
    """

    def __init__(self, count: int, batch_size: int, shuffle: bool | str, seed: int) -> None:
        self.count, self.batch_size = count, batch_size
        self.batches = -(-count // batch_size)
        self._shuffle, self._seed = shuffle, seed
        self._keras: Indices | None = None

    def with_seed(self, seed: int) -> BatchOrder:
        """The same examples in the order of another seed."""
        return BatchOrder(self.count, self.batch_size, self._shuffle, seed)

    def epoch(self, number: int) -> tuple[Indices, Indices]:
        """The full batches of epoch ``number`` (from 0), shape (n, batch_size), and the short last
        one, shape (rest,), which may be empty."""
        order = self.examples(number)
        full = self.count // self.batch_size * self.batch_size
        return order[:full].reshape(-1, self.batch_size), order[full:]

    def examples(self, number: int) -> Indices:
        """All of epoch ``number`` in their order, shape (count,)."""
        if self._shuffle == "epoch":
            permutation = np.random.default_rng([self._seed, number]).permutation(self.count)
            return permutation.astype(np.int32)
        if not self._shuffle:
            return np.arange(self.count, dtype=np.int32)
        if self._keras is None:
            self._keras = keras_order(self.count)
        return self._keras


class ReshuffledDataset(keras.utils.PyDataset):  # type: ignore[misc]
    """Examples for ``model.fit`` in the order of each epoch, as ``builder.code.reshuffle`` has it.

    Args:
        data: ``(x, y)`` or ``(x, y, sample_weight)``; arrays or nested structures of them.
        epoch: the number of the first.
    """

    def __init__(self, data: Any, order: BatchOrder, epoch: int) -> None:
        super().__init__()
        self._data, self._order, self._epoch = data, order, epoch
        self._rows = order.examples(epoch)

    def __len__(self) -> int:
        return self._order.batches

    def __getitem__(self, index: int) -> Any:
        size = self._order.batch_size
        rows = self._rows[index * size : (index + 1) * size]
        return keras.tree.map_structure(
            lambda array: (array if isinstance(array, Windows) else np.asarray(array))[rows],
            self._data,
        )

    def on_epoch_begin(self) -> None:
        """Keras says so before it takes the epoch's first batch."""
        self._rows = self._order.examples(self._epoch)
        self._epoch += 1


def keras_arguments(data: Any, batch_size: int) -> dict[str, Any]:
    """What ``model.evaluate`` or ``model.predict`` is told of these examples, in their order.

    Windows over a series are handed over batch by batch, so that never all of them are laid out.

    Args:
        data: ``(x,)`` or ``(x, y)``; arrays, ``Windows``, or nested structures of them.
    """
    leaves = keras.tree.flatten(data)
    if not any(isinstance(leaf, Windows) for leaf in leaves):
        return dict(zip("xy", data, strict=False)) | {"batch_size": batch_size}
    order = BatchOrder(len(leaves[0]), batch_size, False, 0)
    return {"x": ReshuffledDataset(data, order, 0)}


def keras_order(count: int) -> Indices:
    """The order in which ``model.fit`` of Keras 3.15 takes ``count`` examples, shape (count,).

    Asked of Keras's own adapter, over the numbers 0 … count-1 as one batch: the batch size does
    not enter. It depends on the global seed (``keras.utils.set_random_seed``) and on nothing that
    happened since, so it is the same in every epoch and every process.
    """
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    numbers = np.arange(count, dtype=np.int32)
    adapter = ArrayDataAdapter(numbers, batch_size=count, shuffle=True)
    return np.ravel(next(adapter.get_tf_dataset().as_numpy_iterator())).astype(np.int32)
