"""Recurrent layers: read a sequence step by step and remember."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import layer
from builder.spec import Config, ObjectSpec

_row = partial(layer, group="Recurrent", section="recurrent_layers")

_LIMITS = (
    "kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, "
    "activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, "
    "bias_constraint=None, dropout=0.0, recurrent_dropout=0.0"
)
_INITIAL = (
    "use_bias=True, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', "
    "bias_initializer='zeros'"
)
_GATES = "activation='tanh', recurrent_activation='sigmoid'"
_READING = "return_sequences=False, return_state=False, go_backwards=False, stateful=False"
_CONV = (
    "filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, "
    f"{_GATES}, {_INITIAL}, unit_forget_bias=True, {_LIMITS}, seed=None, {_READING}"
)

_LSTM = (
    r"c_t = f_t \odot c_{t-1} + i_t \odot \tanh(W_c x_t + U_c h_{t-1} + b_c),\quad "
    r"h_t = o_t \odot \tanh(c_t)"
)

ENTRIES = (
    _row(
        f"LSTM(units, {_GATES}, {_INITIAL}, unit_forget_bias=True, {_LIMITS}, seed=None, "
        f"{_READING}, unroll=False, use_cudnn='auto')",
        "Reads a sequence step by step with a long memory: gates decide what to keep, what to "
        "forget and what to say. Its input is (steps, features). Set return_sequences if another "
        "recurrent layer follows.",
        "A reader with a notebook who crosses out what no longer matters and underlines what does.",
        formula=_LSTM,
        ndim=(3,),
        start={"units": 64},
        one_row=True,
        states=("h", "c"),
        arity=(1, 3),
        roles=("sequence", "state h", "state c"),
        weighs=True,
    ),
    _row(
        f"GRU(units, {_GATES}, {_INITIAL}, {_LIMITS}, seed=None, {_READING}, unroll=False, "
        "reset_after=True, use_cudnn='auto')",
        "A simpler LSTM with two gates instead of three: fewer weights, a little faster, often as "
        "good.",
        "A reader with a single sticky note that is rewritten as the story goes on.",
        formula=r"h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t",
        ndim=(3,),
        start={"units": 64},
        one_row=True,
        states=("h",),
        arity=(1, 2),
        roles=("sequence", "state"),
        weighs=True,
    ),
    _row(
        f"SimpleRNN(units, activation='tanh', {_INITIAL}, {_LIMITS}, {_READING}, unroll=False, "
        "seed=None)",
        "The plainest recurrent layer: each step mixes the new input with the last output. It "
        "forgets quickly, so it suits short sequences and learning how recurrence works.",
        "Whispering down the line: each child passes on what it heard and what it adds.",
        formula=r"h_t = \tanh(W x_t + U h_{t-1} + b)",
        page="simple_rnn",
        ndim=(3,),
        start={"units": 32},
        one_row=True,
        states=("h",),
        arity=(1, 2),
        roles=("sequence", "state"),
        weighs=True,
    ),
    _row(
        "Bidirectional(layer, merge_mode='concat', backward_layer=None)",
        "Runs a recurrent layer over the sequence twice, forwards and backwards, and joins both "
        "results, so that every step knows its future too. The output has twice as many features.",
        "Reading a sentence once from the front and once from the back.",
        formula=r"y = [\overrightarrow{h},\ \overleftarrow{h}]",
        start={"layer": ObjectSpec("LSTM", Config({"units": 64}))},
        wraps=True,
        states_of="layer",
        directions=("forward", "backward"),
        arity=(1, 5),
    ),
    _row(
        "TimeDistributed(layer)",
        "Applies the same layer to every step of a sequence, for instance a Dense to every word "
        "or a Conv2D to every frame of a film.",
        "The same stamp pressed on every page of a book.",
        formula=r"y_t = f(x_t)",
        start={"layer": ObjectSpec("Dense", Config({"units": 64, "activation": "relu"}))},
        wraps=True,
        more_axes=1,
    ),
    _row(
        f"ConvLSTM2D({_CONV})",
        "An LSTM for films: it reads picture after picture and remembers where things were, with "
        "convolutions instead of Dense weights. Its input is (frames, height, width, channels).",
        "Watching a film and guessing the next frame.",
        formula=r"c_t = f_t \odot c_{t-1} + i_t \odot \tanh(W_c * x_t + U_c * h_{t-1} + b_c)",
        ndim=(5,),
        start={"filters": 16, "kernel_size": 3},
        states=("h", "c"),
        arity=(1, 3),
    ),
    _row(
        f"ConvLSTM1D({_CONV})",
        "An LSTM over rows of values that change in time, with convolutions along the row. Its "
        "input is (frames, steps, features).",
        "Watching the bars of an equalizer dance.",
        ndim=(4,),
        start={"filters": 16, "kernel_size": 3},
        states=("h", "c"),
        arity=(1, 3),
    ),
    _row(
        f"ConvLSTM3D({_CONV})",
        "An LSTM over volumes that change in time, such as weather. Its input is (frames, depth, "
        "height, width, channels) and it needs very much memory.",
        "Watching a cloud change its shape from all sides.",
        ndim=(6,),
        start={"filters": 8, "kernel_size": 3},
        states=("h", "c"),
        arity=(1, 3),
    ),
)
"""In palette order."""
