"""Arguments about a layer's weights: their start, their penalties, their limits."""

from __future__ import annotations

from builder.catalog.entry import Param

_WEIGHTS = {
    "kernel": "the weights",
    "bias": "the offsets (biases)",
    "recurrent": "the weights that carry the memory from step to step",
    "depthwise": "the filters that look at one channel each",
    "pointwise": "the weights that mix the channels",
    "embeddings": "the table of vectors",
    "gamma": "the learned scale",
    "beta": "the learned offset",
    "alpha": "the learned slopes",
    "moving_mean": "the running mean",
    "moving_variance": "the running variance",
}


def _three(prefix: str, what: str) -> dict[str, Param]:
    return {
        f"{prefix}_initializer": Param(
            "object",
            f"What {what} start as, before any training.",
            kind="initializers",
            advanced=True,
        ),
        f"{prefix}_regularizer": Param(
            "object",
            f"A penalty added to the loss that keeps {what} small.",
            kind="regularizers",
            optional=True,
            advanced=True,
        ),
        f"{prefix}_constraint": Param(
            "object",
            f"A limit {what} are brought back to after each step.",
            kind="constraints",
            optional=True,
            advanced=True,
        ),
    }


PARAMS: dict[str, Param] = {
    name: param for prefix, what in _WEIGHTS.items() for name, param in _three(prefix, what).items()
} | {
    "activity_regularizer": Param(
        "object",
        "A penalty on the layer's output, added to the loss.",
        kind="regularizers",
        optional=True,
        advanced=True,
    ),
    "use_bias": Param("bool", "Add a learned offset to every output.", advanced=True),
    "lora_rank": Param(
        "int",
        "Freeze the weights and train a small low-rank correction of this rank instead.",
        min=1,
        max=1024,
        optional=True,
        advanced=True,
    ),
    "lora_alpha": Param(
        "int",
        "How strongly the low-rank correction counts; empty means as much as its rank.",
        min=1,
        max=1024,
        optional=True,
        advanced=True,
    ),
}
"""Argument name → how it is asked for."""
