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
GRAPHS: Mapping[str, ModelSpec] = {
    m.name: m for m in (RESIDUAL, SHARED, NESTED, MULTI, STATE, ATTENTION)
}
