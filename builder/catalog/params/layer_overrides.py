"""Arguments that mean something else in one class than elsewhere, and values with two spellings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builder.catalog.entry import Param
from builder.catalog.params.names import PARAMS

_PROBABILITY = Param(
    "floats",
    "The chance of a change: for each picture drawn between 0 and this, or between two.",
    length=2,
)
_TEXT_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_SMOOTH = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")
_WINDOWS = (
    *("hann", "hamming", None, "barthann", "bartlett", "blackman", "blackmanharris", "bohman"),
    *("boxcar", "cosine", "exponential", "flattop", "lanczos", "nuttall", "parzen", "taylor"),
    *("triang", "tukey"),
)
_EDGE = Param(
    "json", "How many zeros each end gets: one number, one per axis, or a pair per axis.", length=1
)
_NORMALIZED = Param(
    "ints",
    "The axes normalized together; -1 is the last.",
    min=-6,
    max=6,
    length=1,
    advanced=True,
)

_LAYERS: dict[tuple[str, str], Param] = {
    ("Activation", "activation"): Param(
        "choice", "The function every value passes through.", kind="activations", start="relu"
    ),
    ("InputLayer", "sparse"): replace(PARAMS["sparse"], optional=True),
    ("InputLayer", "ragged"): replace(PARAMS["ragged"], optional=True),
    ("InputLayer", "shape"): replace(PARAMS["shape"], optional=True),
    ("Conv1D", "padding"): Param(
        "choice",
        "'valid' shrinks at the ends, 'same' keeps the length, 'causal' looks only at the past.",
        choices=("valid", "same", "causal"),
    ),
    ("GroupNormalization", "groups"): Param(
        "int",
        "Into how many groups the channels are split; -1 means each by itself, and they must "
        "divide evenly.",
        min=-1,
        max=1_000_000,
    ),
    ("LayerNormalization", "axis"): _NORMALIZED,
    ("RMSNormalization", "axis"): _NORMALIZED,
    ("UnitNormalization", "axis"): _NORMALIZED,
    ("Softmax", "axis"): replace(
        _NORMALIZED, help="The axes whose values will add up to 1; -1 is the last."
    ),
    ("Normalization", "axis"): Param(
        "ints",
        "The axes that keep their own mean and variance; empty uses one for everything.",
        min=-6,
        max=6,
        length=1,
        optional=True,
    ),
    ("ZeroPadding1D", "padding"): replace(
        _EDGE, help="How many zeros the beginning and the end get: one number, or a pair.", length=2
    ),
    ("ZeroPadding2D", "padding"): replace(_EDGE, length=2),
    ("ZeroPadding3D", "padding"): replace(_EDGE, length=3),
    ("UpSampling2D", "interpolation"): Param(
        "choice", "How new pixels are computed from old ones.", choices=_SMOOTH
    ),
    ("Resizing", "interpolation"): Param(
        "choice", "How new pixels are computed from old ones.", choices=_SMOOTH
    ),
    ("Resizing", "fill_mode"): Param(
        "choice",
        "What fills added edges; Keras knows one way here.",
        choices=("constant",),
        advanced=True,
    ),
    ("Resizing", "height"): replace(PARAMS["height"], start=28),
    ("Resizing", "width"): replace(PARAMS["width"], start=28),
    ("Rescaling", "scale"): Param(
        "floats",
        "What every value is multiplied by, or each column; 1/255 brings pixels to 0 … 1.",
        start=1 / 255,
    ),
    ("Hashing", "mask_value"): Param(
        "json",
        "The value that means 'nothing here' and becomes 0; empty means none.",
        optional=True,
        advanced=True,
    ),
    ("Hashing", "salt"): Param(
        "json",
        "A secret number, or two, that changes which bin a value lands in.",
        optional=True,
        advanced=True,
    ),
    ("CategoryEncoding", "output_mode"): Param(
        "choice",
        "'one_hot' gives a row with a single 1, 'multi_hot' marks every value present, "
        "'count' counts them.",
        choices=("multi_hot", "one_hot", "count"),
    ),
    ("Discretization", "num_bins"): Param(
        "int",
        "How many bins, when their boundaries are learned from the data.",
        min=1,
        max=1_000_000,
        optional=True,
        start=10,
    ),
    ("Discretization", "epsilon"): Param(
        "float",
        "How exact the learned boundaries are; smaller is slower.",
        min=0.0,
        max=1.0,
        advanced=True,
    ),
    ("IntegerLookup", "output_mode"): replace(PARAMS["output_mode"], choices=_TEXT_MODES),
    ("IntegerLookup", "mask_token"): Param(
        "int",
        "The number that means 'nothing here' and becomes 0; empty means none.",
        optional=True,
        advanced=True,
    ),
    ("IntegerLookup", "oov_token"): Param(
        "int", "What stands for numbers that are not in the vocabulary.", advanced=True
    ),
    ("IntegerLookup", "vocabulary"): Param(
        "ints", "The known numbers; empty learns them from the data.", optional=True
    ),
    ("StringLookup", "output_mode"): replace(PARAMS["output_mode"], choices=_TEXT_MODES),
    ("TextVectorization", "output_mode"): Param(
        "choice",
        "'int' numbers the words in order, 'multi_hot' marks the words present, 'count' "
        "counts them, 'tf_idf' weighs rare words higher.",
        choices=("int", "multi_hot", "count", "tf_idf"),
    ),
    ("STFTSpectrogram", "window"): replace(PARAMS["window"], choices=_WINDOWS),
    ("STFTSpectrogram", "mode"): Param(
        "choice",
        "What of the spectrum is given.",
        choices=("log", "magnitude", "psd", "real", "imag", "angle", "stft"),
    ),
    ("STFTSpectrogram", "fft_length"): replace(
        PARAMS["fft_length"],
        optional=True,
        help="How many samples one spectrum is made of; empty means the next power of two.",
    ),
    ("RandomErasing", "factor"): _PROBABILITY,
    ("RandomErasing", "scale"): Param(
        "floats",
        "How large the erased patch may be, as a share of the picture: from and to.",
        length=2,
    ),
    ("RandomErasing", "fill_value"): Param(
        "float", "The value of the erased patch; empty fills it with noise.", optional=True
    ),
    ("RandomElasticTransform", "factor"): _PROBABILITY,
    ("RandomElasticTransform", "fill_mode"): replace(
        PARAMS["fill_mode"], choices=("reflect", "constant", "nearest", "wrap", "mirror")
    ),
    ("RandomElasticTransform", "scale"): Param(
        "floats", "How strong the warping is: one number, or from and to.", length=2
    ),
    ("RandomPerspective", "factor"): _PROBABILITY,
    ("RandomPerspective", "scale"): Param(
        "float", "How far the corners may move.", min=0.0, max=10.0, step=0.1
    ),
    ("RandomInvert", "factor"): _PROBABILITY,
    ("RandomGrayscale", "factor"): Param(
        "float", "The share of pictures that lose their color.", min=0.0, max=1.0, step=0.05
    ),
    ("RandomPosterization", "factor"): Param(
        "floats",
        "How many bits each channel keeps, 1 to 8: one number, or from and to.",
        min=1,
        max=8,
        length=2,
        start=4,
    ),
    ("RandomRotation", "factor"): Param(
        "floats",
        "How far it may turn, as a share of a full circle: 0.1 is 36 degrees either way.",
        min=-1.0,
        max=1.0,
        length=2,
        start=0.05,
    ),
    ("RandomZoom", "height_factor"): Param(
        "floats",
        "How much it may shrink (positive) or grow (negative): one number, or from and to.",
        length=2,
        start=0.1,
    ),
    ("RandomZoom", "width_factor"): Param(
        "floats", "The same for the width; empty keeps the proportions.", length=2, optional=True
    ),
    ("AugMix", "alpha"): Param(
        "float",
        "How evenly the copies are blended; 1 treats every mixture alike.",
        min=0.0,
        max=10.0,
        step=0.1,
        advanced=True,
    ),
}

OVERRIDES: dict[tuple[str, str, str], Param] = {
    ("layers", class_name, arg): param for (class_name, arg), param in _LAYERS.items()
}
"""(kind, class, argument) → how it is asked for there."""

_BINARY = {"binary": "multi_hot"}

SPELLINGS: dict[tuple[str, str], dict[Any, Any]] = {
    ("layers", "data_format"): {
        "channels_last": None,
        "CHANNELS_LAST": None,
        "CHANNELS_FIRST": "channels_first",
    },
    ("layers", "padding"): {"SAME": "same", "VALID": "valid"},
    ("losses", "reduction"): {None: "none"},
    ("InputLayer", "dtype"): {"float32": None},
    ("InputLayer", "sparse"): {False: None},
    ("InputLayer", "ragged"): {False: None},
    ("Conv1D", "padding"): {"CAUSAL": "causal"},
    ("UpSampling2D", "interpolation"): {way.upper(): way for way in _SMOOTH},
    ("CategoryEncoding", "output_mode"): _BINARY,
    ("IntegerLookup", "output_mode"): _BINARY,
    ("StringLookup", "output_mode"): _BINARY,
    ("TextVectorization", "output_mode"): _BINARY,
    ("STFTSpectrogram", "window"): {"bart": "bartlett", "triangle": "triang"},
    ("VarianceScaling", "distribution"): {
        "normal": "truncated_normal",
        "NORMAL": "truncated_normal",
        "TRUNCATED_NORMAL": "truncated_normal",
        "UNTRUNCATED_NORMAL": "untruncated_normal",
        "UNIFORM": "uniform",
    },
    ("AUC", "curve"): {"roc": "ROC", "pr": "PR"},
}
"""(catalogue kind or class, argument) → values Keras takes, and what they say in a spec."""

SECOND_NAMES: dict[str, dict[str, str]] = {
    "initializers": {
        "normal": "RandomNormal",
        "one": "Ones",
        "uniform": "RandomUniform",
        "zero": "Zeros",
    },
}
"""Kind → Keras's further short strings → class, beside what ``extra["aliases"]`` tells."""
