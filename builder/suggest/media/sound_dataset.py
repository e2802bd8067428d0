"""The dataset that a person's folder of sounds becomes: its classes, their rate and length."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from builder.binding import X, Y
from builder.datasets._decoded_sounds import count_samples
from builder.datasets.sound_folder import CONTENTS, ENTRY, TITLE
from builder.errors import DataError
from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.media.media_records import PARTS, SoundOverview
from builder.spec import Config, ObjectSpec

CLASS_NAME = "SoundFolder"

LONGEST, FASTEST = 10.0, 16_000
"""Seconds of a sound and values a second that are suggested at most: all of speech is in them."""

SOUND, (CLASS, _) = CONTENTS.inputs[X][0], CONTENTS.targets[Y]
"""The kinds of its columns."""


def sound_dataset(file: str, name: str, seen: SoundOverview) -> ObjectSpec:
    """The dataset that learns all classes of these sounds.

    Args:
        file, name: SHA-256 of the archive, and what its owner calls it.

    Raises:
        DataError: there is one class only.
    """
    if len(seen.counts) < 2:
        raise DataError(
            f"The sounds have only one class, '{next(iter(seen.counts), '')}'; a model learns to"
            " tell two or more apart.",
            "Put the sounds of each class into a folder of its own, and drop the folder above.",
            "dataset.classes",
        )
    seconds = min(LONGEST, max(0.1, math.ceil(10 * seen.seconds) / 10))
    rate = min(FASTEST, max(1000, seen.rate))
    clean = bool(seen.reasons) or rate != seen.rate
    said: dict[str, Any] = {
        **{"file": file, "name": name, "directory": seen.directory},
        "parts": {part: seen.parts[part] for part in PARTS if part in seen.parts},
        **{"classes": dict(seen.counts), "rate": rate, "seconds": seconds},
        **({"clean": True} if clean else {}),
    }
    if "test" in seen.parts and (held := seen.part_counts.get("validation")):
        learned = held + seen.part_counts["train"]
        said["validation"] = round((held - 0.5) / learned, 6)
    return ObjectSpec(CLASS_NAME, Config(said))


def expected_facts(dataset: ObjectSpec) -> DataFacts:
    """What is known of the dataset before a sound is decoded; a model can be suggested for it."""
    config = {**ENTRY.args, **dataset.config}
    counts, share = config["classes"], 1 - config["test_split"]
    x = ColumnFacts(X, "input", SOUND, (count_samples(config),), "float32", -1.0, 1.0)
    y = ColumnFacts(Y, "target", CLASS, (), "int64", classes=tuple(counts))
    y = replace(y, task=find_kind(CLASS).task, labels=config["labels"])
    many = sum(counts.values())
    return DataFacts(TITLE, (x, y), round(many * share), round(many * (1 - share)))
