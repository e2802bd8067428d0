"""Layers of a graph: those that join several inputs, and attention, which compares two."""

from __future__ import annotations

from functools import partial

from builder.catalog.entry import Param
from builder.catalog.layers.layer_table import layer

_merge = partial(layer, group="Merging", section="merging_layers", call="list", arity=(2, None))
_alike = partial(_merge, merges="elementwise", shape="same")
_attend = partial(
    layer, group="Attention", section="attention_layers", ndim=(3, 4, 5), reads_twice=True
)

_INITIAL = (
    "kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, "
    "bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, "
    "bias_constraint=None, use_gate=False, seed=None"
)
_SHAPE = "All inputs must have the same shape, or sizes of 1 where they differ."
_ROLES = ("query", "value", "key")

_GATE = Param("bool", "Let a learned gate decide how much of the answer passes.", advanced=True)
_WINDOW = Param(
    "int", "How many steps back a query may look; empty is all.", min=1, optional=True,
    advanced=True,
)  # fmt: skip
_FLASH = Param(
    "choice",
    "Use the fast implementation of some graphics cards; empty decides by itself.",
    choices=(None, True, False),
    optional=True,
    advanced=True,
)
_HEADS = Param("int", "How many comparisons run side by side.", min=1, max=10_000)
_SIZE = Param("int", "How many numbers each head compares.", min=1, max=100_000)
_HEAD = {"use_gate": _GATE, "sliding_window": _WINDOW, "flash_attention": _FLASH}

