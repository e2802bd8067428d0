"""Layers of our own, which Keras's tutorials write themselves; ``custom_layers`` has the classes.

``Entry.extra["own"]`` is True: a script carries the class, and calls it without ``layers.``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builder.catalog.entry import Entry, Param
from builder.catalog.layers.layer_table import layer

EXAMPLES = "https://keras.io/examples/"


def _row(text: str, summary: str, analogy: str, example: str, **more: Any) -> Entry:
    """A layer; ``example`` is the page of Keras's tutorial that writes one."""
    said = f"{summary} It is not in Keras: a script brings its class along."
    made = layer(text, said, analogy, group="Our own", section="", own=True, **more)
    return replace(made, url=f"{EXAMPLES}{example}/")


ENTRIES = (
    _row(
        "PositionEmbedding(embeddings_initializer='uniform')",
        "Adds a learned list of numbers to each step of a sequence, another one for each "
        "position. Attention looks at all steps alike; this tells it what stands first and what "
        "comes after.",
        "Seat numbers at a long table: the same guest means something else at its head.",
        "nlp/text_classification_with_transformer",
        formula=r"y_i = x_i + P_i",
        ndim=(3,),
        shape="same",
    ),
    _row(
        "Patches(patch_size)",
        "Cuts each picture into squares and lays every square out as one row of numbers: a "
        "sequence, which attention can read. Vision transformers begin with it. The size must "
        "divide the height and the width.",
        "A photograph cut into jigsaw squares, laid side by side.",
        "vision/image_classification_with_vision_transformer",
        ndim=(4,),
        start={"patch_size": 4},
        divides="patch_size",
        params={
            "patch_size": Param(
                "int", "How many pixels one square is wide and high.", min=1, max=10_000, start=4
            )
        },
    ),
)
"""In palette order."""

JOINS = (
    _row(
        "Sampling(kl_weight=1.0, seed=None)",
        "Reads two inputs, a mean and a log-variance, and draws a random point around that mean "
        "in training; when predicting it gives the mean. To the loss it adds how far this is from "
        "a plain bell curve. It is the middle of a variational autoencoder.",
        "A cook told roughly how much salt, who never takes exactly that.",
        "generative/vae",
        formula=r"z = \mu + e^{\frac{1}{2} \log \sigma^2} \varepsilon, \quad "
        r"\text{loss} \mathrel{+}= \tfrac{w}{2} \sum (\mu^2 + \sigma^2 - \log \sigma^2 - 1)",
        ndim=(2,),
        call="list",
        arity=(2, 2),
        roles=("mean", "log-variance"),
        params={
            "kl_weight": Param(
                "float",
                "How much the distance from a bell curve counts beside the model's own loss; with"
                " a loss averaged over pixels, one divided by their number.",
                min=0.0,
                max=1000.0,
            )
        },
    ),
)
"""Those that read two inputs."""

BY_NAME = {e.class_name: e for e in (*ENTRIES, *JOINS)}
