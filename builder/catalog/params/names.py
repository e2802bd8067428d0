"""Every argument name of the layers once, and how it is asked for."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.catalog.params import preprocessing, scanning, weights

_CORE = {
    "units": Param(
        "int",
        "How many numbers come out: the neurons of this layer.",
        min=1,
        max=100_000_000,
        start=64,
    ),
    "activation": Param(
        "choice",
        "The function each output passes through; none keeps it as it is.",
        kind="activations",
        optional=True,
    ),
    "shape": Param(
        "ints",
        "The shape of one example, without the batch; an empty axis may have any length.",
        min=1,
        start=(28, 28),
    ),
    "batch_size": Param(
        "int",
        "A fixed number of examples in every batch; empty allows any.",
        min=1,
        max=1_000_000,
        optional=True,
        advanced=True,
    ),
    "dtype": Param(
        "choice",
        "What kind of values come in; empty means decimal numbers.",
        choices=(
            None,
            "float32",
            "float16",
            "bfloat16",
            "float64",
            *("int8", "int16", "int32", "int64"),
            *("uint8", "uint16", "uint32", "uint64"),
            "bool",
            "string",
        ),
        optional=True,
        advanced=True,
    ),
    "sparse": Param(
        "bool", "Use sparse tensors, which store only what is not zero.", advanced=True
    ),
    "ragged": Param("bool", "Use ragged tensors, whose rows differ in length.", advanced=True),
    "optional": Param("bool", "The input may be left out.", advanced=True),
    "equation": Param(
        "str",
        "Which axes of input and weights are multiplied and summed, as in Einstein notation.",
        start="...x,xy->...y",
    ),
    "output_shape": Param(
        "ints",
        "The output's shape without the batch axis and without what '...' stands for.",
        min=1,
        start=(64,),
    ),
    "bias_axes": Param(
        "str", "The letters of the output that get an offset; empty means no offset.", optional=True
    ),
    "input_dim": Param(
        "int",
        "How many different whole numbers can come in: the largest plus one.",
        min=1,
        max=1_000_000_000,
        start=10_000,
    ),
    "output_dim": Param("int", "How many numbers describe one word.", min=1, max=100_000, start=16),
    "mask_zero": Param("bool", "The number 0 is padding; later layers skip it."),
    "mask_value": Param("float", "A step in which every feature has this value is skipped."),
    "layer": Param("object", "The layer that is wrapped.", kind="layers"),
}

_OTHER = {
    "rate": Param(
        "float",
        "The share of values that is dropped at random in training.",
        min=0.0,
        max=0.95,
        step=0.05,
        start=0.2,
    ),
    "noise_shape": Param(
        "ints",
        "1 on an axis drops whole slices along it; empty drops every value by itself.",
        optional=True,
        advanced=True,
    ),
    "seed": Param(
        "int",
        "Makes the random choices repeatable; empty follows the project's seed.",
        min=0,
        max=2**31 - 1,
        optional=True,
        advanced=True,
    ),
    "stddev": Param(
        "float",
        "How strong the noise is: its standard deviation.",
        min=0.0,
        max=100.0,
        step=0.05,
        start=0.1,
    ),
    "l1": Param(
        "float",
        "Penalty on the sum of the absolute outputs; pushes many to zero.",
        min=0.0,
        max=100.0,
        step=0.001,
    ),
    "l2": Param(
        "float",
        "Penalty on the sum of the squared outputs; keeps all of them small.",
        min=0.0,
        max=100.0,
        step=0.001,
    ),
    "axis": Param("int", "The axis of the features; -1 is the last.", min=-6, max=6, advanced=True),
    "momentum": Param(
        "float",
        "How slowly the running mean and variance follow the batches.",
        min=0.0,
        max=1.0,
        step=0.01,
    ),
    "epsilon": Param(
        "float", "A small number against division by zero.", min=0.0, max=1.0, advanced=True
    ),
    "center": Param("bool", "Add a learned offset afterwards.", advanced=True),
    "scale": Param("bool", "Multiply by a learned scale afterwards.", advanced=True),
    "renorm": Param(
        "bool",
        "Batch renormalization: correct each batch towards the running statistics.",
        advanced=True,
    ),
    "renorm_clipping": Param(
        "json",
        'Limits of that correction: {"rmin": …, "rmax": …, "dmax": …}.',
        optional=True,
        advanced=True,
    ),
    "renorm_momentum": Param(
        "float",
        "How slowly the statistics of that correction follow.",
        min=0.0,
        max=1.0,
        step=0.01,
        advanced=True,
    ),
    "synchronized": Param(
        "bool", "Share the batch statistics between several devices.", advanced=True
    ),
    "power_iterations": Param(
        "int",
        "Rounds of estimating the largest stretch; more is more exact and slower.",
        min=1,
        max=100,
    ),
    "negative_slope": Param(
        "float",
        "What negative values are multiplied by; 0 removes them.",
        min=0.0,
        max=10.0,
        step=0.05,
    ),
    "max_value": Param(
        "float", "Outputs are cut off here; empty means no limit.", min=0.0, optional=True
    ),
    "threshold": Param("float", "Values below this are treated as negative.", min=0.0, step=0.1),
    "alpha": Param("float", "How deep negative values may go.", min=0.0, max=10.0, step=0.1),
    "shared_axes": Param(
        "ints",
        "Axes that share one slope, e.g. 1, 2 for pictures; empty shares none.",
        min=1,
        optional=True,
    ),
    "target_shape": Param(
        "ints",
        "The new shape of one example; -1 means whatever is left over.",
        min=-1,
        start=(-1, 1),
    ),
    "dims": Param(
        "ints",
        "The new order of the axes, counted from 1; the batch axis stays.",
        min=1,
        start=(2, 1),
    ),
    "n": Param("int", "How many copies.", min=1, max=1_000_000, start=3),
    "cropping": Param(
        "json",
        "How much to cut off at each end of each axis: one number, one per axis, or a pair "
        "per axis.",
        length=2,
    ),
    "size": Param("ints", "How many times larger each axis becomes.", min=1, max=1000, length=2),
}

PARAMS: dict[str, Param] = {
    **_CORE,
    **scanning.PARAMS,
    **_OTHER,
    **weights.PARAMS,
    **preprocessing.PARAMS,
}
"""Argument name → how it is asked for."""

BY_RANK = (
    "kernel_size",
    "strides",
    "output_padding",
    "dilation_rate",
    "pool_size",
    "output_size",
    "cropping",
    "size",
)
"""Arguments with one number an axis: as many as the class name says (1D, 2D, 3D)."""

POLICY = Param(
    "choice",
    "In which numbers this layer calculates; none follows the model. A mixed one calculates in half"
    " precision and keeps its weights whole.",
    choices=(None, "mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float32", "float64"),
    optional=True,
    advanced=True,
)
"""The dtype policy that every layer of Keras may have."""
