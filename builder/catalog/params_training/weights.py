"""Arguments of initializers, constraints and activation functions."""

from __future__ import annotations

from builder.catalog.entry import Param

INITIALIZERS: dict[str, Param] = {
    "value": Param("float", "The number every weight starts from.", step=0.1),
    "mean": Param("float", "The middle of the bell curve.", step=0.05),
    "minval": Param("float", "The smallest number that may be drawn.", step=0.05),
    "maxval": Param("float", "The largest number that may be drawn.", step=0.05),
    "gain": Param("float", "A factor for all numbers.", min=0.0, step=0.1),
    "distribution": Param(
        "choice",
        "How the numbers are drawn.",
        choices=("truncated_normal", "untruncated_normal", "uniform"),
    ),
    "input_axes": Param(
        "ints", "Axes that count as inputs; empty lets Keras choose.", optional=True, advanced=True
    ),
    "output_axes": Param(
        "ints", "Axes that count as outputs; empty lets Keras choose.", optional=True, advanced=True
    ),
}
"""Argument name of an initializer → how it is asked for."""

CONSTRAINTS: dict[str, Param] = {
    "min_value": Param("float", "The smallest length the weights may have.", min=0.0, step=0.1),
}
"""Of a constraint."""

ACTIVATIONS: dict[str, Param] = {
    "approximate": Param("bool", "Use a quicker, slightly different formula."),
    "b": Param("float", "How round the bend is; 0 is relu.", min=0.0, step=0.5),
}
"""Of an activation function."""
