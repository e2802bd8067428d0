"""Try a sentence: predict for a typed text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from builder import binding, edit, formatting
from builder.runs.engine_process import client
from builder.spec import Run, TrainingSpec
from pages.widgets.evaluate import prediction
from pages.widgets.session import engine_facts
from pages.widgets.shared import page_frame

LONGEST = 1000
"""Letters that can be typed."""


def reads_text(training: TrainingSpec) -> bool:
    """Whether its model reads one text and gives one answer."""
    model = training.model
    entrances = [n.name for n in model.nodes if edit.is_input(model, n.name)]
    alone = len(entrances) == 1 and len(binding.outputs(model)) == 1
    return alone and edit.layer_of(model, entrances[0]).config.get("dtype") == "string"


@st.fragment
@page_frame.safe
def show(run: Run, artefact: str) -> None:
    """A field, and below it the answer; a fragment, so that typing runs nothing else."""
    dataset = run.training.dataset
    key = ("preview", dataset)
    preview = engine_facts.get_or_make(key, lambda: client.call("loading.preview", dataset))
    st.subheader("Try a sentence", anchor=False)
    text = st.text_input(
        "Your sentence",
        key=f"sentence-{run.id}",
        max_chars=LONGEST,
        placeholder=preview["rows"][0][:80],
        help="Press Enter to have it read. Nothing of it is kept.",
    )
    answer = client.call("predict_text.predict_text", artefact, run.training, text)
    # one element, so that verdict, words and bars change together
    if "value" in answer:
        value = (
            f'<p class="lw-verdict" role="status"><b>{formatting.digits(answer["value"])}</b></p>'
        )
        st.html(value + words_html(answer))
        return
    bars = prediction.bars_html(answer["classes"], answer["probabilities"])
    st.html(
        f'<div class="lw-said">{prediction.verdict_html(answer)}</div>' + words_html(answer) + bars
    )


def words_html(prediction: Mapping[str, Any]) -> str:
    """The typed words, as HTML; those the model does not know are struck out and told."""
    if not prediction["words"]:
        return ""
    shown = " ".join(
        f"<span>{escape(word)}</span>" if known else f"<s>{escape(word)}</s>"
        for word, known in prediction["words"]
    )
    strange = sum(not known for _, known in prediction["words"])
    note = f"{strange} struck out: unknown to the model" if strange else "the model knows them all"
    return f'<p class="lw-typed">{shown} <small>({note})</small></p>'
