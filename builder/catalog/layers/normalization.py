"""Normalization layers: keep the values in a comfortable range on their way through."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import RANK_2_UP, layer
from builder.spec import Config, ObjectSpec

_row = partial(layer, group="Normalization", section="normalization_layers")
_scale = partial(_row, shape="same", rescales=True)

_LEARNED = (
    "center=True, scale=True, beta_initializer='zeros', gamma_initializer='ones', "
    "beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None"
)

ENTRIES = (
    _scale(
        "BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, "
        "beta_initializer='zeros', gamma_initializer='ones', moving_mean_initializer='zeros', "
        "moving_variance_initializer='ones', beta_regularizer=None, gamma_regularizer=None, "
        "beta_constraint=None, gamma_constraint=None, renorm=False, renorm_clipping=None, "
        "renorm_momentum=0.99, synchronized=False)",
        "Brings every feature to mean 0 and deviation 1 over the batch, then scales and shifts it "
        "by learned numbers. Training gets faster and steadier. When predicting, it uses averages "
        "it collected in training. It usually stands after a Dense or Conv2D, before the "
        "activation.",
        "Tasting after every step and bringing the dish back to a middle seasoning before the "
        "next cook takes over.",
        formula=r"y = \gamma\,\frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta",
        ndim=RANK_2_UP,
    ),
    _scale(
        f"LayerNormalization(axis=-1, epsilon=0.001, {_LEARNED})",
        "Brings the features of each example to mean 0 and deviation 1, independently of the "
        "batch. The usual choice for text and recurrent layers.",
        "Every plate is balanced by itself, whatever is on the neighbor's.",
        formula=r"y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta",
        ndim=RANK_2_UP,
    ),
    _scale(
        f"GroupNormalization(groups=32, axis=-1, epsilon=0.001, {_LEARNED})",
        "Splits the channels of each example into groups and normalizes every group by itself. "
        "Better than BatchNormalization when batches are tiny. The groups must divide the number "
        "of channels.",
        "The tasters sit at several tables, and each table agrees on its own scale.",
        formula=r"y = \gamma\,\frac{x - \mu_g}{\sqrt{\sigma_g^2 + \epsilon}} + \beta",
        ndim=RANK_2_UP,
        start={"groups": 8},
    ),
    _scale(
        "RMSNormalization(axis=-1, epsilon=1e-06)",
        "Divides the features of each example by their typical size and scales them by learned "
        "numbers; it does not subtract the mean. A simpler LayerNormalization, used in large "
        "language models.",
        "Turning the volume of every song to the same loudness.",
        formula=r"y = \gamma\,\frac{x}{\sqrt{\mathrm{mean}(x^2) + \epsilon}}",
        ndim=RANK_2_UP,
    ),
    _scale(
        "UnitNormalization(axis=-1)",
        "Scales the features of each example so that their squares add up to 1: only the "
        "direction is left. It has no weights.",
        "Only the proportions of the recipe count, not for how many guests it is.",
        formula=r"y = \frac{x}{\lVert x \rVert_2}",
        ndim=RANK_2_UP,
    ),
    _row(
        "SpectralNormalization(layer, power_iterations=1)",
        "Wraps a Dense or convolution layer and limits how strongly its weights can stretch "
        "their input. Known from networks that invent pictures.",
        "A thread around the dough that keeps it from spreading too far.",
        formula=r"W \leftarrow W / \sigma_{\max}(W)",
        section="preprocessing_layers/numerical",
        start={"layer": ObjectSpec("Dense", Config({"units": 64, "activation": "relu"}))},
        wraps=True,
        late_seeds=True,
    ),
)
"""In palette order."""
