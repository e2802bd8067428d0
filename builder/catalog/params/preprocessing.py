"""Arguments of the preprocessing and augmentation layers."""

from __future__ import annotations

from builder.catalog.entry import Param

_TABLES = {
    "num_tokens": Param(
        "int",
        "How many different whole numbers can come in: the largest plus one.",
        min=1,
        max=10_000_000,
        optional=True,
        start=10,
    ),
    "output_mode": Param(
        "choice",
        "'int' gives the number itself, 'one_hot' a row with a single 1, 'multi_hot' marks "
        "every value present, 'count' counts them.",
        choices=("int", "one_hot", "multi_hot", "count"),
    ),
    "num_bins": Param("int", "How many bins.", min=1, max=10_000_000, start=10),
    "bin_boundaries": Param(
        "floats",
        "Where one bin ends and the next begins, in rising order; empty learns them from the data.",
        optional=True,
    ),
    "salt": Param(
        "int",
        "A secret number that changes which bin a value lands in.",
        min=0,
        optional=True,
        advanced=True,
    ),
    "max_tokens": Param(
        "int",
        "The most entries the vocabulary may have; empty means no limit.",
        min=1,
        max=10_000_000,
        optional=True,
    ),
    "num_oov_indices": Param(
        "int",
        "How many numbers are kept for values that are not in the vocabulary.",
        min=0,
        max=1_000_000,
    ),
    "mask_token": Param(
        "str",
        "The value that means 'nothing here' and becomes 0; empty means none.",
        optional=True,
        advanced=True,
    ),
    "oov_token": Param(
        "str", "What stands for values that are not in the vocabulary.", advanced=True
    ),
    "vocabulary": Param(
        "json",
        'The known values as a list, e.g. ["red", "green"]; empty learns them from the data.',
        optional=True,
    ),
    "vocabulary_dtype": Param(
        "choice", "The type of the values; Keras knows one.", choices=("int64",), advanced=True
    ),
    "idf_weights": Param(
        "floats",
        "How rare each vocabulary entry is; only for 'tf_idf'.",
        optional=True,
        advanced=True,
    ),
    "invert": Param(
        "bool", "Go the other way: back from the result to the original.", advanced=True
    ),
    "pad_to_max_tokens": Param(
        "bool",
        "Make the output as wide as max_tokens even if the vocabulary is smaller.",
        advanced=True,
    ),
    "oov_method": Param(
        "choice",
        "How unknown values are spread over their numbers.",
        choices=("floormod", "farmhash"),
        advanced=True,
    ),
    "encoding": Param("str", "The text encoding.", advanced=True),
    "standardize": Param(
        "choice",
        "How the text is cleaned before it is split.",
        choices=(None, "lower_and_strip_punctuation", "lower", "strip_punctuation"),
        optional=True,
    ),
    "split": Param(
        "choice",
        "What one token is: a word, or a character; empty takes the text whole.",
        choices=(None, "whitespace", "character"),
        optional=True,
    ),
    "ngrams": Param(
        "int",
        "Also count runs of up to this many words; empty means single words.",
        min=1,
        max=20,
        optional=True,
        advanced=True,
    ),
    "output_sequence_length": Param(
        "int",
        "Cut or pad every text to this many tokens; empty uses the longest.",
        min=1,
        max=1_000_000,
        optional=True,
    ),
    "mean": Param("floats", "The mean to subtract; empty learns it from the data.", optional=True),
    "variance": Param(
        "floats", "The variance to divide by; empty learns it from the data.", optional=True
    ),
}

_SOUND = {
    "fft_length": Param(
        "int", "How many samples one spectrum is made of; a power of two.", min=1, max=1_000_000
    ),
    "sequence_stride": Param(
        "int", "How many samples lie between two spectra.", min=1, max=1_000_000
    ),
    "sequence_length": Param(
        "int",
        "How many samples the window covers; empty means as many as fft_length.",
        min=1,
        max=1_000_000,
        optional=True,
        advanced=True,
    ),
    "window": Param(
        "choice",
        "How each piece is faded in and out.",
        choices=("hann", "hamming", None),
        optional=True,
        advanced=True,
    ),
    "sampling_rate": Param("int", "Samples in one second of sound.", min=1, max=10_000_000),
    "num_mel_bins": Param("int", "How many pitches: the height of the picture.", min=1, max=10_000),
    "min_freq": Param("float", "The lowest pitch in hertz.", min=0.0, advanced=True),
    "max_freq": Param(
        "float",
        "The highest pitch in hertz; empty means half the sampling rate.",
        min=0.0,
        optional=True,
        advanced=True,
    ),
    "power_to_db": Param("bool", "Give loudness in decibels, as we hear it.", advanced=True),
    "top_db": Param(
        "float", "Everything this much quieter than the loudest is cut off.", min=0.0, advanced=True
    ),
    "mag_exp": Param("float", "1 for magnitude, 2 for power.", min=0.0, max=10.0, advanced=True),
    "min_power": Param("float", "The quietest power that counts.", min=0.0, advanced=True),
    "ref_power": Param("float", "The power that is called 0 decibels.", min=0.0, advanced=True),
    "frame_length": Param("int", "How many samples one piece has.", min=1, max=1_000_000),
    "frame_step": Param(
        "int",
        "How many samples lie between two pieces; empty means half a piece.",
        min=1,
        max=1_000_000,
        optional=True,
    ),
    "periodic": Param("bool", "Make the window periodic.", advanced=True),
    "scaling": Param(
        "choice",
        "How the spectrum is scaled.",
        choices=("density", "spectrum", None),
        optional=True,
        advanced=True,
    ),
    "expand_dims": Param("bool", "Give a picture with channels, for two-dimensional layers."),
}

