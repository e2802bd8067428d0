"""Weights as Keras 1 and 2 laid them out in HDF5, brought to the layers of Keras 3."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.engine.build.backend import keras
from builder.engine.files import initial_weights
from builder.facts import Note

Array = Any

STEEPER = 1.2
"""``hard_sigmoid`` of Keras 2 at z is that of Keras 3 at 1.2 z: 0.2 z + 0.5 = 1.2 z / 6 + 0.5."""

CANDIDATE = 2
"""Which part of an LSTM's and a GRU's kernel is no gate: i, f, **c**, o and z, r, **h**."""

ORDER_OF_1 = {12: (0, 6, 3, 9), 9: (0, 3, 6)}
"""Arrays of a recurrent layer of Keras 1 → the first array of each part, in today's order."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who laid the weights out.

    Args:
        version: of Keras, the first digit; "1" where the file does not say.
        backend: ``tensorflow``, ``theano`` or ``cntk``.
    """

    version: str
    backend: str

    @classmethod
    def of(cls, *groups: Any) -> Origin:
        """As the attributes of these HDF5 groups say, the first that does."""
        said = [_text(g.attrs.get(k)) for k in ("keras_version", "backend") for g in groups]
        half = len(groups)
        version = next((s for s in said[:half] if s), "1")
        if not re.match(r"\d", version):  # "tfjs-layers 1.3.1"
            version = "2"
        return cls(version[0], next((s for s in said[half:] if s), "tensorflow"))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def fill_from_groups(
    file: Any, model: keras.Model, origin: Origin
) -> tuple[set[str], tuple[Note, ...]]:
    """Give every layer the arrays that its group lists, in the order of old.

    Returns:
        The names of the layers that got theirs (as ``initial_weights.leaves``), and remarks.
    """
    filled: set[str] = set()
    notes: list[Note] = []
    for layer in model.layers:
        if layer.name not in file or not layer.weights:
            continue
        group = file[layer.name]
        names = list(_listed(group, "weight_names"))
        if not all(name in group for name in names):
            continue
        arrays = [group[name][()] for name in names]
        for name, leaf, own in _of_leaves(layer, arrays):
            said = fill_layer(leaf, own, origin)
            if said is None:
                continue
            filled.add(name)
            notes += [Note(name, said)] if said else []
    return filled, tuple(notes)


def _listed(group: Any, name: str) -> Iterator[str]:
    """A list of texts among the attributes; a long one is cut into ``name0``, ``name1`` …"""
    parts = (f"{name}{i}" for i in itertools.count())
    whole = [name] if name in group.attrs else []
    for key in whole or itertools.takewhile(lambda part: part in group.attrs, parts):
        yield from (_text(n) for n in group.attrs[key])


def _of_leaves(layer: Any, arrays: list[Array]) -> Iterator[tuple[str, Any, list[Array]]]:
    """Each layer in ``layer`` with its own arrays; those of a nested model stand in one list,
    first all that are trained, then the others."""
    if not isinstance(layer, keras.Model):
        yield layer.name, layer, arrays
        return
    leaves = list(initial_weights.leaves(layer, f"{layer.name}/"))
    places = [*layer.trainable_weights, *layer.non_trainable_weights]
    if len(places) != len(arrays):
        return
    by_variable = {id(v): a for v, a in zip(places, arrays, strict=True)}
    for name, leaf in leaves:
        own = [*leaf.trainable_weights, *leaf.non_trainable_weights]
        yield name, leaf, [by_variable[id(v)] for v in own]


def fill_layer(layer: Any, arrays: Sequence[Array], origin: Origin) -> str | None:
    """Give a layer these arrays, converted; None when they do not fit, else what to say of it."""
    own = [*layer.trainable_weights, *layer.non_trainable_weights]
    made = [np.asarray(a) for a in _converted(layer, list(arrays), origin)]
    if [a.shape for a in made] != [tuple(w.shape) for w in own]:
        return None
    if any(a.dtype.kind not in "fiub" for a in made):
        return None
    for weight, value in zip(own, made, strict=True):
        weight.assign(value)
    if origin.version in "12" and any(map(_is_flatter, _cores(layer))):
        return (
            "the weights of its gates were multiplied by 1.2: 'hard_sigmoid' is flatter in Keras 3,"
            " and so it answers as it did."
        )
    return ""


def _cores(layer: Any) -> list[Any]:
    """The layers that a wrapper holds, else the layer itself."""
    both = [getattr(layer, k, None) for k in ("forward_layer", "backward_layer")]
    if all(both):
        return both
    inner = getattr(layer, "layer", None)
    return [inner] if isinstance(inner, keras.layers.Layer) else [layer]


def _converted(layer: Any, arrays: list[Array], origin: Origin) -> list[Array]:
    cores = _cores(layer)
    if cores != [layer]:
        share = len(arrays) // len(cores)
        parts = [arrays[i * share : (i + 1) * share] for i in range(len(cores))]
        return [a for core, part in zip(cores, parts, strict=True)
                for a in _converted(core, part, origin)]  # fmt: skip
    if hasattr(layer, "recurrent_activation"):
        arrays = _recurrent(layer, arrays, origin)
    elif getattr(layer, "kernel_size", None) and arrays:
        arrays = [_kernel(layer, arrays[0], origin), *arrays[1:]]
    many = len(layer.weights)
    if len(arrays) == many + 1 and not arrays[-1].shape:
        arrays = arrays[:many]  # Normalization of Keras 2 counted what it had seen
    return arrays


def _recurrent(layer: Any, arrays: list[Array], origin: Origin) -> list[Array]:
    if len(arrays) in ORDER_OF_1:  # Keras 1 kept each gate's arrays apart
        first = ORDER_OF_1[len(arrays)]
        arrays = [np.concatenate([arrays[i + k] for i in first], axis=-1) for k in range(3)]
    if len(arrays) < 2 or arrays[1].ndim < 2:
        return arrays
    parts = max(1, arrays[1].shape[-1] // max(1, arrays[1].shape[-2]))
    if len(arrays) == 3 and arrays[2].shape == (2 * arrays[1].shape[-1],):
        arrays = _from_cudnn(layer, arrays, parts)
    if origin.version in "12" and _is_flatter(layer):
        arrays = [_steepen(a, parts) for a in arrays]
    return arrays


def _from_cudnn(layer: Any, arrays: list[Array], parts: int) -> list[Array]:
    """NVIDIA's layout: kernels transposed, and two biases."""
    kernel, recurrent, bias = arrays
    kernels = [k.T.reshape(k.shape, order="F") for k in np.split(kernel, parts, axis=-1)]
    turned = [k.T for k in np.split(recurrent, parts, axis=-1)]
    both = bias.reshape(2, -1)
    apart = getattr(layer, "reset_after", False)
    return [np.hstack(kernels), np.hstack(turned), both if apart else both.sum(axis=0)]


