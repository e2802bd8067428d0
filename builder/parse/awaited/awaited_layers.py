"""Layers of Keras that code calls on data which are not here, before it builds its model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from builder import catalog
from builder.parse.awaited.awaited_array import Awaited
from builder.parse.data import arrays
from builder.spec import ObjectSpec

KEPT = ("standardize", "split", "ngrams", "output_mode", "pad_to_max_tokens")
"""What is kept of a layer that numbers words, beside how many words and how long a text."""


def apply_layers(array: Awaited, layers: Iterable[ObjectSpec | None]) -> Awaited:
    """The array behind these layers, as far as they are the usual ones of a pipeline."""
    for layer in layers:
        array = _apply(array, layer)
    return array


def _apply(array: Awaited, layer: ObjectSpec | None) -> Awaited:
    if layer is None:
        return replace(array, sizes=None)
    traits = catalog.traits_of(layer.class_name)
    if traits.random:
        words = f"{layer.class_name}({', '.join(map(str, layer.config.values()))})"
        known = array.said.get("augmented", ())
        if words not in known:
            array.said["augmented"] = (*known, words)
        return array
    if (scaled := arrays.apply_rescaling(array, layer)) is not None:
        return scaled if isinstance(scaled, Awaited) else array
    height, width = layer.config.get("height"), layer.config.get("width")
    if isinstance(height, int) and isinstance(width, int) and len(array.shape) == 3:
        return replace(array, sizes=(height, width, array.shape[2]))
    if traits.reads == ("string",):
        return _number_words(array, layer)
    if traits.adapts and not traits.reads:
        return replace(array, scaled="standard")
    return array if traits.shape == "same" else replace(array, sizes=None)


def _number_words(array: Awaited, layer: ObjectSpec) -> Awaited:
    """``TextVectorization(max_tokens=10000, output_sequence_length=250)`` of the texts."""
    words, length = (layer.config.get(k) for k in ("max_tokens", "output_sequence_length"))
    if isinstance(words, int):
        array.said["words"] = words
    usual = catalog.find("layers", layer.class_name)
    own = {k: v for k, v in layer.config.items() if usual and k in KEPT and v != usual.args[k]}
    if own:
        array.said["vectorizer"] = own
    if layer.config.get("output_mode", "int") != "int":
        return replace(array, sizes=(words,) if isinstance(words, int) else None, is_text=False)
    if isinstance(length, int):
        array.said["length"] = length
    sizes = (length,) if isinstance(length, int) else None
    known = words if isinstance(words, int) else 0
    return replace(array, sizes=sizes, is_text=False, words=known)
