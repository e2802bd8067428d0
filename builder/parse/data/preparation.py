"""Find the dataset settings (scale, labels, channel axis) that the preparation comes to."""

from __future__ import annotations

from typing import Any

from builder.parse.data.arrays import DataArray, Measure
from builder.parse.interpreter.interpreter import Interpreter
from builder.spec import Config, ObjectSpec

Done = tuple[tuple[str, Any], ...]


def dataset_spec(interp: Interpreter, x: DataArray, y: Any) -> ObjectSpec:
    """The dataset with its settings, from the arrays ``fit`` was given."""
    data = x.data
    config: dict[str, Any] = dict(data.config)
    if data.kind.scales:
        config["scale"] = scale_setting(interp, x)
    if data.classes:
        hot = isinstance(y, DataArray) and y.one_hot
        config["labels"] = "one_hot" if hot else "integers"
    if x.channel:
        config["channel_axis"] = True
    if isinstance(y, DataArray) and y.data is not data:
        interp.report_different(data.line, "Examples and labels come from different data here.")
    return ObjectSpec(data.dataset, Config(config))


def scale_setting(interp: Interpreter, x: DataArray) -> str:
    """``unit``, ``standard`` or ``none``; anything else is told."""
    done = tuple((sign, v) for sign, v in x.done)
    _tell_whole(interp, x)
    images = x.data.kind.has_pixels
    plain, measured = _parts(done)
    if [(s, v.name) for s, v in measured] == [("-", "mean"), ("/", "std")]:
        return "standard"
    if [(s, v.name) for s, v in measured] == [("-", "min"), ("/", "span")]:
        return "unit"
    if measured and [(s, v.name) for s, v in measured] != [("/", "max")]:
        return _else(interp, x, "none")
    if measured:
        return "unit" if images else _else(interp, x, "unit")
    if not plain:
        return "none"
    low, high = (_affine(plain, end) for end in (0.0, 255.0))
    if images and abs(low) < 0.02 and abs(high - 1) < 0.02:
        return "unit"
    if images and (abs(low - 0.1307) > 1e-6 and low < 0 and high > 1.5):
        line = x.data.line
        interp.report_different(
            line, "The pictures are scaled by a known mean here: standard is taken."
        )
        return "standard"
    if images:
        words = f"The pictures go from {low:g} to {high:g} here; ours go from 0 to 1."
        interp.report_different(x.data.line, words)
        return "unit"
    return _else(interp, x, "none")


def _parts(done: Done) -> tuple[Done, list[tuple[str, Measure]]]:
    plain = tuple((s, v) for s, v in done if not isinstance(v, Measure))
    return plain, [(s, v) for s, v in done if isinstance(v, Measure)]


def _affine(done: Done, value: float) -> float:
    for sign, number in done:
        match sign:
            case "+":
                value += number
            case "-":
                value -= number
            case "*":
                value *= number
            case "/":
                value = value / number if number else value
    return value


def _else(interp: Interpreter, x: DataArray, taken: str) -> str:
    interp.report_different(x.data.line, f"This scaling is not offered: {taken!r} is taken.")
    return taken


def _tell_whole(interp: Interpreter, x: DataArray) -> None:
    parts = {v.array.part for _, v in x.done if isinstance(v, Measure)}
    if "all" in parts:
        interp.report_different(
            x.data.line, "The scaling is measured on all rows here; ours on the training rows."
        )


def is_same_preparation(a: DataArray, b: DataArray) -> bool:
    """Whether two arrays were prepared alike."""

    def told(array: DataArray) -> list[tuple[str, Any]]:
        return [(s, v.name if isinstance(v, Measure) else v) for s, v in array.done]

    return told(a) == told(b) and a.channel == b.channel and a.flat == b.flat
