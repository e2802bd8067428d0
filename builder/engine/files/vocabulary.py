"""Read the vocabularies of text layers from a ``.keras`` archive, which their config lacks."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from builder import catalog
from builder.catalog.layers import needs_adapt
from builder.facts import Note
from builder.spec import ModelSpec, ObjectSpec, snake_case, unique_name

MOST_WORDS = 2000
"""A longer list would fill the page and the script; its layer learns anew."""

MAX_BYTES = 500_000


def restore_vocabularies(path: Path, model: ModelSpec) -> tuple[ModelSpec, tuple[Note, ...]]:
    """The model with the vocabularies its file holds, as settings of their layers.

    Args:
        path: an archive whose members ``archive.read`` has checked.

    Returns:
        It, and a note for every layer that will have to learn its words anew.
    """
    layers = dict(model.layers)
    notes: list[Note] = []
    used: set[str] = set()
    for name, layer in model.layers.items():
        kind = layer.class_name if isinstance(layer, ObjectSpec) else ""
        folder = unique_name(snake_case(kind), used)
        used.add(folder)
        if not isinstance(layer, ObjectSpec) or not catalog.traits_of(kind).looks_up:
            continue
        if not needs_adapt(kind, layer.config):
            continue
        words = None
        if layer.config.get("output_mode") != "tf_idf":  # whose weights are learned too
            member = f"assets/layers/{folder}/vocabulary.txt"
            words = _plain(layer, _words(path, member, kind))
        if words:
            layers[name] = layer.with_(vocabulary=words)
        else:
            text = "Its word list was not taken over: it learns the words of the data anew."
            notes.append(Note(name, text))
    return ModelSpec(model.name, layers, model.nodes, model.outputs), tuple(notes)  # type: ignore[arg-type]


def _plain(layer: ObjectSpec, words: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """Without the signs for nothing and for unknown words, which the layer puts in front itself."""
    usual = catalog.entry("layers", layer.class_name).args.get("oov_token", "[UNK]")
    signs = ("", layer.config.get("oov_token", usual), layer.config.get("mask_token"))
    while words and words[0] in signs:
        words = words[1:]
    return words


def _words(path: Path, member: str, kind: str) -> tuple[Any, ...] | None:
    """The lines of a list; None where there is none that can be used."""
    with zipfile.ZipFile(path) as archive:
        if member not in archive.namelist() or archive.getinfo(member).file_size > MAX_BYTES:
            return None
        with archive.open(member) as file:
            data = file.read(MAX_BYTES)
    try:
        words = data.decode("utf-8").split("\n")
        whole = catalog.traits_of(kind).reads == ("int",)
        listed = tuple(map(int, words)) if whole else tuple(words)
    except ValueError:
        return None
    return listed if len(listed) <= MOST_WORDS and len(set(listed)) == len(listed) else None
