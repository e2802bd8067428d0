"""The dataset that a person's folder of pictures becomes: its classes, and the size for a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder.binding import X, Y
from builder.datasets._decoded_pictures import CHANNELS
from builder.datasets.picture_folder import CONTENTS, ENTRY, TITLE
from builder.errors import DataError
from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.media.media_records import PARTS, PictureOverview
from builder.spec import Config, ObjectSpec

CLASS_NAME = "PictureFolder"

SIDES = (32, 48, 64, 96)
"""Sides of the picture that a suggested model gets; two processors train these in minutes."""

MANY = 5000
"""With more pictures than this, a model of larger ones takes hours."""


def picture_dataset(file: str, name: str, seen: PictureOverview) -> ObjectSpec:
    """The dataset that learns all classes of these pictures.

    Args:
        file, name: SHA-256 of the archive, and what its owner calls it.

    Raises:
        DataError: there is one class only.
    """
    if len(seen.counts) < 2:
        raise DataError(
            f"The pictures have only one class, '{next(iter(seen.counts), '')}'; a model learns to"
            " tell two or more apart.",
            "Put the pictures of each class into a folder of its own, and drop the folder above.",
            "dataset.classes",
        )
    side = guess_side(seen)
    said: dict[str, Any] = {
        "file": file,
        "name": name,
        "directory": seen.directory,
        "parts": _used_parts(seen),
        "classes": dict(seen.counts),
        "height": side,
        "width": side,
        **({"color_mode": "grayscale"} if seen.is_grey else {}),
        **({"clean": True} if seen.reasons else {}),
        **_validation(seen),
    }
    return ObjectSpec(CLASS_NAME, Config(said))


def expected_facts(dataset: ObjectSpec) -> DataFacts:
    """What is known of the dataset before a picture is decoded; a model can be suggested for it."""
    config = {**ENTRY.args, **dataset.config}
    counts, share = config["classes"], 1 - config["test_split"]
    channels = CHANNELS[config["color_mode"]]
    form = (config["height"], config["width"], channels)
    x = ColumnFacts(X, "input", PICTURE, form, "uint8", 0.0, 255.0, whole=True)
    y = ColumnFacts(Y, "target", CLASS, (), "int64", classes=tuple(counts))
    y = replace(y, task=find_kind(CLASS).task, labels=config["labels"])
    many = sum(counts.values())
    return DataFacts(TITLE, (x, y), round(many * share), round(many * (1 - share)))


PICTURE, (CLASS, _) = CONTENTS.inputs[X][0], CONTENTS.targets[Y]
"""The kinds of its columns."""


def guess_side(seen: PictureOverview) -> int:
    """The side of the square that every picture becomes: no larger than it is, nor than two
    processors can train on in minutes."""
    most = SIDES[-2] if sum(seen.counts.values()) > MANY else SIDES[-1]
    least = min(seen.height, seen.width)
    fitting = [side for side in SIDES if side <= min(most, least)]
    if least < SIDES[0]:
        return max(8, -(-least // 4) * 4)
    # of pictures hardly larger than a side, half of the points are as good and a quarter the work
    return fitting[-1] if least >= 2 * fitting[-1] or len(fitting) < 2 else fitting[-2]


def _validation(seen: PictureOverview) -> dict[str, float]:
    """The share of a folder for validation among what is not for the test."""
    held = seen.part_counts.get("validation", 0) if "test" in seen.parts else 0
    if not held:
        return {}
    learned = held + seen.part_counts["train"]
    return {"validation": round((held - 0.5) / learned, 6)}  # what Keras rounds to that many


def _used_parts(seen: PictureOverview) -> Mapping[str, str]:
    """The folders of the parts in their order; what there is for validation is the test where
    there is none."""
    return {part: seen.parts[part] for part in PARTS if part in seen.parts}
