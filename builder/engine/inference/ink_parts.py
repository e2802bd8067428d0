"""Part the ink of a picture into a digit and what is none: boxes, rules, underlines, edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

Array = Any

SPECK = 0.1
"""A blot smaller than this share of the largest one is dirt."""

LONG_RULE = 0.8
"""A straight line over so much of the picture is a rule of the paper, no stroke."""

FEWEST_RULES = 3
"""So many of them at least make a paper ruled; a digit cut out closely has one or two."""

SMALLEST_PAGE = 64
"""Points of a side of a picture that may show more than a digit: rules, an underline, a desk."""

JOINED = 120
"""Blots nearer than this part of the picture, twice, are one: a stroke's grain and gaps."""

CONTACT = 0.4
"""What touches so much of a side of the picture hangs in from outside: a desk, a shadow."""

FLAT = 0.2
"""Height by width of an underline, at most; where it is no wider than the digit, much less."""

FLATTEST = 0.08

HOLLOW = 0.3
"""Share of its box that the ink of a frame fills, at most."""

DIGIT = 0.4
"""Height of a further digit beside the tallest one, at least."""

OVERLAP = 0.3
"""Parts that lie above each other by this share of their width belong to one digit."""

RULED = "Lines of the paper cross it and were put aside, perhaps some of the digit with them."
CUT = "It touches the edge of the picture: some of it may lie outside."


@dataclass(frozen=True, slots=True)
class DigitInk:
    """The ink of one digit, and what was seen beside it.

    Args:
        ink: float (h, w), 0 paper to 1 full ink, of that digit alone.
        digits: the boxes (top, left, bottom, right) of all digits, from the left.
        doubt: why the digit may not be whole, as a sentence; "".
    """

    ink: Array
    digits: tuple[tuple[int, int, int, int], ...]
    doubt: str


@dataclass(frozen=True, slots=True)
class _Blot:
    label: int
    top: int
    left: int
    bottom: int
    right: int
    size: int
    touches: bool
    """It runs along the edge of the picture."""

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def holds(self, other: _Blot) -> bool:
        return (self.top <= other.top and self.bottom >= other.bottom
                and self.left <= other.left and self.right >= other.right)  # fmt: skip


def find_digit(ink: Array, chosen: int | None = None) -> DigitInk:
    """One digit of a picture's ink, without what is plainly none.

    Args:
        ink: float (h, w), 0 paper to 1 full ink.
        chosen: which digit from the left, where there are several; None is all of them.
    """
    inked = ink > 0.5 * ink.max() if ink.max() > 0 else np.zeros(ink.shape, bool)
    inked, ruled = _without_rules(inked)
    if not inked.any():
        return DigitInk(ink, (), "")
    labels = _label(inked)
    blots = _blots(labels)
    kept = _digits_alone(blots, ink.shape)
    groups = _group(kept)
    boxes = tuple(_box(group) for group in groups)
    if len(groups) > 1 and chosen is not None:
        kept = groups[min(max(chosen, 0), len(groups) - 1)]
    mask = np.isin(labels, [blot.label for blot in kept])
    whole = len(kept) == len(blots) and not ruled
    reach = ndimage.binary_dilation(mask, iterations=2)
    doubt = RULED if ruled else ""
    if any(blot.touches for blot in kept) and len(kept) < len(blots):
        doubt = doubt or CUT
    return DigitInk(ink if whole else np.where(reach, ink, 0), boxes, doubt)


def _label(inked: Array) -> Array:
    """Each point's blot from 1 on, 0 for paper; points that all but touch are of one blot."""
    near = max(inked.shape) // JOINED
    joined = ndimage.binary_dilation(inked, iterations=near) if near else inked
    labels, _ = ndimage.label(joined, structure=np.ones((3, 3)))
    return np.where(inked, labels, 0)


def _blots(labels: Array) -> list[_Blot]:
    sizes = np.bincount(labels.ravel())
    rim = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    contacts = np.bincount(rim, minlength=len(sizes))
    found = []
    for label, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        touches = bool(contacts[label] >= CONTACT * min(labels.shape))
        corners = (rows.start, columns.start, rows.stop, columns.stop)
        found.append(_Blot(label, *corners, int(sizes[label]), touches))
    return found


