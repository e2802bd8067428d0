"""Preprocessing layers: raw numbers, categories, text, pictures and sound made ready."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import layer

_SECTION = "preprocessing_layers"
_group = partial(layer, group="Preprocessing")
_number = partial(_group, section=f"{_SECTION}/numerical")
_category = partial(_group, section=f"{_SECTION}/categorical")
_text = partial(_group, section=f"{_SECTION}/text")
_image = partial(_group, section=f"{_SECTION}/image_preprocessing")
_sound = partial(_group, section=f"{_SECTION}/audio_preprocessing")

_RANGE = {"value_range": (0, 1)}

ENTRIES = (
    _image(
        "Rescaling(scale, offset=0.0)",
        "Multiplies every value by a number and adds another. With 1/255 it brings pixels from "
        "0 … 255 to 0 … 1, inside the model, so that it is never forgotten when predicting.",
        "Converting a recipe from grams to kilograms.",
        formula=r"y = \text{scale} \cdot x + \text{offset}",
        start={"scale": 1 / 255},
        shape="same",
        rescales=True,
        precomputes="calculates",
    ),
    _number(
        "Normalization(axis=-1, mean=None, variance=None, invert=False)",
        "Brings every feature to mean 0 and deviation 1 by numbers it learned from the training "
        "data beforehand, or that you give. Without them it changes nothing. It helps whenever "
        "columns have different units.",
        "Measuring all ingredients with the same spoon before the cooking starts.",
        formula=r"y = \frac{x - \text{mean}}{\sqrt{\text{variance}}}",
        ndim=(2, 3, 4, 5, 6),
        adapts="mean",
        shape="same",
        rescales=True,
        precomputes="calculates",
    ),
    _number(
        "Discretization(bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode='int', "
        "sparse=False)",
        "Replaces a number by the number of the bin it falls into, such as an age by an age "
        "group. The boundaries are given, or learned from the data.",
        "Sorting eggs into small, medium and large.",
        start={"bin_boundaries": (-1.0, 0.0, 1.0)},
        adapts="bin_boundaries",
        gives_int=True,
        rescales=True,
        precomputes="costly",
    ),
    _category(
        "CategoryEncoding(num_tokens=None, output_mode='multi_hot', sparse=False)",
        "Turns whole numbers that name categories into rows of zeros and ones, which Dense layers "
        "understand better.",
        "A shopping list with a box for every product: tick what is there.",
        ndim=(2,),
        start={"num_tokens": 10},
        reads=("int",),
        index_range="num_tokens",
        rescales=True,
        precomputes="costly",
    ),
    _category(
        "IntegerLookup(max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1, "
        "vocabulary=None, vocabulary_dtype='int64', idf_weights=None, invert=False, "
        "output_mode='int', sparse=False, pad_to_max_tokens=False, oov_method='floormod', "
        "salt=None)",
        "Gives every known whole number, such as a postal code, its place in a list; unknown ones "
        "share a place of their own.",
        "The cloakroom: coat number 4711 hangs on hook 3.",
        start={"vocabulary": (1, 2, 3)},
        reads=("int",),
        adapts="vocabulary",
        opens=("vocabulary",),
        gives_int=True,
        reserved=1,
        rescales=True,
        precomputes="costly",
    ),
    _category(
        "StringLookup(max_tokens=None, num_oov_indices=1, mask_token=None, oov_token='[UNK]', "
        "vocabulary=None, idf_weights=None, invert=False, output_mode='int', "
        "pad_to_max_tokens=False, sparse=False, encoding='utf-8', salt=None)",
        "Turns words that name categories into numbers by their place in a list; unknown ones "
        "share a place of their own.",
        "The menu: say 'soup' and the waiter writes down number 7.",
        start={"vocabulary": ("red", "green", "blue")},
        reads=("string",),
        adapts="vocabulary",
        opens=("vocabulary",),
        gives_int=True,
        reserved=1,
        rescales=True,
        precomputes="costly",
    ),
    _category(
        "Hashing(num_bins, mask_value=None, salt=None, output_mode='int', sparse=False)",
        "Puts every value into one of a fixed number of bins by a calculation, without a list. "
        "Different values may share a bin.",
        "Guests are seated by the first letter of their name: quick, but some share a table.",
        start={"num_bins": 10},
        reads=("int", "string"),
        gives_int=True,
        rescales=True,
        precomputes="costly",
    ),
    _text(
        "TextVectorization(max_tokens=None, standardize='lower_and_strip_punctuation', "
        "split='whitespace', ngrams=None, output_mode='int', output_sequence_length=None, "
        "pad_to_max_tokens=False, vocabulary=None, idf_weights=None, sparse=False, "
        "ragged=False, encoding='utf-8')",
        "Turns a text into the numbers of its words: it cleans the text, splits it and looks every "
        "word up. The list of words is given, or learned from the data. An Embedding usually "
        "follows.",
        "Chopping a sentence into bites and putting a number on each.",
        ndim=(1, 2),
        start={
            "max_tokens": 1000,
            "output_sequence_length": 20,
        },
        reads=("string",),
        adapts="vocabulary",
        opens=("vocabulary",),
        gives_int=True,
        reserved=2,
        rescales=True,
    ),
    _image(
        "Resizing(height, width, interpolation='bilinear', crop_to_aspect_ratio=False, "
        "pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, antialias=False, "
        "data_format=None)",
        "Makes all pictures the same size.",
        "Bread from different bakers, all cut to fit one toaster.",
        ndim=(4,),
        start={"height": 28, "width": 28},
        shape="last_axis",
        precomputes="costly",
    ),
    _image(
        "CenterCrop(height, width, data_format=None)",
        "Cuts the middle out of a picture; a picture that is too small is enlarged first.",
        "Cutting a round cookie from the middle of the dough.",
        ndim=(4,),
        start={"height": 24, "width": 24},
        shape="last_axis",
        precomputes="costly",
    ),
    _image(
        "AutoContrast(value_range=(0, 255))",
        "Stretches the brightness of every picture over the whole range, from darkest to "
        "brightest, in training and when predicting.",
        "Turning up the light until black is black and white is white.",
        page="auto_constrast",
        ndim=(4,),
        start=_RANGE,
        shape="same",
    ),
    _image(
        "Equalization(value_range=(0, 255), bins=256, data_format=None)",
        "Spreads the brightness of every picture so that all levels are used about equally; "
        "details in dark and bright parts appear.",
        "Spreading the butter evenly to the edges.",
        formula=r"y = \mathrm{CDF}(x)",
        section=f"{_SECTION}/image_augmentation",
        ndim=(4,),
        start=_RANGE,
        shape="same",
    ),
    _image(
        "ContrastLimitedAdaptiveHistogramEqualization(value_range=(0, 255), clip_limit=4.0, "
        "tile_grid_size=(8, 8), data_format=None)",
        "Evens out the brightness tile by tile (CLAHE), with a limit so that noise is not blown "
        "up. Used for medical pictures; it needs much memory.",
        "Spreading the butter slice by slice, and never too thick.",
        page="",
        ndim=(4,),
        start=_RANGE,
        shape="same",
    ),
    _sound(
        "MelSpectrogram(fft_length=2048, sequence_stride=512, sequence_length=None, "
        "window='hann', sampling_rate=16000, num_mel_bins=128, min_freq=20.0, max_freq=None, "
        "power_to_db=True, top_db=80.0, mag_exp=2.0, min_power=1e-10, ref_power=1.0)",
        "Turns a sound wave into a picture: time goes sideways, pitch upwards, loudness is the "
        "brightness, with the pitches spaced as we hear them.",
        "Sheet music written by a machine that listens.",
        ndim=(2,),
        same={"sequence_length": "fft_length"},
        half_window="fft_length",
    ),
    _sound(
        "STFTSpectrogram(mode='log', frame_length=256, frame_step=None, fft_length=None, "
        "window='hann', periodic=False, scaling='density', padding='valid', expand_dims=False, "
        "data_format=None)",
        "Cuts a sound wave into short pieces and tells which frequencies each contains. Its input "
        "is (samples, channels).",
        "A prism for sound: it splits every moment into its tones.",
        formula=r"X_{t,k} = \sum_n w_n\, x_{n + tH}\, e^{-2\pi i k n / N}",
        page="stft_spectrogram",
        ndim=(3,),
    ),
)
"""In palette order."""
