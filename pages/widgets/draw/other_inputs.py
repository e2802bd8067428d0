"""Models with several inputs or outputs on the Draw page: the other inputs, every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from builder import binding, formatting
from builder.catalog.entry import Param
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec
from pages.widgets.evaluate import prediction
from pages.widgets.shared.markup import image_data_url
from pages.widgets.shared.page_frame import escape_md

SIDES = ((28, 28), (28, 28, 1))

HONEST = (
    "A drawing alone is not enough for this model: it also reads what is set below. Its answer is"
    " worth something only as far as the drawing looks like the pictures it learned from."
)


def takes_drawing(training: TrainingSpec) -> bool:
    """Whether a model of several inputs or outputs has an Input of 28×28 pictures."""
    if binding.is_single_column(training):
        return False
    model = training.model
    layers = (model.layers[model.node(name).layer] for name in binding.inputs(model))
    return any(getattr(layer, "config", {}).get("shape") in SIDES for layer in layers)


def ask(others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Widgets for every Input but the drawing's; by node what ``engine.beside.drawing`` takes."""
    if not others:
        return {}
    st.subheader("What the model reads besides", anchor=False)
    return {str(other["node"]): _ask_one(other) for other in others}


def _ask_one(other: Mapping[str, Any]) -> Any:
    node, column = str(other["node"]), other["column"]
    if fields := find_kind(column.kind).fields(column):
        return _ask_fields(node, fields)
    if "images" in other:
        images = np.asarray(other["images"])
        chosen = st.selectbox(
            escape_md(f"{node}: a test example"),
            range(len(images)),
            format_func=lambda i: f"Example {i + 1}",
            key=f"beside-{node}",
        )
        seen = image_data_url(images[int(chosen)])
        alt = escape(f"{node}: test example {int(chosen) + 1}")
        st.html(
            f'<figure class="lw-seen"><img width="112" height="112" src="{seen}" alt="{alt}">'
            "</figure>"
        )
        return int(chosen)
    texts = [str(text) for text in other["texts"]]
    return int(
        st.selectbox(
            escape_md(f"{node}: a text of the test"),
            range(len(texts)),
            format_func=lambda i: texts[i],
            key=f"beside-{node}",
        )
    )


def _ask_fields(node: str, fields: Mapping[str, Param]) -> list[Any]:
    cells = st.columns(2, gap="small")
    values: list[Any] = []
    for i, (name, field) in enumerate(fields.items()):
        label, key = escape_md(name), f"beside-{node}-{i}"
        with cells[i % 2]:
            if field.type == "choice":
                values.append(st.selectbox(label, field.choices, key=key))
            elif field.min is None or field.max is None:
                values.append(st.text_input(label, key=key))
            elif field.min == field.max:
                values.append(field.min)
            else:
                limits = (field.min, field.max, field.start, field.step)
                values.append(st.slider(label, *limits, key=key, format="%.3g"))
    return values


def answers_html(answer: Mapping[str, Any]) -> str:
    """What every output says, as HTML: bars for classes, the number for a value."""
    return prediction.seen_html(answer["seen"]) + "".join(
        _answer_html(row) for row in answer["outputs"]
    )


def _answer_html(row: Mapping[str, Any]) -> str:
    name, column = escape(str(row["output"])), escape(str(row["column"]))
    title = name if name == column else f"{name} ({column})"
    if "picture" in row:
        picture = (
            np.zeros((28, 28), "uint8") if row["picture"] is None else np.asarray(row["picture"])
        )
        return (
            f'<h4>{title}</h4><figure class="lw-seen"><img width="112" height="112"'
            f' src="{image_data_url(picture)}" alt="The picture that the model answers with">'
            "<figcaption>What the model answers with</figcaption></figure>"
        )
    if "value" in row:
        value = "–" if row["value"] is None else formatting.digits(row["value"])
        return f'<h4>{title}</h4><p class="lw-verdict"><b>{value}</b></p>'
    return f"<h4>{title}</h4>" + prediction.bars_html(row["classes"], row["probabilities"])
