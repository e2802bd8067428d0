"""Regularization layers: obstacles in training that keep a model from learning by heart."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import layer

_row = partial(
    layer,
    group="Regularization",
    section="regularization_layers",
    shape="same",
    values="same",
)

_SPATIAL = (
    "Drops whole {} at random during training instead of single values. Neighboring values are "
    "alike, so dropping single ones would change little."
)

ENTRIES = (
    _row(
        "Dropout(rate, noise_shape=None, seed=None)",
        "Sets a random share of the values to zero in every training step, so that the model "
        "cannot lean on a few of them. The rest is scaled up to make good for it. When "
        "predicting, it does nothing. Use it when a model is better on its training data "
        "than on new data.",
        "Cooking with one in five ingredients missing: the chef learns not to depend on any.",
        formula=r"y_i = \begin{cases} 0 & \text{with probability } r \\ "
        r"x_i / (1-r) & \text{else} \end{cases}",
        start={"rate": 0.2},
        random=True,
    ),
    _row(
        "SpatialDropout2D(rate, data_format=None, seed=None)",
        _SPATIAL.format("channels of a picture"),
        "A whole spice jar is missing today, not single grains of it.",
        ndim=(4,),
        start={"rate": 0.2},
        random=True,
    ),
    _row(
        "SpatialDropout1D(rate, seed=None)",
        _SPATIAL.format("features of a sequence"),
        "A whole instrument stays silent, not single notes of it.",
        ndim=(3,),
        start={"rate": 0.2},
        random=True,
    ),
    _row(
        "SpatialDropout3D(rate, data_format=None, seed=None)",
        _SPATIAL.format("channels of a volume"),
        "A whole filling is left out of the layered cake.",
        ndim=(5,),
        start={"rate": 0.2},
        random=True,
    ),
    _row(
        "GaussianNoise(stddev, seed=None)",
        "Adds random noise to every value in training. A model that copes with it copes with "
        "small differences in new data.",
        "Tasting with a cold: if it is still recognized, it was understood.",
        formula=r"y = x + \mathcal{N}(0, \sigma^2)",
        start={"stddev": 0.1},
        random=True,
    ),
    _row(
        "GaussianDropout(rate, seed=None)",
        "Multiplies every value by a random number around 1 in training: a softer Dropout that "
        "drops nothing entirely.",
        "A shaky hand at the scales: a little more here, a little less there.",
        formula=r"y = x \cdot \mathcal{N}\!\left(1, \tfrac{r}{1-r}\right)",
        start={"rate": 0.2},
        random=True,
    ),
    _row(
        "AlphaDropout(rate, noise_shape=None, seed=None)",
        "A Dropout that keeps mean and variance as they were. Made for networks with the "
        "activation selu.",
        "Taking ingredients out and adjusting the rest so that the dish stays as it was.",
        start={"rate": 0.1},
        random=True,
    ),
    _row(
        "ActivityRegularization(l1=0.0, l2=0.0)",
        "Hands the values on unchanged, but adds a penalty for large ones to the loss. It makes "
        "the layer before it use few and small outputs.",
        "A tax on every ingredient: the chef uses only what the dish needs.",
        formula=r"\text{loss} \mathrel{+}= l_1 \sum |x| + l_2 \sum x^2",
        start={"l2": 0.001},
    ),
)
"""In palette order."""
