"""What model files of Keras 0.x to 2.15 call classes, arguments and values, as data."""

from __future__ import annotations

from typing import Any

from builder.spec import Config

CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "ThresholdedReLU": "ReLU",
    "WeightRegularizer": "L1L2",
    "ActivityRegularizer": "L1L2",
    "GlorotNormalV2": "GlorotNormal",
    "GlorotUniformV2": "GlorotUniform",
}
"""Class in a file → its class today."""

FIXED: dict[str, Config] = {
    "CuDNNLSTM": Config(recurrent_activation="sigmoid"),
    "CuDNNGRU": Config(recurrent_activation="sigmoid", reset_after=True),
    "SyncBatchNormalization": Config(synchronized=True),
}
"""Class of a file → arguments by which its class today does the same."""

SPREAD: dict[str, tuple[str, str]] = {"TimeDistributedDense": ("TimeDistributed", "Dense")}
"""Class of a file → the wrapper and the layer it is today."""

USUAL_ARGUMENTS = {
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "dim_ordering": "data_format",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "stride": "strides",
    "pool_length": "pool_size",
    "filter_length": "kernel_size",
    "nb_filter": "filters",
    "atrous_rate": "dilation_rate",
    "p": "rate",
    "sigma": "stddev",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "output_dim": "units",
    "length": "size",
    "dims": "target_shape",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "lr": "learning_rate",
    "max_tokens": "num_tokens",
    "bins": "bin_boundaries",
    "m": "max_value",
}
"""Argument → its name today, in any class that does not take the old one."""

ARGUMENTS: dict[str, dict[str, str]] = {
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "LeakyReLU": {"alpha": "negative_slope"},
    "ThresholdedReLU": {"theta": "threshold"},
    "LossScaleOptimizer": {"optimizer": "inner_optimizer"},
}
"""Class of a file → argument → its name today."""

SIDES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
"""Arguments of Keras 1 for the sides of a window, which are one ``kernel_size`` today."""

VALUES: dict[str, dict[Any, Any]] = {
    "data_format": {"tf": "channels_last", "th": "channels_first"},
    "reduction": {"auto": "sum_over_batch_size", "sum_over_batch": "sum"},
    "activation": {"swish": "silu", "hard_swish": "hard_silu"},
}
"""Argument by its name today → value in a file → value today."""

FUNCTIONS = {
    "uniform": "random_uniform",
    "normal": "random_normal",
    "zero": "zeros",
    "one": "ones",
    "maxnorm": "max_norm",
    "nonneg": "non_neg",
    "unitnorm": "unit_norm",
}
"""Short names of initializers and constraints → those of today."""

SAYS_NOTHING: dict[str, tuple[Any, ...] | None] = {
    **dict.fromkeys(
        # how it was computed, stored or checked
        ("implementation", "consume_less", "fused", "experimental_relax_shapes", "locking",
         "experimental_autocast", "autocast", "cache_enabled", "jit_compile", "use_locking",
         "is_legacy_optimizer", "has_static_table", "shared_name", "dynamic",
        # what its neighbours say too
         "input_length", "input_dtype", "input_shape", "input_dim", "query_shape", "key_shape",
         "value_shape", "vocabulary_size", "batch_size", "trainable", "dtype", "custom_name",
         "fn", "sample_weight_mode", "loss_scale", "kernel_initializer", "kernel_regularizer",
         "kernel_constraint")
    ),
    "groups": (1,),
    "time_major": (False,),
    "zero_output_for_mask": (False,),
    "renorm": (False,),
    "adjustment": (None,),
    "mode": (0, None),
    "ragged": (False,),
    "sparse": (False,),
    "exclude_from_weight_decay": (None,),
    "schedule_decay": (0.004,),
    "axis": (-1,),
    "data_format": ("channels_last", "tf", None),
    "dim_ordering": ("tf", "th", "default"),
    "forget_bias_init": ("one",),
    "from_logits": (False,),
}  # fmt: skip
"""Argument that a class does not have today → the values by which nothing is lost; None: any."""

LAYERS_GONE = {
    "RandomWidth": "no layer of Keras 3 changes the width of pictures",
    "RandomHeight": "no layer of Keras 3 changes the height of pictures",
    "LocallyConnected1D": "Keras 3 has no locally connected layers",
    "LocallyConnected2D": "Keras 3 has no locally connected layers",
    "Merge": "Keras 1 joined whole models in it; Add or Concatenate do so today",
    "MaxoutDense": "no later Keras has it",
    "Highway": "no later Keras has it",
    "AutoEncoder": "no later Keras has it",
    "DenseFeatures": "it reads feature columns of TensorFlow, which Keras 3 does not",
    "TensorFlowOpLayer": "it is a bare operation of TensorFlow",
    "TFOpLambda": "it is a bare operation of TensorFlow",
    "SlicingOpLambda": "it is a bare operation of TensorFlow",
    "ModuleWrapper": "it holds a model that was not saved with it",
}
"""Layers of older files that no class today does the work of → why."""

COMPILE_NAMES = {
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
    "huber_loss": "huber",
}
"""Short names of losses and metrics in files → those of today."""

WRAPPED_BY_NAME = ("MeanMetricWrapper", "LossFunctionWrapper", "SumOverBatchSizeMetricWrapper")
"""Classes that hold nothing but a function, which says all of it."""

DECAY = "InverseTimeDecay"
"""The schedule that ``decay`` of an older optimizer was, step by step."""
