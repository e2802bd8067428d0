"""Arguments that mean something else in one kind or class than elsewhere."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.catalog.params_training.share import share

_SHRINK = Param("float", "Smaller numbers than this become 0.", min=0.0, step=0.1)
_CUT = share(
    "From which probability on the answer is yes; empty takes the most probable class.",
    step=0.05,
    optional=True,
)
_FOCAL = share(
    "The weight of the positive class.",
    step=0.05,
)
_FLOOR = share(
    "The last rate as a share of the first.",
    step=0.01,
)
_AXIS = Param(
    "int", "The axis that holds the outputs; -1 is the last.", min=-6, max=6, advanced=True
)
_BATCH = Param(
    "int", "0 compares the examples of a batch, -1 the outputs of one example.", min=-6, max=6
)
_AXES = Param(
    "ints", "The axes the overlap is summed over; empty means all.", optional=True, advanced=True
)

OVERRIDES: dict[tuple[str, str, str], Param] = {
    ("optimizers", "Ftrl", "beta"): Param(
        "float", "A further number that makes first steps smaller.", min=0.0, advanced=True
    ),
    ("schedules", "*", "alpha"): _FLOOR,
    ("schedules", "InverseTimeDecay", "decay_rate"): Param(
        "float",
        "How fast the rate falls: with 1 it is halved after decay_steps batches.",
        min=0.0,
        step=0.1,
        start=1.0,
    ),
    ("epoch_schedules", "StepDecay", "factor"): share(
        "What the rate is multiplied by at each step.",
        step=0.05,
    ),
    ("epoch_schedules", "ExpDecay", "rate"): Param(
        "float", "How fast it falls: 0.1 is about 10 percent an epoch.", min=0.0, step=0.01
    ),
    ("losses", "*", "axis"): _AXIS,
    ("losses", "Dice", "axis"): _AXES,
    ("losses", "Tversky", "axis"): _AXES,
    ("losses", "BinaryFocalCrossentropy", "alpha"): _FOCAL,
    ("losses", "CategoricalFocalCrossentropy", "alpha"): share(
        "A factor for the whole loss.",
        step=0.05,
    ),
    ("losses", "Circle", "gamma"): Param(
        "float", "How sharply close cases are told apart.", min=0.0, step=1.0
    ),
    ("losses", "Tversky", "alpha"): Param(
        "float", "The weight of what was missed.", min=0.0, step=0.1
    ),
    ("losses", "Tversky", "beta"): Param(
        "float", "The weight of what was wrongly marked.", min=0.0, step=0.1
    ),
    ("metrics", "*", "axis"): _AXIS,
    ("metrics", "PearsonCorrelation", "axis"): _BATCH,
    ("metrics", "ConcordanceCorrelation", "axis"): _BATCH,
    ("metrics", "FBetaScore", "beta"): Param(
        "float", "Above 1 recall counts more, below 1 precision.", min=0.01, step=0.5
    ),
    ("metrics", "F1Score", "threshold"): _CUT,
    ("metrics", "FBetaScore", "threshold"): _CUT,
    ("metrics", "AUC", "thresholds"): Param(
        "floats",
        "The thresholds to try, 0 to 1; empty spreads num_thresholds evenly.",
        optional=True,
        advanced=True,
    ),
    ("initializers", "*", "stddev"): Param(
        "float", "The width of the bell curve.", min=0.0, step=0.01
    ),
    ("initializers", "VarianceScaling", "scale"): Param(
        "float", "How large the numbers are: 1 is LeCun or Glorot, 2 is He.", min=0.0001, step=0.5
    ),
    ("initializers", "VarianceScaling", "mode"): Param(
        "choice",
        "Count the inputs, the outputs, or the mean of both.",
        choices=("fan_in", "fan_out", "fan_avg"),
    ),
    ("regularizers", "*", "l1"): Param(
        "float", "The price of a weight's size.", min=0.0, max=100.0, step=0.001
    ),
    ("regularizers", "*", "l2"): Param(
        "float", "The price of a weight's square.", min=0.0, max=100.0, step=0.001
    ),
    ("regularizers", "*", "factor"): Param("float", "How much it counts.", min=0.0, step=0.001),
    ("regularizers", "*", "mode"): Param(
        "choice", "Compare the rows or the columns of the matrix.", choices=("rows", "columns")
    ),
    ("constraints", "*", "max_value"): Param(
        "float", "The largest length the weights may have.", min=0.0, step=0.1
    ),
    ("constraints", "*", "rate"): share(
        "How firmly: 1 enforces the limits at once.",
        step=0.1,
    ),
    ("constraints", "*", "axis"): Param(
        "int",
        "The axis over which the length is taken; 0 is right for Dense.",
        min=-6,
        max=6,
        advanced=True,
    ),
    ("activations", "*", "axis"): Param(
        "int", "The axis whose values add up to 1; -1 is the last.", min=-6, max=6
    ),
    ("activations", "relu", "threshold"): Param(
        "float", "Values below this become 0.", min=0.0, step=0.1
    ),
    ("activations", "soft_shrink", "threshold"): _SHRINK,
    ("activations", "hard_shrink", "threshold"): _SHRINK,
}
"""(kind, class or "*", argument) → how it is asked for there."""
