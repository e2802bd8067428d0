"""The built-in digits keep MNIST's convention, and their test is never trained on."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from sklearn.datasets import load_digits

from builder.datasets import _digits


@pytest.fixture(scope="module")
def clean():
    """Four equal variants of every digit: which rows come from one original can be seen."""
    return _digits.digits(4, distortion=0.0)


@pytest.fixture(scope="module")
def bent():
    return _digits.digits(8, distortion=1.0)


def test_pictures_are_mnists_kind(bent):
    (x_train, y_train), (x_test, y_test) = bent
    assert x_train.shape == (11520, 28, 28) and x_train.dtype == np.uint8
    assert x_test.shape == (357, 28, 28) and len(y_train) == 11520 and len(y_test) == 357
    for x in (x_train, x_test):
        assert x.min() == 0 and x.max() == 255
        # ink covers a fifth of the page or less, and most points are wholly black or white
        assert 0.08 < (x > 127).mean() < 0.2
        assert ((x > 20) & (x < 235)).mean() < 0.15


@pytest.mark.parametrize(("which", "slack"), [(0, 2.0), (1, 1.0)])
def test_digits_fill_a_box_of_20_and_are_centred_by_mass(bent, which, slack):
    x = bent[which][0].astype("float64")
    inked = x > 127
    longest = np.maximum(*(inked.any(axis=axis).sum(axis=1) for axis in (1, 2)))
    assert np.percentile(np.abs(longest - 20), 95) <= slack
    mass = x.sum(axis=(1, 2))
    for axis in (1, 2):
        middle = (x.sum(axis=3 - axis) * np.arange(28)).sum(axis=1) / mass
        assert np.percentile(np.abs(middle - 13.5), 99) < 1


def test_a_picture_keeps_the_ink_of_its_scan(clean):
    """Reduced to 8×8 again, a clean digit is nearest to its own scan's class."""
    scans, labels = load_digits(return_X_y=True)
    (_, _), (x_test, y_test) = clean
    assert np.array_equal(y_test, labels[1440:])
    heights = (x_test > 127).any(axis=2).sum(axis=1)
    assert (heights >= 18).mean() > 0.95
    # the digit 1 has the least ink and 8 or 0 the most, as on the scans
    ink = np.array([x_test[y_test == k].mean() for k in range(10)])
    scanned = np.array([scans[1440:][y_test == k].mean() for k in range(10)])
    assert np.corrcoef(ink, scanned)[0, 1] > 0.3


def test_the_same_every_time_and_quick(bent):
    start = time.process_time()
    again = _digits.digits(8, distortion=1.0)
    assert time.process_time() - start < 8
    assert np.array_equal(again[0][0], bent[0][0]) and np.array_equal(again[0][1], bent[0][1])


def test_no_digit_is_both_trained_on_and_validated_or_tested(clean):
    (x_train, _), (x_test, _) = clean
    seen = [row.tobytes() for row in x_train]
    assert len(set(seen)) == 1440
    assert not set(seen) & {row.tobytes() for row in x_test}
    for split in (0.1, 0.2, 0.25, 0.3, 0.5):  # keras takes the last rows for validation
        cut = math.floor(len(seen) * (1.0 - split))
        # 1.0 - 0.3 is a little less than 0.7, so Keras may cut one row early
        shared = set(seen[:cut]) & set(seen[cut:])
        assert len(shared) <= (split == 0.3), split


def test_classes_are_mixed_all_along(bent):
    y = bent[0][1]
    assert all(len(set(y[i : i + 288])) == 10 for i in range(0, len(y), 288))


def test_variants_differ(bent):
    x = bent[0][0]
    assert len({row.tobytes() for row in x}) == len(x)


def test_validation_is_about_as_hard_as_the_test(bent):
    """Keras's usual last fifth, read by the nearest mean picture of the rows before it."""
    (x, y), (x_test, y_test) = bent
    means = np.stack([x[:9216][y[:9216] == k].mean(axis=0).ravel() for k in range(10)])

    def right(pictures, labels):
        flat = pictures.reshape(len(pictures), -1).astype("float64")
        far = (means**2).sum(axis=1) - 2 * flat @ means.T
        return (far.argmin(axis=1) == labels).mean()

    assert right(x[9216:], y[9216:]) == pytest.approx(right(x_test, y_test), abs=0.05)
