"""How a line of the layer tables becomes an Entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder.catalog.entry import Entry, Param, line
from builder.catalog.params import BY_RANK, PARAMS, SEVERAL_MEANINGS
from builder.spec import Config, snake_case

SITE = "https://keras.io/api/layers/"

RANK_2_UP = (2, 3, 4, 5, 6)
"""Anything but a batch of single numbers."""

WEIGHTS = (
    "kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, "
    "bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, "
    "bias_constraint=None"
)
"""The arguments about weights that Dense and the convolutions end with."""


def layer(
    text: str,
    summary: str,
    analogy: str,
    *,
    group: str,
    section: str,
    page: str | None = None,
    formula: str = "",
    ndim: tuple[int, ...] = (),
    start: Mapping[str, Any] | None = None,
    same: Mapping[str, str] | None = None,
    pair: Mapping[str, Any] | None = None,
    params: Mapping[str, Param] | None = None,
    own: bool = False,
    **traits: Any,
) -> Entry:
    """One layer; ``text`` reads like Keras: ``"Dense(units, activation=None)"``.

    Args:
        text: class name and arguments.
        summary, analogy, formula, ndim: as in Entry.
        group: heading in the palette.
        section: folder of Keras's pages, e.g. ``core_layers``.
        page: Keras's page in the section; the snake-cased class name if not given, ``""`` links
            to the section, for layers Keras has no page for.
        start: what a new one begins with.
        same, pair, params, own: see ``builder.catalog.layers``.
        traits: fields of ``builder.catalog.traits.Traits`` that are not ordinary.
    """
    made = line(
        "layers", text, group=group, summary=summary, analogy=analogy, formula=formula, **traits
    )
    extra: dict[str, Any] = {"same": same, "pair": pair, "params": params, "own": own}
    axes = re.search(r"([123])D", made.class_name)
    if axes:
        sized = {
            a: replace(PARAMS[a], length=int(axes[1]))
            for a in made.args
            if a in BY_RANK
            and made.class_name in SEVERAL_MEANINGS.get(("layers", a), {made.class_name})
        }
        extra["params"] = {**sized, **(params or {})}
    page = snake_case(made.class_name) if page is None else page
    return replace(
        made,
        url=f"{SITE}{section}/{page}/" if page else f"{SITE}{section}/",
        ndim=ndim,
        start=Config(start),
        extra=Config({k: v for k, v in extra.items() if v}),
    )
