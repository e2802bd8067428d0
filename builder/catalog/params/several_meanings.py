"""Ambiguous argument names, and the classes in which they have their usual meaning.

Every other class says itself what such a name means there, in its own ``params`` or in the
overrides; a test holds this list complete.
"""

from __future__ import annotations

_PICTURES = "RandomRotation RandomTranslation RandomZoom RandomElasticTransform"
_NORMALIZATIONS = "BatchNormalization LayerNormalization GroupNormalization"
_CONVOLUTIONS = (
    "Conv2D Conv3D SeparableConv2D SeparableConv1D DepthwiseConv2D DepthwiseConv1D "
    "Conv2DTranspose Conv1DTranspose Conv3DTranspose ConvLSTM2D ConvLSTM1D ConvLSTM3D"
)
_POOLINGS = (
    "MaxPooling2D MaxPooling1D MaxPooling3D AveragePooling2D AveragePooling1D AveragePooling3D"
)

_USUAL: dict[tuple[str, str], str] = {
    ("layers", "activation"): (
        f"Dense EinsumDense Conv1D {_CONVOLUTIONS} LSTM GRU SimpleRNN LSTMCell GRUCell "
        "SimpleRNNCell"
    ),
    ("layers", "alpha"): "ELU",
    ("layers", "axis"): "BatchNormalization GroupNormalization",
    ("layers", "epsilon"): f"{_NORMALIZATIONS} RMSNormalization",
    ("layers", "factor"): (
        "RandomBrightness RandomContrast RandomGaussianBlur RandomSharpness RandomHue "
        "RandomSaturation RandomColorDegeneration RandAugment AugMix"
    ),
    ("layers", "fft_length"): "MelSpectrogram",
    ("layers", "fill_mode"): "RandomRotation RandomTranslation RandomZoom",
    ("layers", "fill_value"): f"{_PICTURES} Resizing RandomPerspective",
    ("layers", "groups"): "Conv2D Conv1D Conv3D",
    ("layers", "height_factor"): "RandomTranslation",
    ("layers", "interpolation"): f"{_PICTURES} RandomPerspective RandAugment AugMix",
    ("layers", "mask_token"): "StringLookup",
    ("layers", "mask_value"): "Masking",
    ("layers", "mode"): "RandomFlip",
    ("layers", "num_bins"): "Hashing HashedCrossing",
    ("layers", "oov_token"): "StringLookup",
    ("layers", "output_mode"): "Discretization Hashing HashedCrossing",
    ("layers", "output_shape"): "EinsumDense",
    ("layers", "padding"): f"{_CONVOLUTIONS} {_POOLINGS} STFTSpectrogram",
    ("layers", "salt"): "IntegerLookup StringLookup",
    ("layers", "scale"): _NORMALIZATIONS,
    ("layers", "strides"): f"Conv1D {_CONVOLUTIONS}",
    ("layers", "vocabulary"): "StringLookup TextVectorization",
    ("layers", "width_factor"): "RandomTranslation",
    ("layers", "window"): "MelSpectrogram",
    ("losses", "gamma"): "CategoricalFocalCrossentropy BinaryFocalCrossentropy",
    ("metrics", "threshold"): "BinaryAccuracy BinaryIoU",
    ("metrics", "thresholds"): (
        "Precision Recall TruePositives FalsePositives TrueNegatives FalseNegatives"
    ),
    ("schedules", "decay_rate"): "ExponentialDecay",
}

SEVERAL_MEANINGS = {name: frozenset(classes.split()) for name, classes in _USUAL.items()}
"""(kind, argument) → the classes that mean what the kind's book says."""
