"""Good graphs: the spec speaks of them, the engine builds them, the screens come later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.spec import Config, ModelSpec, Node, chain
from tests.zoo.make import dense, given, layer


def graph(
    name: str, layers: Mapping[str, Any], nodes: Mapping[str, tuple[str, ...]], *outputs: str
) -> ModelSpec:
    """A graph of layers each called once; ``nodes`` says who reads whom."""
    rows = tuple(Node(n, n, inbound) for n, inbound in nodes.items())
    return ModelSpec(name, Config(layers), rows, outputs)


RESIDUAL = graph(
    "residual",
    {
        "input": given(8),
        "wide": dense(8, "relu"),
        "deep": dense(8, "relu"),
        "sum": layer("Add"),
        "out": dense(1),
    },
    {
        "input": (),
        "wide": ("input",),
        "deep": ("wide",),
        "sum": ("input", "deep"),
        "out": ("sum",),
    },
    "out",
)
SHARED = ModelSpec(
    "shared",
    Config(
        left=given(6),
        right=given(6),
        tower=dense(4, "relu"),
        difference=layer("Subtract"),
        out=dense(1, "sigmoid"),
    ),
    (
        Node("left", "left"),
        Node("right", "right"),
        Node("tower", "tower", ("left",)),
        Node("tower_again", "tower", ("right",)),
        Node("difference", "difference", ("tower", "tower_again")),
        Node("out", "out", ("difference",)),
    ),
    ("out",),
)
NESTED = graph(
    "nested",
    {
        "input": given(6),
        "inner": chain("inner", given(6), dense(5, "relu"), dense(4)),
        "out": dense(2, "softmax"),
    },
    {"input": (), "inner": ("input",), "out": ("inner",)},
    "out",
)
MULTI = graph(
    "multi",
    {
        "words": given(12, dtype="int32"),
        "numbers": given(3),
        "embedding": layer("Embedding", input_dim=50, output_dim=4),
        "average": layer("GlobalAveragePooling1D"),
        "both": layer("Concatenate"),
        "kind": dense(4, "softmax"),
        "amount": dense(1),
    },
    {
        "words": (),
        "numbers": (),
        "embedding": ("words",),
        "average": ("embedding",),
        "both": ("average", "numbers"),
        "kind": ("both",),
        "amount": ("both",),
    },
    "kind",
    "amount",
)
STATE = graph(
    "state",
    {
        "input": given(7, 3),
        "encoder": layer("LSTM", units=4, return_state=True),
        "out": dense(2),
    },
    {"input": (), "encoder": ("input",), "out": ("encoder:2",)},
    "out",
)
BOTH_WAYS = graph(
    "both_ways",
    {
        "input": given(7, 3),
        "reader": layer(
            "Bidirectional", layer=layer("LSTM", units=4, return_state=True), merge_mode=None
        ),
        "forth": dense(3),
        "back": dense(3),
        "state": dense(3),
        "sum": layer("Add"),
    },
    {
        "input": (),
        "reader": ("input",),
        "forth": ("reader",),
        "back": ("reader:1",),
        "state": ("reader:3",),
        "sum": ("forth", "back", "state"),
    },
    "sum",
)
ATTENTION = graph(
    "attention",
    {
        "words": given(20),
        "embedding": layer("Embedding", input_dim=100, output_dim=8),
        "attention": layer("MultiHeadAttention", num_heads=2, key_dim=4),
        "average": layer("GlobalAveragePooling1D"),
        "out": dense(1, "sigmoid"),
    },
    {
        "words": (),
        "embedding": ("words",),
        "attention": ("embedding", "embedding"),
        "average": ("attention",),
        "out": ("average",),
    },
    "out",
)
OPERATIONS = graph(
    "operations",
    {
        "input": given(4, 6),
        "rest": layer("ops.subtract", x1=1),
        "first": layer("ops.get_item", key=({"start": None, "stop": None, "step": None}, 0)),
        "scaled": layer("ops.multiply", x2=(0.5, 1.0, 1.5, 2.0, 2.5, 3.0)),
        "halves": layer("ops.split", indices_or_sections=2, axis=1),
        "joined": layer("ops.concatenate", axis=-1),
        "flat": layer("ops.reshape", newshape=(-1, 24)),
        "products": layer("ops.einsum", subscripts="bij,bkj->bik"),
        "mean": layer("ops.mean", axis=(1, 2), keepdims=True),
        "places": layer("ops.argmax", axis=-1),
        "rows": layer("ops.one_hot", num_classes=6),
        "chosen": layer("ops.where", x2=0.0),
        "positive": layer("ops.greater", x2=0),
        "out": dense(2),
    },
    {
        "input": (),
        "rest": ("input",),
        "first": ("rest",),
        "scaled": ("first",),
        "halves": ("input",),
        "joined": ("halves", "halves:1"),
        "flat": ("joined",),
        "products": ("input", "rest"),
        "mean": ("products",),
        "places": ("input",),
        "rows": ("places",),
        "positive": ("rest",),
        "chosen": ("positive", "rest"),
        "out": ("flat",),
    },
    "out",
    "scaled",
    "mean",
    "rows",
    "chosen",
)
TRANSLATOR = ModelSpec(
    "translator",
    Config(
        source=given(7, dtype="int32"),
        target=given(5, dtype="int32"),
        words=layer("Embedding", input_dim=30, output_dim=8, mask_zero=True),
        encoder=layer("GRU", units=6, return_sequences=True, return_state=True),
        decoder=layer("GRU", units=6, return_sequences=True),
        both_ways=layer("Bidirectional", layer=layer("LSTM", units=3, return_sequences=True)),
        attention=layer("MultiHeadAttention", num_heads=2, key_dim=3),
        sum=layer("Add"),
        each=layer("TimeDistributed", layer=dense(4, "relu")),
        frozen=dense(4, trainable=False),
        half=dense(30, "softmax", dtype="mixed_bfloat16"),
    ),
    (
        Node("source", "source"),
        Node("target", "target"),
        Node("words", "words", ("source",)),
        Node("words_1", "words", ("target",)),
        Node("encoder", "encoder", ("words",)),
        Node("decoder", "decoder", ("words_1", "encoder:1")),
        Node("both_ways", "both_ways", ("decoder",)),
        Node("attention", "attention", ("both_ways", "encoder")),
        Node("sum", "sum", ("attention", "both_ways")),
        Node("each", "each", ("sum",)),
        Node("frozen", "frozen", ("each",)),
        Node("half", "half", ("frozen",)),
    ),
    ("half", "encoder:1"),
)
TWINS = ModelSpec(
    "twins",
    Config(
        left=given(6),
        right=given(6),
        tower=ModelSpec(
            "tower",
            Config(into=given(6), deep=dense(4, "relu"), wide=dense(3)),
            (
                Node("into", "into"),
                Node("deep", "deep", ("into",)),
                Node("wide", "wide", ("into",)),
            ),
            ("deep", "wide"),
        ),
        near=layer("Dot", axes=1, normalize=True),
        out=dense(1, "sigmoid"),
    ),
    (
        Node("left", "left"),
        Node("right", "right"),
        Node("tower", "tower", ("left",)),
        Node("tower_1", "tower", ("right",)),
        Node("near", "near", ("tower", "tower_1")),
        Node("out", "out", ("tower_1:1",)),
    ),
    ("near", "out"),
)  # fmt: skip
CALLED = ModelSpec(
    "called",
    Config(
        input=given(5, 4),
        seen=given(5, 5, dtype="bool"),
        normal=layer("BatchNormalization"),
        drop=layer("Dropout", rate=0.5),
        attention=layer("MultiHeadAttention", num_heads=1, key_dim=3),
        base=chain("base", given(5, 4), layer("BatchNormalization"), dense(3)),
        stacked=layer("RNN", cell=layer("StackedRNNCells", cells=(layer("LSTMCell", units=3),
                                                                  layer("GRUCell", units=2)))),
    ),
    (
        Node("input", "input"),
        Node("seen", "seen"),
        Node("normal", "normal", ("input",), call=Config(training=False)),
        Node("drop", "drop", ("normal",)),
        Node(
            "attention",
            "attention",
            ("drop", "input", "seen"),
            call=Config(attention_mask={"wire": 2}, use_causal_mask=True,
                        return_attention_scores=True),
        ),
        Node("base", "base", ("drop",), call=Config(training=False)),
        Node("stacked", "stacked", ("base",)),
    ),
    ("attention", "attention:1", "stacked"),
)  # fmt: skip
VARIATIONAL = graph(
    "variational",
    {
        "input": given(2, 8, 8, 1),
        "cut": layer("TimeDistributed", layer=layer("Patches", patch_size=4)),
        "flat": layer("Reshape", target_shape=(8, 16)),
        "patches": chain(
            "patches",
            given(8, 16),
            layer("PositionEmbedding", embeddings_initializer=layer("HeNormal")),
            layer("GlobalAveragePooling1D"),
            dense(4),
        ),
        "mean": dense(2),
        "spread": dense(2),
        "sampling": layer("Sampling", kl_weight=0.01, seed=3),
        "out": dense(1),
    },
    {
        "input": (),
        "cut": ("input",),
        "flat": ("cut",),
        "patches": ("flat",),
        "mean": ("patches",),
        "spread": ("patches",),
        "sampling": ("mean", "spread"),
        "out": ("sampling",),
    },
    "out",
)
"""Layers of our own in a wrapper, in a block called as one of them, and side by side."""

SEVERAL: Mapping[str, ModelSpec] = {m.name: m for m in (OPERATIONS, TRANSLATOR, TWINS, CALLED)}
"""Graphs of everything the Functional API can say."""

GRAPHS: Mapping[str, ModelSpec] = {
    m.name: m for m in (RESIDUAL, SHARED, NESTED, MULTI, STATE, BOTH_WAYS, ATTENTION, VARIATIONAL)
}