def _is_flatter(layer: Any) -> bool:
    gate = getattr(layer, "recurrent_activation", None)
    return bool(gate is keras.activations.hard_sigmoid)


def _steepen(array: Array, parts: int) -> Array:
    pieces = np.split(array, parts, axis=-1)
    return np.concatenate(
        [p if i == CANDIDATE else p * np.float32(STEEPER) for i, p in enumerate(pieces)], axis=-1
    )


def _kernel(layer: Any, kernel: Array, origin: Origin) -> Array:
    """A convolution's kernel: Keras 1 had other orders of axes, and Theano turned it round."""
    wanted = tuple(layer.weights[0].shape)
    first = layer.data_format == "channels_first"
    ahead = (*range(2, kernel.ndim), 1, 0)  # filters and channels stood first
    if kernel.ndim == len(wanted) + 1:  # a Conv1D was a Conv2D of one column
        flat = kernel if kernel.shape[1] == 1 and kernel.shape[0] == wanted[0] else None
        kernel = (kernel.transpose(ahead) if flat is None else flat)[:, 0]
    elif origin.version == "1" and first and kernel.transpose(ahead).shape == wanted:
        kernel = kernel.transpose(ahead)
    elif kernel.shape != wanted:
        last = kernel.ndim - 1
        orders = (ahead, (*range(last - 1), last, last - 1), (*range(2, last + 1), 0, 1))
        turned = (kernel.transpose(order) for order in orders)
        kernel = next((k for k in turned if k.shape == wanted), kernel)
    if origin.backend == "theano":
        kernel = np.flip(kernel, tuple(range(kernel.ndim - 2)))
    return kernel
