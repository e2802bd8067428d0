"""Names of Keras 1 and 2, TensorFlow 1 and their like, and what they are called today."""

from __future__ import annotations

CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Deconvolution2D": "Conv2DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "AdamOptimizer": "Adam",
    "GradientDescentOptimizer": "SGD",
    "RMSPropOptimizer": "RMSprop",
    "AdagradOptimizer": "Adagrad",
    "MaxNormalization": "MaxNorm",
    "TerminateOnNan": "TerminateOnNaN",
}
"""Class → its name today; told as a translation."""

SHORT = {
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalMaxPool3D": "GlobalMaxPooling3D",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalAvgPool3D": "GlobalAveragePooling3D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Convolution2D": "Conv2D",
    "RMSProp": "RMSprop",
    "MSE": "MeanSquaredError",
    "MAE": "MeanAbsoluteError",
    "MAPE": "MeanAbsolutePercentageError",
    "MSLE": "MeanSquaredLogarithmicError",
    "BinaryCrossEntropy": "BinaryCrossentropy",
}
"""Second names that Keras itself still takes, or slips of the pen nobody can misread."""

_WEIGHTS = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_CONVOLUTION = {
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
    "dim_ordering": "data_format",
    "kernel_dim": "kernel_size",
    "pool_length": "pool_size",
    "stride": "strides",
    "dilation": "dilation_rate",
} | _WEIGHTS
_RECURRENT = {
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
} | _WEIGHTS

ARGUMENTS: dict[str, dict[str, str]] = {
    "Dense": {"output_dim": "units"} | _WEIGHTS,
    "TimeDistributed": {},
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
    "SimpleRNN": _RECURRENT,
    "Dropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "SpatialDropout2D": {"p": "rate"},
    "SpatialDropout3D": {"p": "rate"},
    "GaussianDropout": {"p": "rate"},
    "AlphaDropout": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "Embedding": {"init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer"},
    "BatchNormalization": {"mode": "", "beta_init": "beta_initializer",
                           "gamma_init": "gamma_initializer"},
    "UpSampling1D": {"length": "size"},
    "ReduceLROnPlateau": {"epsilon": "min_delta"},
    "ModelCheckpoint": {"period": ""},
    "EarlyStopping": {},
}  # fmt: skip
"""Class → argument → its name today, ``""`` when it does nothing any more."""

for _name in ("Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D",
              "Conv2DTranspose", "DepthwiseConv2D", "MaxPooling1D", "MaxPooling2D",
              "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
              "ZeroPadding2D"):  # fmt: skip
    ARGUMENTS[_name] = _CONVOLUTION

OPTIMIZER_ARGUMENTS = {"lr": "learning_rate"}
"""For every optimizer."""

DROPPED = {
    "input_tensor": "an Input made from a tensor",
    "consume_less": "how Keras 1 computed",
    "implementation": "how Keras 2 computed",
    "time_major": "an order of axes Keras 3 no longer has",
    "experimental_relax_shapes": "a switch of TensorFlow",
    "fused": "how TensorFlow computed",
    "renorm": "a variant Keras 3 no longer has",
    "virtual_batch_size": "a variant Keras 3 no longer has",
    "write_grads": "something TensorBoard no longer writes",
    "jit_compile": "how it is compiled",
}
"""Arguments that say nothing about the model today → what they said."""

FIT = {"nb_epoch": "epochs", "nb_val_samples": "validation_steps", "show_accuracy": "",
       "samples_per_epoch": "", "max_q_size": "", "max_queue_size": "", "workers": "",
       "use_multiprocessing": "", "nb_worker": "", "pickle_safe": ""}  # fmt: skip
"""Of ``fit``: argument → its name today, ``""`` when there is none."""

ACTIVATIONS = {"swish": "silu", "hard_swish": "hard_silu", "lrelu": "leaky_relu"}
"""Function → its name today."""

LOSSES = {
    "kullback_leibler_divergence": "KLDivergence",
    "logcosh": "LogCosh",
    "cosine_proximity": "CosineSimilarity",
    "cosine": "CosineSimilarity",
    "huber_loss": "Huber",
    "rmse": "MeanSquaredError",
    "crossentropy": "CategoricalCrossentropy",
}
"""Short string of a loss → its class today."""

OWN_LOSSES = {
    "dice": "Dice",
    "tversky": "Tversky",
    "jaccard": "Dice",
    "iou": "Dice",
    "rmse": "MeanSquaredError",
    "root_mean_square": "MeanSquaredError",
    "binary_focal": "BinaryFocalCrossentropy",
    "huber": "Huber",
    "logcosh": "LogCosh",
}
"""Part of the name of a loss that people write themselves → Keras's loss nearest to it."""

WEIGHT_NAMES = {
    "normal": "random_normal",
    "uniform": "random_uniform",
    "zero": "zeros",
    "one": "ones",
    "maxnorm": "max_norm",
    "nonneg": "non_neg",
    "unitnorm": "unit_norm",
    "l1_l2": "l1l2",
    "l1l2": "l1l2",
    "activity_l2": "l2",
    "activity_l1": "l1",
    "lecun_normal": "lecun_normal",
}
"""Functions of initializers, regularizers and constraints → short string today."""

FUNCTIONS = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "average": "Average",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "concatenate": "Concatenate",
    "dot": "Dot",
}
"""Functions of ``keras.layers`` → the layer each of them is."""

MERGE_MODES = {"sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average",
               "max": "Maximum", "dot": "Dot"}  # fmt: skip
"""``mode`` of Keras 1's ``merge`` → layer."""

AUGMENTS = {
    "rotation_range": "RandomRotation",
    "width_shift_range": "RandomTranslation",
    "height_shift_range": "RandomTranslation",
    "shear_range": "RandomShear",
    "zoom_range": "RandomZoom",
    "brightness_range": "RandomBrightness",
    "channel_shift_range": "RandomColorJitter",
    "horizontal_flip": "RandomFlip",
    "vertical_flip": "RandomFlip",
}
"""Argument of ImageDataGenerator → the layer that does it."""

WINDOWS = ("Conv2D", "SeparableConv2D", "Conv2DTranspose")
"""Classes to which Keras 1 handed the two sides of a window one after the other."""