_PICTURES = {
    "height": Param("int", "The height that comes out, in pixels.", min=1, max=10_000, start=24),
    "width": Param("int", "The width that comes out, in pixels.", min=1, max=10_000, start=24),
    "offset": Param("floats", "What is added after multiplying, to every value or each column."),
    "interpolation": Param(
        "choice",
        "How new pixels are computed from old ones.",
        choices=("nearest", "bilinear"),
        advanced=True,
    ),
    "crop_to_aspect_ratio": Param("bool", "Cut the edges off rather than squeeze the picture."),
    "pad_to_aspect_ratio": Param("bool", "Add edges rather than squeeze the picture."),
    "fill_mode": Param(
        "choice",
        "What fills the space that becomes free at the edges.",
        choices=("constant", "nearest", "reflect", "wrap"),
    ),
    "fill_value": Param("float", "The value of pixels that are filled in."),
    "antialias": Param("bool", "Smooth before making smaller.", advanced=True),
    "value_range": Param(
        "floats",
        "The darkest and the brightest value of the pictures: 0, 1 when they are scaled, else"
        " 0, 255.",
        length=2,
    ),
    "bins": Param("int", "How many levels of brightness are told apart.", min=2, max=65_536),
    "clip_limit": Param(
        "float",
        "How much contrast may grow at most; smaller means less noise.",
        min=0.0,
        max=1000.0,
        step=0.5,
    ),
    "tile_grid_size": Param(
        "ints",
        "Into how many tiles the picture is cut, by height and width.",
        min=1,
        max=1000,
        length=2,
    ),
    "factor": Param(
        "floats",
        "How strong it may be: one number, or the lowest and the highest.",
        length=2,
        start=0.1,
    ),
    "height_factor": Param(
        "floats",
        "How far up and down, as a share of the height: one number, or from and to.",
        length=2,
        start=0.1,
    ),
    "width_factor": Param(
        "floats",
        "How far left and right, as a share of the width: one number, or from and to.",
        length=2,
        start=0.1,
    ),
    "x_factor": Param("floats", "How far it slants sideways, as a share of the width.", length=2),
    "y_factor": Param(
        "floats", "How far it slants up and down, as a share of the height.", length=2
    ),
    "brightness_factor": Param(
        "floats",
        "How much brightness may change, up to 1; empty leaves it.",
        length=2,
        optional=True,
    ),
    "contrast_factor": Param(
        "floats", "How much contrast may change, up to 1; empty leaves it.", length=2, optional=True
    ),
    "saturation_factor": Param(
        "floats",
        "How much the strength of the colors may change, up to 1; empty leaves it.",
        length=2,
        optional=True,
    ),
    "hue_factor": Param(
        "floats",
        "How far the colors may turn, up to 1; empty leaves them.",
        length=2,
        optional=True,
    ),
    "mode": Param(
        "choice",
        "In which direction it may be flipped.",
        choices=("horizontal", "vertical", "horizontal_and_vertical"),
    ),
    "sigma": Param(
        "floats", "How wide the blur is, in pixels: one number, or from and to.", length=2
    ),
    "addition_factor": Param(
        "floats", "How much brightness is added first, as a share of the range.", length=2
    ),
    "threshold_factor": Param(
        "floats", "From which brightness on pixels are inverted, as a share of the range.", length=2
    ),
    "num_ops": Param("int", "How many changes follow each other.", min=0, max=50),
    "num_chains": Param("int", "How many differently changed copies are blended.", min=1, max=50),
    "chain_depth": Param("int", "How many changes one copy may have.", min=1, max=50),
    "all_ops": Param(
        "bool", "Also change brightness, color, contrast and sharpness.", advanced=True
    ),
}

PARAMS: dict[str, Param] = {**_TABLES, **_SOUND, **_PICTURES}
"""Argument name → how it is asked for."""
