"""The constraints: limits on weights after each step, as tables reading like Keras's signatures."""

from __future__ import annotations

from builder.catalog.entry import Entry, weight_row


def _row(text: str, *words: str) -> Entry:
    return weight_row("constraints", text, "Constraints", *words)


ENTRIES: tuple[Entry, ...] = (
    _row(
        "MaxNorm(max_value=2, axis=0)",
        "max_norm",
        r"w \leftarrow w\cdot\frac{\min(\lVert w\rVert,\ \text{max})}{\lVert w\rVert}",
        "Shortens the weights of a neuron whenever together they become longer than the limit. "
        "Works well together with dropout.",
        "A dog on a leash: free to roam, but only so far.",
    ),
    _row(
        "NonNeg()",
        "non_neg",
        r"w \leftarrow \max(w, 0)",
        "Sets negative weights to zero, so that inputs can only add. For quantities that cannot "
        "cancel each other, such as ingredients.",
        "A recipe: you can add flour or leave it out, but never take away what is not there.",
    ),
    _row(
        "UnitNorm(axis=0)",
        "unit_norm",
        r"w \leftarrow \frac{w}{\lVert w\rVert}",
        "Gives the weights of each neuron length 1, so that only their direction is learned.",
        "A compass needle: it turns freely, but its length never changes.",
    ),
    _row(
        "MinMaxNorm(min_value=0.0, max_value=1.0, rate=1.0, axis=0)",
        "min_max_norm",
        r"""w \leftarrow w\cdot\frac{(1-r)\,\lVert w\rVert
+ r\,\operatorname{clip}(\lVert w\rVert, \text{min}, \text{max})}{\lVert w\rVert}""",
        "Keeps the length of each neuron's weights between two limits; the rate says how firmly.",
        "A thermostat: not below one mark, not above the other.",
    ),
)

NOT_OFFERED: dict[str, str] = {
    "Constraint": "The base class; it changes nothing.",
}
"""Public classes that are no choice for a learner, with the reason."""
