"""Form of the performance settings: XLA, number format, shuffling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from builder.runs.scheduler import capacity
from builder.spec import Config, TrainingSpec
from pages.widgets.session import widget_sync

CHOICES: dict[str, tuple[str, str, str, dict[Any, str]]] = {
    "jit_compile": (
        "compile",
        "Compiler",
        "Fast (XLA) compiles the whole training step for this machine: dense and recurrent models"
        " train about twice as fast, the start takes a few seconds longer, and the last digits of"
        " the numbers differ. It makes convolutions slower.",
        {None: "Plain", True: "Fast (XLA)"},
    ),
    "dtype_policy": (
        "compile",
        "Numbers",
        "Mixed precision multiplies in 16-bit numbers and keeps the weights in 32-bit ones: faster"
        " for convolutions on newer processors, a little less exact.",
        {None: "float32", "mixed_bfloat16": "Mixed precision"},
    ),
    "shuffle": (
        "fit",
        "Order of the examples",
        "Keras's fit mixes the examples; with a seed, in the same order every epoch. Another order"
        " every epoch is mixed anew, and is the same again for the same seed; the exported script"
        " does so too. As they stand: not mixed.",
        {None: "Mixed once", "epoch": "Mixed every epoch", False: "As they stand"},
    ),
}
"""Setting → where it stands in the spec, label, help, and the words of its values.

The first value is Keras's default, which a spec need not mention.
"""

SLOW_HALVES = (
    "Likely slower here: the processor Layerwise runs on has no instructions for 16-bit numbers. On"
    " such a one a small CNN took 3.6 times as long. Choose float32 for speed."
)


def show(training: TrainingSpec) -> TrainingSpec:
    """Draw the choices, closed while all are as usual, and return what they say now."""
    changed = [name for name in CHOICES if _value(training, name) is not None]
    label = f"Speed and order ({len(changed)} changed)" if changed else "Speed and order"
    with st.expander(label, key="speed"):
        for name in CHOICES:
            training = _choice(training, name)
        if _value(training, "dtype_policy") is not None and capacity.bfloat16() is False:
            st.warning(SLOW_HALVES, icon=":material/speed:")
    return training


def _value(training: TrainingSpec, name: str) -> Any:
    part, _, _, words = CHOICES[name]
    value = getattr(training, part).get(name)
    return value if value in words else None


def _choice(training: TrainingSpec, name: str) -> TrainingSpec:
    part, label, help, words = CHOICES[name]
    value, key = _value(training, name), f"speed-{name}"
    current = widget_sync.sync_widget(key, value, words[value])
    label_chosen = st.segmented_control(
        label,
        list(words.values()),
        default=current,
        key=key,
        help=help,
        required=True,
        width="stretch",
    )
    new = next((v for v, word in words.items() if word == label_chosen), value)
    widget_sync.record_value(key, new)
    if new == value and type(new) is type(value):
        return training
    settings: Config = getattr(training, part)
    settings = settings.without(name) if new is None else settings.with_(**{name: new})
    return replace(training, **{part: settings})
