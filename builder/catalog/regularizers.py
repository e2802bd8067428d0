"""The regularizers: a price on large weights, as tables reading like Keras's signatures."""

from __future__ import annotations

from builder.catalog.entry import Entry, weight_row


def _row(text: str, *words: str) -> Entry:
    return weight_row("regularizers", text, "Regularizers", *words)


ENTRIES: tuple[Entry, ...] = (
    _row(
        "L2(l2=0.01)",
        "l2",
        r"\text{loss} + \lambda \sum w^2",
        "Adds the squared weights to the loss, so that no single weight grows large. The usual "
        "remedy against overfitting; 0.01 is strong, try 0.001 or less.",
        "A rubber band that pulls every weight towards zero, the harder the further out it is.",
    ),
    _row(
        "L1(l1=0.01)",
        "l1",
        r"\text{loss} + \lambda \sum |w|",
        "Adds the size of the weights to the loss. Weights that do not help end near zero, so it "
        "shows which inputs matter.",
        "Luggage with a price per kilo: what you do not need, you leave at home.",
    ),
    _row(
        "L1L2(l1=0.0, l2=0.0)",
        "l1l2",
        r"\text{loss} + \lambda_1 \sum |w| + \lambda_2 \sum w^2",
        "Both prices at once. Take it when you want few weights and none of them large.",
        "Luggage with a price per kilo and an extra fee for every heavy suitcase.",
    ),
    _row(
        "OrthogonalRegularizer(factor=0.01, mode='rows')",
        "orthogonal_regularizer",
        r"""\text{loss} + \lambda\,\operatorname{mean}_{i<j}
\left|\,\frac{w_i\cdot w_j}{\lVert w_i\rVert\,\lVert w_j\rVert}\,\right|""",
        "Makes neurons pay for looking at the same thing, so that each learns something else. Only "
        "for weight matrices, such as those of Dense.",
        "A team lead who asks everybody to work on a different question.",
    ),
)

NOT_OFFERED: dict[str, str] = {
    "Regularizer": "The base class; its price is zero.",
}
"""Public classes that are no choice for a learner, with the reason."""
