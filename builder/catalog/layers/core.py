"""Core layers: the input, Dense, Embedding and what stands around them."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import RANK_2_UP, WEIGHTS, layer

_row = partial(layer, group="Core", section="core_layers")

ENTRIES = (
    _row(
        "InputLayer(shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, "
        "optional=False)",
        "Says what one example looks like, for instance (28, 28) for a small gray picture. "
        "It computes nothing; every stack begins with it.",
        "The bottom slice of bread: everything else is stacked on it, so its size matters.",
        page="input",
        start={"shape": (28, 28)},
    ),
    _row(
        f"Dense(units, activation=None, use_bias=True, {WEIGHTS}, lora_rank=None, lora_alpha=None)",
        "Every output looks at every input: it multiplies each by a learned weight and adds them "
        "up. Hidden layers usually take activation relu; the last layer has one unit per class "
        "with softmax, or one unit without activation for a number. It works on the last axis, so "
        "flatten pictures first.",
        "A filling of the sandwich: every cook in this row tastes all ingredients and adds one "
        "opinion.",
        formula=r"y = \mathrm{activation}(x W + b)",
        ndim=RANK_2_UP,
        start={"units": 64, "activation": "relu"},
        weighs=True,
    ),
    _row(
        "Activation(activation)",
        "Passes every value through a function such as relu or softmax, as a layer of its own. "
        "Most layers can do the same with their argument activation; use this one to put "
        "something, such as a normalization, in between.",
        "The spice sprinkled on at the end: it changes the taste, not the amount.",
        formula=r"y = f(x)",
        start={"activation": "relu"},
        shape="same",
    ),
    _row(
        "Embedding(input_dim, output_dim, embeddings_initializer='uniform', "
        "embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False, "
        "lora_rank=None, lora_alpha=None)",
        "Turns each whole number, such as the number of a word, into a learned list of decimal "
        "numbers. Words used alike end up with similar lists. It is the usual first layer for "
        "text.",
        "A pantry where every ingredient has a number on the jar, and the jar tells how sweet, "
        "salty and sour it is.",
        formula=r"y_i = E_{x_i}",
        start={"input_dim": 10_000, "output_dim": 16},
        reads=("int",),
        index_range="input_dim",
        rescales=True,
        masks=True,
        weighs=True,
    ),
    _row(
        "Masking(mask_value=0.0)",
        "Marks the steps of a sequence in which every feature has the mask value, so that the "
        "recurrent layers after it skip them. Use it when shorter sequences were padded.",
        "A note on the empty plates of a long table: nothing here, walk on.",
        ndim=RANK_2_UP,
        shape="same",
        values="same",
        masks=True,
    ),
    _row(
        "EinsumDense(equation, output_shape, activation=None, bias_axes=None, "
        "kernel_initializer='glorot_uniform', bias_initializer='zeros', "
        "kernel_regularizer=None, bias_regularizer=None, kernel_constraint=None, "
        "bias_constraint=None, lora_rank=None, lora_alpha=None)",
        "A Dense layer for several axes at once: an equation in Einstein notation says which axes "
        "of the input meet which axes of the weights. For specialists; Dense is enough for most "
        "models.",
        "A recipe written in shorthand: which ingredients go with which, in one line.",
        formula=r"y = \mathrm{activation}(\mathrm{einsum}(\text{equation}, x, W) + b)",
        ndim=RANK_2_UP,
        start={"equation": "...x,xy->...y", "output_shape": (64,), "bias_axes": "y"},
        weighs=True,
    ),
    _row(
        "Identity()",
        "Hands its input on unchanged. Useful as a placeholder, or to give a place in the stack a "
        "name.",
        "An empty plate passed along the table.",
        formula=r"y = x",
        shape="same",
        values="same",
        precomputes="moves",
    ),
)
"""In palette order."""