def _without_rules(inked: Array) -> tuple[Array, bool]:
    """The ink without lines that run across the picture, and whether there were some.

    Where a stroke crosses a line, what is much thicker than the line stays.
    """
    left = inked
    for axis in (0, 1) if min(inked.shape) >= SMALLEST_PAGE else ():
        length = int(LONG_RULE * inked.shape[1 - axis])
        # a line may be a little slanted or broken: it is joined across its thickness first
        joined = ndimage.binary_closing(np.pad(inked, 2), iterations=2)[2:-2, 2:-2]
        rules = _run_lengths(joined, 1 - axis) >= length
        if rules.mean() > 0.5 or ndimage.label(rules)[1] < FEWEST_RULES:
            continue
        thick = _run_lengths(inked, axis)
        usual = np.median(thick[rules & inked]) if (rules & inked).any() else 0
        left = left & ~(rules & (thick <= 2 * usual + 1))
    return left, bool((left != inked).any())


def is_ruled(inked: Array) -> bool:
    """Whether there are lines of ruled paper among these points of ink."""
    return _without_rules(inked)[1]


def _run_lengths(inked: Array, axis: int) -> Array:
    """How long the run of ink along ``axis`` is in which each point lies."""
    lines = inked if axis == 1 else inked.T
    padded = np.pad(lines, ((0, 0), (1, 1))).astype(int)
    change = np.diff(padded, axis=1)
    lengths = np.zeros(lines.shape, int)
    starts, ends = np.argwhere(change == 1), np.argwhere(change == -1)
    for (row, start), (_, end) in zip(starts, ends, strict=True):
        lengths[row, start:end] = end - start
    return lengths if axis == 1 else lengths.T


def _digits_alone(blots: list[_Blot], shape: tuple[int, int]) -> list[_Blot]:
    """The blots without frames, underlines, edges and dirt; all where nothing else is left."""
    inside = [b for b in blots if not b.touches]
    largest = max((b.size for b in inside), default=0)
    tallest = max((b.height for b in inside), default=0)
    # what hangs in from the edge goes where a digit stands clear of it
    stands = tallest >= 0.12 * shape[0] or largest > 30
    clear = inside if stands and min(shape) >= SMALLEST_PAGE else []
    left = clear or blots
    left = [b for b in left if not _is_frame(b, left)]
    most = max(b.size for b in left)
    left = [b for b in left if b.size >= SPECK * most]
    tall = max(b.height for b in left)
    if min(shape) < SMALLEST_PAGE:
        return left
    strokes = [b for b in left if not _is_underline(b, tall, left)]
    return strokes or left


def _is_frame(blot: _Blot, blots: list[_Blot]) -> bool:
    """A thin outline around everything else of some size."""
    others = [b for b in blots if b is not blot and b.size >= 0.05 * blot.size]
    hollow = blot.size <= HOLLOW * blot.width * blot.height
    return bool(others) and hollow and all(blot.holds(b) for b in others)


def _is_underline(blot: _Blot, tall: int, blots: list[_Blot]) -> bool:
    """A flat line, about as wide as the rest, that lies below or above all of it."""
    if blot.height > FLAT * blot.width or blot.height > 0.4 * tall:
        return False
    others = [b for b in blots if b is not blot and b.height > 2 * blot.height]
    wide = max((b.width for b in others), default=blot.width)
    if blot.width < 1.1 * wide and blot.height > FLATTEST * blot.width:
        return False  # the end of a broken stroke
    below = all(blot.top >= b.bottom - 1 for b in others)
    # the bar of a 5 stands above, close to the rest; a line above that is far wider is none
    above = blot.width > 1.5 * wide and all(blot.bottom <= b.top + 1 for b in others)
    return bool(others) and (below or above)


def _group(blots: list[_Blot]) -> list[list[_Blot]]:
    """The blots of each digit, digits from the left: parts above each other are one."""
    groups: list[list[_Blot]] = []
    for blot in sorted(blots, key=lambda b: b.left):
        near = next((g for g in groups if _overlaps(_box(g), blot)), None)
        if near is None:
            groups.append([blot])
        else:
            near.append(blot)
    tall = max((box[2] - box[0] for box in map(_box, groups)), default=0)
    digits = [g for g in groups if _box(g)[2] - _box(g)[0] >= DIGIT * tall]
    return digits or groups


def _overlaps(box: tuple[int, int, int, int], blot: _Blot) -> bool:
    common = min(box[3], blot.right) - max(box[1], blot.left)
    return common >= OVERLAP * min(box[3] - box[1], blot.width)


def _box(group: list[_Blot]) -> tuple[int, int, int, int]:
    return (min(b.top for b in group), min(b.left for b in group),
            max(b.bottom for b in group), max(b.right for b in group))  # fmt: skip
