"""Data handed over in batches: ``tf.data`` and Keras's ``ImageDataGenerator``."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.data import arrays
from builder.parse.data.arrays import Batches, DataArray, ImageGenerator
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, UserFunction, number

AUGMENTS = {
    "rotation_range": "RandomRotation",
    "width_shift_range": "RandomTranslation",
    "height_shift_range": "RandomTranslation",
    "shear_range": "RandomShear",
    "zoom_range": "RandomZoom",
    "brightness_range": "RandomBrightness",
    "channel_shift_range": "RandomColorJitter",
    "horizontal_flip": "RandomFlip",
    "vertical_flip": "RandomFlip",
}
"""Argument of ImageDataGenerator → the layer that does it."""

LEARNED = ("featurewise_center", "samplewise_center", "featurewise_std_normalization",
           "samplewise_std_normalization", "zca_whitening", "preprocessing_function")  # fmt: skip
"""Arguments of ImageDataGenerator that no layer is named for here."""

FOLDERS = "pictures in folders are not read: your own data come as an .npz file"


def generator(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``ImageDataGenerator(rescale=1/255, horizontal_flip=True)``."""
    asked = [name for name in AUGMENTS if number(kw.get(name))]
    if asked:
        made = " and ".join(sorted({AUGMENTS[name] for name in asked}))
        interp.report_unknown(
            node, f"{', '.join(asked)}: left out. Add {made} behind the Input instead"
        )
    if learned := [name for name in LEARNED if kw.get(name)]:
        interp.report_unknown(node, f"{', '.join(learned)}: left out")
    rescale = number(kw.get("rescale"))
    return ImageGenerator(rescale if isinstance(rescale, int | float) else None)


def of_generator(
    interp: Interpreter,
    node: ast.Call,
    value: ImageGenerator,
    name: str,
    args: Args,
    kw: Keywords,
) -> Any:
    """``datagen.flow(x, y, batch_size=32)`` and the generator's other methods."""
    if name.startswith("flow_from"):
        interp.report_unknown(node, FOLDERS)
        return Opaque()
    if name != "flow":
        return Opaque()
    given = dict(zip(("x", "y", "batch_size"), args, strict=False)) | kw
    x = given.get("x")
    if isinstance(x, DataArray) and value.rescale is not None:
        x = arrays.scaled(x, "*", value.rescale)
    size = number(given.get("batch_size"))
    return Batches(x, given.get("y"), size if isinstance(size, int) else None)


def of_batches(
    interp: Interpreter,
    node: ast.Call,
    value: Batches,
    name: str,
    args: Args,
    kw: Keywords,
) -> Any:
    """``dataset.shuffle(1000).batch(32)`` and the other methods of ``tf.data``."""
    if name == "batch":
        size = number(args[0] if args else kw.get("batch_size"))
        return replace(value, batch_size=size if isinstance(size, int) else None)
    if name == "map":
        return _mapped(interp, node, value, args[0] if args else kw.get("map_func"))
    if name in ("take", "skip", "filter") and not _looked_at(args):
        interp.report_different(node, "All examples are taken.")
    return value


def _looked_at(args: list[Any]) -> bool:
    """``take(1)`` is for looking at, not for training on."""
    return bool(args) and isinstance(args[0], int) and args[0] < 10


def _mapped(interp: Interpreter, node: ast.Call, value: Batches, function: Any) -> Any:
    """What a function makes of an example and its label, which stand for all of them."""
    pair = [value.x] if value.y is None else [value.x, value.y]
    if isinstance(function, UserFunction):
        result = interp.call(node, function, pair, {})
        found = result if isinstance(result, list) else [result]
        if len(found) == len(pair) and all(isinstance(a, DataArray) for a in found):
            return replace(value, x=found[0], y=found[1] if len(found) > 1 else None)
    interp.report_unknown(
        node, "what this function does to each example is not read in full: left out"
    )
    return value