ENTRIES = (
    _alike(
        "Add()",
        f"Adds its inputs value by value. {_SHAPE} It makes the shortcut of a residual network.",
        "Two cooks pour their sauces into one pot.",
        formula=r"y = x_1 + x_2 + \dots",
    ),
    _merge(
        "Concatenate(axis=-1)",
        "Joins its inputs end to end along an axis; all other axes must have the same size. It "
        "keeps everything apart that Add would mix.",
        "Two plates put next to each other on one tray.",
        formula=r"y = [x_1, x_2, \dots]",
        params={"axis": Param("int", "The axis along which they are joined; -1 is the last.",
                              min=-6, max=6)},
        merges="axis",
        precomputes="moves",
    ),
    _alike(
        "Multiply()",
        f"Multiplies its inputs value by value. {_SHAPE} With a sigmoid on one side it is a gate.",
        "One cook decides how much of the other's sauce goes in.",
        formula=r"y = x_1 \cdot x_2 \cdots",
        reads_twice=True,
    ),
    _alike(
        "Subtract()",
        f"The first input minus the second, value by value. {_SHAPE}",
        "Weighing the full jar and taking the empty jar's weight off.",
        formula=r"y = x_1 - x_2",
        arity=(2, 2),
        roles=("from", "what"),
    ),
    _alike(
        "Average()",
        f"The average of its inputs, value by value. {_SHAPE}",
        "Several tasters, and the mean of their marks counts.",
        formula=r"y = \tfrac{1}{n}\,(x_1 + \dots + x_n)",
    ),
    _alike(
        "Maximum()",
        f"The largest of its inputs, value by value. {_SHAPE}",
        "Several tasters, and the best mark counts.",
        formula=r"y = \max(x_1, x_2, \dots)",
    ),
    _alike(
        "Minimum()",
        f"The smallest of its inputs, value by value. {_SHAPE}",
        "Several tasters, and the worst mark counts.",
        formula=r"y = \min(x_1, x_2, \dots)",
    ),
    _merge(
        "Dot(axes, normalize=False)",
        "The dot product of two inputs along an axis: how much they point the same way. With "
        "normalize it is the cosine of the angle between them.",
        "Two people's tastes compared dish by dish, and the agreements summed up.",
        formula=r"y = \sum_i x_{1,i}\, x_{2,i}",
        start={"axes": -1},
        arity=(2, 2),
        params={
            "axes": Param("json", "The axis summed over, or one for each input; -1 is the last."),
            "normalize": Param("bool", "Scale both to length 1 first: then it is the cosine."),
        },
    ),
    _merge(
        "HashedCrossing(num_bins, output_mode='int', sparse=False)",
        "Makes one feature of two: every pair of values, such as city and weekday, gets one of "
        "num_bins numbers.",
        "One drawer for each pair of color and size.",
        section="preprocessing_layers/categorical",
        start={"num_bins": 10},
        arity=(2, 2),
        reads=("string", "int"),
        gives_int=True, rescales=True,
    ),
    _attend(
        f"MultiHeadAttention(num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, "
        "output_shape=None, attention_axes=None, sliding_window=None, flash_attention=None, "
        f"{_INITIAL})",
        "Every step of the first input (query) looks at all steps of the second (value) and "
        "takes from each as much as they match. Several heads look for different things. With "
        "one input it looks at itself: self-attention, the heart of a transformer.",
        "Every guest asks the whole table a question and listens most to who has the answer.",
        formula=r"y = \mathrm{softmax}\!\left(\tfrac{Q K^\top}{\sqrt{d}}\right) V",
        start={"num_heads": 2, "key_dim": 16},
        arity=(1, 3),
        roles=_ROLES,
        params=_HEAD | {
            "num_heads": _HEADS,
            "key_dim": _SIZE,
            "value_dim": Param("int", "How many numbers each head hands on; empty is key_dim.",
                               min=1, optional=True, advanced=True),
            "output_shape": Param("json", "The last axes of the answer; empty is the query's.",
                                  optional=True, advanced=True),
            "attention_axes": Param("json", "The axes attended over; empty is all between batch "
                                    "and features.", optional=True, advanced=True),
        },
        call="query_value", late_seeds=True,
    ),
    _attend(
        "Attention(use_scale=False, score_mode='dot', dropout=0.0, seed=None)",
        "Every step of the first input (query) takes from the second (value) as much as they "
        "match, compared by the dot product. It has no weights of its own.",
        "A reader with a question skims a text and keeps the sentences that answer it.",
        formula=r"y = \mathrm{softmax}(Q K^\top)\, V",
        arity=(1, 3),
        roles=_ROLES,
        params={
            "use_scale": Param("bool", "Learn a number that scales the matches."),
            "score_mode": Param("choice", "How a match is measured.", choices=("dot", "concat")),
        },
        call="pair",
    ),
    _attend(
        "AdditiveAttention(use_scale=True, dropout=0.0)",
        "As Attention, but a match is measured by adding query and key and squeezing them through "
        "tanh, as the first translators did.",
        "Question and answer are laid on one scale instead of being multiplied.",
        formula=r"y = \mathrm{softmax}\!\left(\textstyle\sum \tanh(Q + K)\right) V",
        arity=(1, 3),
        roles=_ROLES,
        params={"use_scale": Param("bool", "Learn a number that scales the matches.")},
        call="pair",
        late_seeds=True,
    ),
    _attend(
        "GroupQueryAttention(head_dim, num_query_heads, num_key_value_heads, dropout=0.0, "
        f"use_bias=True, sliding_window=None, flash_attention=None, {_INITIAL})",
        "A MultiHeadAttention in which several query heads share a key and value head: less "
        "memory, nearly as good. Large language models use it.",
        "Several guests share one interpreter.",
        page="",
        start={"head_dim": 16, "num_query_heads": 4, "num_key_value_heads": 2},
        arity=(2, 3),
        roles=_ROLES,
        params=_HEAD | {
            "head_dim": _SIZE,
            "num_query_heads": _HEADS,
            "num_key_value_heads": Param("int", "How many key and value heads they share; it "
                                         "must divide the query heads.", min=1, max=10_000),
        },
        call="query_value", late_seeds=True,
    ),
)  # fmt: skip
"""In palette order."""

BY_NAME = {e.class_name: e for e in ENTRIES}
