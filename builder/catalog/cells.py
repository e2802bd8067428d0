"""Recurrent layers made of cells: no form offers them, but scripts may hold them."""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Entry, line

_WEIGHTS = (
    "use_bias=True, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', "
    "bias_initializer='zeros'"
)
_RULES = (
    "kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, "
    "kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0, "
    "recurrent_dropout=0.0"
)
_GATES = "units, activation='tanh', recurrent_activation='sigmoid'"
_TABLE: dict[str, dict[str, Any]] = {
    "RNN(cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, "
    "unroll=False, zero_output_for_mask=False)": {"states_of": "cell", "arity": (1, None)},
    "StackedRNNCells(cells)": {},
    f"LSTMCell({_GATES}, {_WEIGHTS}, unit_forget_bias=True, {_RULES}, seed=None)": {
        "states": ("h", "c")
    },
    f"GRUCell({_GATES}, {_WEIGHTS}, {_RULES}, reset_after=True, seed=None)": {"states": ("h",)},
    f"SimpleRNNCell(units, activation='tanh', {_WEIGHTS}, {_RULES}, seed=None)": {"states": ("h",)},
}

CELLS: dict[str, Entry] = {
    text.partition("(")[0]: line(
        "layers",
        text,
        summary="A recurrent layer built by hand; LSTM, GRU and SimpleRNN are the usual ones.",
        **traits,
    )
    for text, traits in _TABLE.items()
}
"""Class → entry."""
