"""What is said of pictures in folders: where they lie, their classes, what is odd about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.facts import Note

PARTS = ("train", "validation", "test")
"""What a folder above those of the classes can be for."""


@dataclass(frozen=True, slots=True)
class FolderIndex:
    """Which files of an archive are examples, and of which class each is.

    Args:
        directory: the folder below which all lie, as a path in the archive; "" is its top.
        parts: of ``PARTS``: the folder of that name or another spelling of it; {}: there are none.
        classes: the folders of the classes, numbers by their size and words by the alphabet.
        files: path of each example → its part ("" without parts) and its class.
        notes: what was left out.
    """

    directory: str
    parts: Mapping[str, str]
    classes: tuple[str, ...]
    files: Mapping[str, tuple[str, str]]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureOverview:
    """All that a page shows of a folder of pictures before one is decoded for training.

    Args:
        directory, parts: as of ``FolderIndex``.
        counts: class → how many pictures it has.
        part_counts: part → how many pictures it has.
        height, width: the middle one of all heights and of all widths, in points.
        is_grey: no picture looked at has a colour.
        reasons: why the pictures are better cleaned before they are read; () where Keras's own
            loader sees each as a person does.
        notes: what was left out and what to beware of.
        shown: class → some of its pictures, uint8 (n, side, side, 3).
    """

    directory: str
    parts: Mapping[str, str]
    counts: Mapping[str, int]
    part_counts: Mapping[str, int]
    height: int
    width: int
    is_grey: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SoundOverview:
    """All that a page shows of a folder of sounds before one is decoded for training.

    Args:
        directory, parts, counts, part_counts: as of ``PictureOverview``.
        rate: the commonest number of values a second.
        seconds: as long are nearly all.
        speakers: how many beginnings the files' names have; often who speaks.
        reasons, notes: as of ``PictureOverview``.
        shown: class → spectrograms of some of its sounds, uint8 (n, height, width).
        heard: class → one of its sounds, a WAV.
    """

    directory: str
    parts: Mapping[str, str]
    counts: Mapping[str, int]
    part_counts: Mapping[str, int]
    rate: int
    seconds: float
    speakers: int
    reasons: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    shown: Mapping[str, Any] = field(default_factory=dict)
    heard: Mapping[str, bytes] = field(default_factory=dict)
