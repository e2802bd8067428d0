"""Arguments of the layers that slide over their input or step through it."""

from __future__ import annotations

from builder.catalog.entry import Param

_CONVOLUTION = {
    "filters": Param(
        "int",
        "How many patterns it learns to look for: the channels that come out.",
        min=1,
        max=1_000_000,
        start=32,
    ),
    "kernel_size": Param(
        "ints",
        "How large the window is that slides over the input.",
        min=1,
        max=1000,
        length=2,
        start=3,
    ),
    "strides": Param(
        "ints", "How far the window moves each time; 2 halves the size.", min=1, max=1000, length=2
    ),
    "padding": Param(
        "choice",
        "'valid' shrinks at the edges, 'same' adds zeros so that the size stays.",
        choices=("valid", "same"),
    ),
    "output_padding": Param(
        "ints",
        "Extra size on one side of the output, to reach an exact size.",
        min=0,
        max=1000,
        length=2,
        optional=True,
        advanced=True,
    ),
    "data_format": Param(
        "choice",
        "Where the channels stand; empty means last, the only way on most CPUs.",
        choices=(None, "channels_last", "channels_first"),
        optional=True,
        advanced=True,
    ),
    "dilation_rate": Param(
        "ints",
        "Gaps within the window: 2 looks at every other point, and so further.",
        min=1,
        max=1000,
        length=2,
        advanced=True,
    ),
    "groups": Param(
        "int",
        "Split the channels into this many groups that do not see each other.",
        min=1,
        max=1_000_000,
        advanced=True,
    ),
    "depth_multiplier": Param(
        "int", "How many filters each input channel gets.", min=1, max=10_000
    ),
    "pool_size": Param(
        "ints", "The size of the window that becomes one value.", min=1, max=1000, length=2, start=2
    ),
    "output_size": Param(
        "ints", "The size that comes out, whatever comes in.", min=1, max=10_000, length=2, start=4
    ),
    "keepdims": Param(
        "bool", "Keep the pooled axes with size 1 instead of dropping them.", advanced=True
    ),
}

_RECURRENT = {
    "recurrent_activation": Param(
        "choice",
        "The function of the gates that decide what to keep and what to forget.",
        kind="activations",
        optional=True,
        advanced=True,
    ),
    "unit_forget_bias": Param(
        "bool",
        "Begin with a memory that keeps: 1 is added to the forget gate's offset.",
        advanced=True,
    ),
    "dropout": Param(
        "float", "The share of inputs set to zero in training.", min=0.0, max=1.0, step=0.05
    ),
    "recurrent_dropout": Param(
        "float",
        "The share of the memory set to zero in training; makes it slower.",
        min=0.0,
        max=1.0,
        step=0.05,
    ),
    "return_sequences": Param(
        "bool",
        "Give the output of every step, not only of the last: needed before another recurrent"
        " layer.",
    ),
    "return_state": Param(
        "bool",
        "Also give the last state as further outputs; a stack cannot use them.",
        advanced=True,
    ),
    "go_backwards": Param(
        "bool", "Read the sequence from its end to its beginning.", advanced=True
    ),
    "stateful": Param(
        "bool", "Carry the memory over to the next batch; needs a fixed batch size.", advanced=True
    ),
    "unroll": Param(
        "bool",
        "Write the steps out one by one: faster for short sequences, more memory.",
        advanced=True,
    ),
    "reset_after": Param(
        "bool", "Apply the reset gate after the multiplication, as cuDNN does.", advanced=True
    ),
    "use_cudnn": Param(
        "choice",
        "Use the fast version for NVIDIA cards.",
        choices=("auto", True, False),
        advanced=True,
    ),
    "merge_mode": Param(
        "choice",
        "How the forward and the backward result become one; empty keeps both, as two outputs.",
        choices=("concat", "sum", "mul", "ave", None),
    ),
    "backward_layer": Param(
        "object",
        "Another layer for the way back; empty means a copy of the first.",
        kind="layers",
        optional=True,
        advanced=True,
    ),
}

PARAMS: dict[str, Param] = {**_CONVOLUTION, **_RECURRENT}
"""Argument name → how it is asked for."""
