"""Activation layers: functions with settings of their own."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import RANK_2_UP, layer

_row = partial(layer, group="Activation", section="activation_layers", shape="same")

ENTRIES = (
    _row(
        "ReLU(max_value=None, negative_slope=0.0, threshold=0.0)",
        "Keeps positive values and sets negative ones to zero. The usual activation between "
        "layers; as a layer it can also have a ceiling and a slope.",
        "A door that only opens outwards.",
        formula=r"y = \max(0, x)",
        page="relu",
        activation="relu",
    ),
    _row(
        "LeakyReLU(negative_slope=0.3)",
        "Like ReLU, but negative values are made small instead of zero, so no neuron falls silent "
        "for good.",
        "A door that still lets a draft through when it is shut.",
        formula=r"y = \begin{cases} x & x \ge 0 \\ \alpha x & x < 0 \end{cases}",
        page="leaky_relu",
        activation="leaky_relu",
    ),
    _row(
        "PReLU(alpha_initializer='Zeros', alpha_regularizer=None, alpha_constraint=None, "
        "shared_axes=None)",
        "Like LeakyReLU, but the slope for negative values is learned.",
        "A door that learns how far it should stay ajar.",
        formula=r"y = \begin{cases} x & x \ge 0 \\ \alpha_i x & x < 0 \end{cases}",
        page="prelu",
        ndim=RANK_2_UP,
    ),
    _row(
        "ELU(alpha=1.0)",
        "Like ReLU for positive values; negative ones bend smoothly towards -alpha.",
        "A slide that levels out at the bottom instead of ending at an edge.",
        formula=r"y = \begin{cases} x & x > 0 \\ \alpha(e^x - 1) & x \le 0 \end{cases}",
        page="elu",
        activation="elu",
    ),
    _row(
        "Softmax(axis=-1)",
        "Turns the values into shares between 0 and 1 that add up to 1: the probabilities of the "
        "classes. It belongs at the end of a classifier, as a layer or as activation softmax.",
        "The top slice of the sandwich: it says how good each answer is, in parts of a whole.",
        formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
        ndim=(2, 3, 4, 5),
        activation="softmax",
    ),
)
"""In palette order."""
