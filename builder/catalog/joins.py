"""Layers of several inputs, which the palette of stacks leaves out: to read and write them."""

from __future__ import annotations

from builder.catalog.entry import line

_ATTENTION = (
    "num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, "
    "attention_axes=None, flash_attention=None, kernel_initializer='glorot_uniform', "
    "bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, "
    "activity_regularizer=None, kernel_constraint=None, bias_constraint=None, seed=None"
)
_JOINS = ("Add()", "Average()", "Maximum()", "Minimum()", "Multiply()", "Subtract()",
          "Concatenate(axis=-1)", "Dot(axes, normalize=False)",
          f"MultiHeadAttention({_ATTENTION})",
          "Attention(use_scale=False, score_mode='dot', dropout=0.0, seed=None)",
          "AdditiveAttention(use_scale=True, dropout=0.0)")  # fmt: skip
JOINS = {text.partition("(")[0]: line("layers", text) for text in _JOINS}
"""Class → entry."""
