"""Ink becomes the 28×28 picture that MNIST's makers would have made of it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.engine.data import loading
from builder.engine.inference import digit_image
from builder.spec import ObjectSpec
from tests.builder.engine.drawings import enlarged

ROOT = Path(__file__).parents[3]
MNIST = Path(os.environ.get("LAYERWISE_DATA") or ROOT.parent / "shared" / "data") / "mnist.npz"


def replays() -> list[np.ndarray]:
    """Sets of pictures made MNIST's way: the built-in ones, and MNIST's own where it is at hand.

    MNIST was centred to whole points and so comes back exactly; the built-in ones lie between.
    """
    builtin = loading.load(ObjectSpec("Digits", {"variants": 1})).input.raw.test
    return [builtin, *([np.load(MNIST)["x_test"][:300]] if MNIST.exists() else [])]


def test_a_picture_made_mnists_way_comes_back_as_it_was():
    for pictures, limit in zip(replays(), (14, 0.5), strict=False):
        there_and_back = [digit_image.centre(enlarged(p).astype("float32") / 255) for p in pictures]
        off = np.abs(np.stack(there_and_back).astype(int) - pictures).mean(axis=(1, 2))
        assert off.mean() < limit


def test_no_ink_is_nothing():
    assert digit_image.centre(np.zeros((280, 280), "float32")) is None


@pytest.mark.parametrize("box", [(140, 20), (20, 140), (100, 100), (3, 3), (1, 1), (280, 280)])
def test_ink_is_scaled_to_the_box_and_centred_by_mass(box):
    ink = np.zeros((280, 280), "float32")
    ink[: box[0], -box[1] :] = 1
    seen = digit_image.centre(ink)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert max(len(rows), len(columns)) == 20 and seen.max() == 255
    assert abs(rows.mean() - 13.5) <= 0.5 and abs(columns.mean() - 13.5) <= 0.5


def test_a_hair_line_is_not_lost():
    ink = np.zeros((400, 400), "float32")
    ink[10:390, 200] = 1
    ink[200, 100:300] = 1
    seen = digit_image.centre(ink)
    assert (seen > 120).sum() >= 28  # a cross of 20 and 10 points


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_any_ink_at_all_gives_a_picture(height, width, seed):
    rng = np.random.default_rng(seed)
    ink = rng.random((height, width), "float32") * (rng.random((height, width)) < rng.random())
    seen = digit_image.centre(ink)
    assert (seen is None) == (ink <= digit_image.FAINT).all()
    assert seen is None or (seen.shape == (28, 28) and seen.dtype == np.uint8 and seen.max() == 255)
