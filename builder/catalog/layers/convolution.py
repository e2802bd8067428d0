"""Convolution layers: small learned windows that slide over the input."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import WEIGHTS, layer

_row = partial(layer, group="Convolution", section="convolution_layers", weighs=True)

_PLAIN = f"groups=1, activation=None, use_bias=True, {WEIGHTS}"
_TRANSPOSED = f"activation=None, use_bias=True, {WEIGHTS}"
_DEPTHWISE = (
    "activation=None, use_bias=True, depthwise_initializer='glorot_uniform', "
    "bias_initializer='zeros', depthwise_regularizer=None, bias_regularizer=None, "
    "activity_regularizer=None, depthwise_constraint=None, bias_constraint=None"
)
_SEPARABLE = (
    "depth_multiplier=1, activation=None, use_bias=True, "
    "depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform', "
    "bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None, "
    "bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, "
    "pointwise_constraint=None, bias_constraint=None"
)

_START = {"filters": 32, "kernel_size": 3, "activation": "relu"}
_SMALL = {"filters": 16, "kernel_size": 3, "activation": "relu"}
_DOUBLE = {"filters": 32, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}

_SUM = r"y_{i,f} = \mathrm{activation}\Big(b_f + \sum_{k,c} W_{k,c,f}\, x_{i+k,c}\Big)"

ENTRIES = (
    _row(
        "Conv2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None, "
        f"dilation_rate=(1, 1), {_PLAIN})",
        "Slides small windows over a picture and learns patterns: edges first, then corners, "
        "strokes and shapes. Each filter gives one new channel. Pictures need a channel axis: "
        "(28, 28, 1) for gray, (32, 32, 3) for color.",
        "A cookie cutter moved over the dough: wherever its pattern fits, it leaves a mark.",
        formula=_SUM,
        page="convolution2d",
        ndim=(4,),
        start=_START,
    ),
    _row(
        "Conv1D(filters, kernel_size, strides=1, padding='valid', data_format=None, "
        f"dilation_rate=1, {_PLAIN})",
        "Slides small windows along a sequence, such as words, sound or measurements, and learns "
        "short patterns wherever they occur. Its input is (steps, features).",
        "Running a finger along a line of text and stopping at every familiar syllable.",
        formula=_SUM,
        page="convolution1d",
        ndim=(3,),
        start=_START,
    ),
    _row(
        "Conv3D(filters, kernel_size, strides=(1, 1, 1), padding='valid', data_format=None, "
        f"dilation_rate=(1, 1, 1), {_PLAIN})",
        "Slides small boxes through a volume, such as a scan or a short film, and learns patterns "
        "in all three directions. Its input is (depth, height, width, channels) and it needs much "
        "memory.",
        "An apple corer pushed through a layered cake: it sees through all the layers at once.",
        formula=_SUM,
        page="convolution3d",
        ndim=(5,),
        start=_SMALL,
    ),
    _row(
        "SeparableConv2D(filters, kernel_size, strides=(1, 1), padding='valid', "
        f"data_format=None, dilation_rate=(1, 1), {_SEPARABLE})",
        "A cheaper Conv2D in two steps: look at each channel by itself, then mix the channels. "
        "Nearly as good with far fewer weights, so it suits small devices.",
        "First taste every ingredient alone, then decide on the mixture.",
        formula=r"y = \mathrm{pointwise}(\mathrm{depthwise}(x)) + b",
        page="separable_convolution2d",
        ndim=(4,),
        start=_START,
    ),
    _row(
        "SeparableConv1D(filters, kernel_size, strides=1, padding='valid', data_format=None, "
        f"dilation_rate=1, {_SEPARABLE})",
        "A cheaper Conv1D in two steps: look along each feature by itself, then mix the features.",
        "First listen to every instrument alone, then to the orchestra.",
        formula=r"y = \mathrm{pointwise}(\mathrm{depthwise}(x)) + b",
        page="separable_convolution1d",
        ndim=(3,),
        start=_START,
    ),
    _row(
        "DepthwiseConv2D(kernel_size, strides=(1, 1), padding='valid', depth_multiplier=1, "
        f"data_format=None, dilation_rate=(1, 1), {_DEPTHWISE})",
        "Slides one window over each channel of a picture separately and does not mix the "
        "channels. A Conv2D with kernel size 1 after it mixes them.",
        "Every topping gets its own knife.",
        formula=r"y_{i,c} = b_c + \sum_k W_{k,c}\, x_{i+k,c}",
        page="depthwise_convolution2d",
        ndim=(4,),
        start={"kernel_size": 3, "activation": "relu"},
    ),
    _row(
        "DepthwiseConv1D(kernel_size, strides=1, padding='valid', depth_multiplier=1, "
        f"data_format=None, dilation_rate=1, {_DEPTHWISE})",
        "Slides one window along each feature of a sequence separately and does not mix the "
        "features.",
        "Every voice of the choir is heard by its own listener.",
        formula=r"y_{i,c} = b_c + \sum_k W_{k,c}\, x_{i+k,c}",
        page="depthwise_convolution1d",
        ndim=(3,),
        start={"kernel_size": 3, "activation": "relu"},
    ),
    _row(
        "Conv2DTranspose(filters, kernel_size, strides=(1, 1), padding='valid', "
        "output_padding=None, data_format=None, dilation_rate=(1, 1), "
        f"{_TRANSPOSED})",
        "The way back of a Conv2D: it spreads every point out into a small window and so makes "
        "pictures larger. Used to draw pictures, for instance in an autoencoder.",
        "Rolling out dough: every lump becomes a patch, and the patches overlap.",
        page="convolution2d_transpose",
        ndim=(4,),
        start=_DOUBLE,
    ),
    _row(
        "Conv1DTranspose(filters, kernel_size, strides=1, padding='valid', "
        f"output_padding=None, data_format=None, dilation_rate=1, {_TRANSPOSED})",
        "The way back of a Conv1D: it makes sequences longer.",
        "Stretching noodle dough along its length.",
        page="convolution1d_transpose",
        ndim=(3,),
        start=_DOUBLE,
    ),
    _row(
        "Conv3DTranspose(filters, kernel_size, strides=(1, 1, 1), padding='valid', "
        "data_format=None, output_padding=None, dilation_rate=(1, 1, 1), "
        f"{_TRANSPOSED})",
        "The way back of a Conv3D: it makes volumes larger.",
        "A cake rising in the oven, in all three directions.",
        page="convolution3d_transpose",
        ndim=(5,),
        start={**_DOUBLE, "filters": 16},
    ),
)
"""In palette order."""
