"""Pictures of the test with the points marked that moved the model's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from builder import binding
from builder.runs.engine_process import client
from builder.spec import Run
from pages.widgets.session import engine_facts
from pages.widgets.shared.markup import Array

WARM = np.array([255, 140, 0], "float32")
"""The colour of the strongest points."""

WEAK = 0.4
"""What moves the answer less than this share of the strongest point is not marked."""


def choose(run: Run, artefact: str, examples: Mapping[str, Any]) -> Mapping[str, Any]:
    """The examples as they are, or with what the model looked at where that is asked for.

    Args:
        examples: as ``evaluation.cell`` gives them.
    """
    parts = examples["parts"]
    one = len(parts) == 1 and len(binding.inputs(run.training.model)) == 1
    drawn = one and "images" in parts[0] and "sounds" not in parts[0]
    if not drawn or not len(examples["indices"]):
        return examples
    if not st.toggle(
        "Show where it looked",
        key=f"saliency-{run.id}",
        help="The points that would move its answer most, in orange",
    ):
        return examples
    rows = tuple(int(i) for i in examples["indices"])
    heat = engine_facts.get_or_make(
        ("saliency", run.id, rows),
        lambda: client.call(
            "saliency.explain_pictures", artefact, run.training, np.array(rows), timeout=120
        ),
    )
    marked = mark(np.asarray(parts[0]["images"]), np.asarray(heat))
    return {**examples, "parts": [{**parts[0], "images": marked}]}


def mark(pictures: Array, heat: Array) -> Array:
    """uint8 (n, height, width, 3): dimmed grey, orange where ``heat`` is near 1."""
    colour = pictures if pictures.ndim == 4 else np.repeat(pictures[..., None], 3, axis=-1)
    grey = colour.mean(axis=-1, keepdims=True) * 0.6 + 40
    share = np.where(heat > WEAK, heat, 0)[..., None]
    marked: Array = np.clip(grey * (1 - share) + WARM * share, 0, 255).astype("uint8")
    return marked
