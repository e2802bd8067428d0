"""What is no digit in a picture is put aside: the model sees what it would see without it."""

from __future__ import annotations

import numpy as np
import pytest

from builder.datasets import _digits
from builder.engine.inference import digit_image, ink_parts
from tests import disturbances

(_, _), (PICTURES, LABELS) = _digits.digits(1, 0.0)


def seen(picture: np.ndarray, chosen: int | None = None) -> tuple[np.ndarray, ink_parts.DigitInk]:
    ink, _ = digit_image.extract_file_ink(picture)
    found = ink_parts.find_digit(ink, chosen)
    return digit_image.centre(found.ink).astype(int), found


@pytest.mark.parametrize("kind", disturbances.KINDS)
def test_a_disturbance_changes_little_of_what_is_seen(kind: str) -> None:
    rng = np.random.default_rng(0)
    differences = []
    for digit in PICTURES[:40]:
        picture = disturbances.disturbed(kind, digit, rng)
        small, found = seen(picture)
        if not found.doubt and len(found.digits) == 1:
            differences.append(np.abs(small - digit.astype(int)).mean())
    assert len(differences) >= 25, "most are read without a doubt"
    assert np.percentile(differences, 90) < 25


def test_several_digits_are_counted_and_cut_out() -> None:
    rng = np.random.default_rng(0)
    for i in range(0, 30, 3):
        picture = disturbances.several(list(PICTURES[i : i + 3]), rng)
        assert len(seen(picture)[1].digits) == 3
        for place in range(3):
            small, _ = seen(picture, place)
            assert np.abs(small - PICTURES[i + place].astype(int)).mean() < 25


def test_one_digit_in_two_strokes_is_one() -> None:
    ink = np.zeros((100, 100), "f")
    ink[20:80, 40:46] = 1
    ink[12:16, 44:70] = 1  # the bar of a 5 stands apart
    ink[30:34, 46:70] = 1
    assert len(ink_parts.find_digit(ink).digits) == 1


def test_what_fills_the_picture_is_kept() -> None:
    for digit in PICTURES[:40]:  # cut out closely: it touches every edge
        rows, columns = (np.flatnonzero(digit.any(axis=a)) for a in (1, 0))
        tight = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] / 255
        assert ink_parts.find_digit(tight).ink.sum() >= 0.9 * tight.sum()
