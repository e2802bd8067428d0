"""The layers that can be added, with icon and summary, as the palette shows them."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable

from builder import catalog, edit
from builder.catalog import Entry
from builder.spec import ObjectSpec
from pages.widgets.shared.addresses import prefix

ICONS = {
    "Core": "grid_view",
    "Convolution": "blur_on",
    "Pooling": "compress",
    "Recurrent": "autorenew",
    "Normalization": "equalizer",
    "Regularization": "grain",
    "Reshaping": "crop_rotate",
    "Attention": "center_focus_strong",
    "Activations": "show_chart",
    "Preprocessing": "tune",
    "Augmentation": "auto_fix_high",
    "Merging": "call_merge",
    "Arithmetic": "calculate",
    "Elementwise math": "function",
    "Activation functions": "show_chart",
    "Reductions": "functions",
    "Shape": "crop_rotate",
    "Join and split": "call_split",
    "Matrices": "grid_on",
    "Compare and choose": "rule",
    "Pictures and windows": "image",
}
"""Palette group → Material symbol."""


def layer_icon(layer: ObjectSpec | None) -> str:
    """The Material symbol of a layer's palette group."""
    if layer is None:
        return "account_tree"
    if layer.class_name == edit.INPUT:
        return "input"
    if layer.class_name.startswith(catalog.ops.PREFIX):
        return "function"
    entry = catalog.find("layers", layer.class_name)
    return ICONS.get(entry.group, "layers") if entry else "help"


def first_sentence(text: str) -> str:
    """The first sentence of a plain explanation, without its full stop."""
    return text.split(". ")[0].rstrip(".")


def stackable_entries() -> tuple[Entry, ...]:
    """The layers one can add to a stack: what reads one tensor."""
    layers = catalog.entries("layers")
    return tuple(e for e in layers if edit.layer_inlets(ObjectSpec(e.class_name)).least == 1)


@functools.cache
def palette_json() -> bytes:
    """All layers for the palette of the canvas, as JSON rows: name, group, icon, two sentences."""
    rows = [
        {
            "name": e.class_name,
            "group": e.group,
            "icon": layer_icon(ObjectSpec(e.class_name)),
            "plain": first_sentence(e.summary),
            "picture": e.analogy,
        }
        for e in catalog.palette()
    ]
    return json.dumps(rows, ensure_ascii=False).encode()


def column_rows(columns: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Inputs for columns of the data, (name, what it holds), as rows of the palette."""
    return [
        {
            "name": f"{edit.INPUT}:{name}",
            "title": f"Input {name}",
            "group": "Columns of your data",
            "icon": "input",
            "plain": f"Reads the column {name}: {about}",
            "picture": "",
        }
        for name, about in columns
    ]


@functools.cache
def palette_version() -> str:
    """Changes with the listing, so that browsers may keep it."""
    return hashlib.sha256(palette_json()).hexdigest()[:12]


def palette_address() -> str:
    """Where browsers find the layers that can be added."""
    return f"{prefix()}/palette.json?v={palette_version()}"
