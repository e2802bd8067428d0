"""The prediction for one picture as HTML: verdict, the picture seen, a bar for each class."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.spec import TrainingSpec
from pages.widgets.shared.markup import image_data_url


def reads_digits(training: TrainingSpec) -> bool:
    """Whether its model takes 28×28 pictures of one channel."""
    model = training.model
    shapes = [
        layer.config.get("shape")
        for layer in model.layers.values()
        if getattr(layer, "class_name", "") == "InputLayer"
    ]
    return shapes in ([(28, 28)], [(28, 28, 1)])


def verdict_html(prediction: dict[str, Any]) -> str:
    """The one sentence that matters, as HTML."""
    name, why = prediction["class"], html.escape(prediction["why"])
    if name is None:
        return f'<p class="lw-verdict" role="status"><b>–</b><span>{why}</span></p>'
    word = html.escape(str(name))
    if prediction["sure"]:
        text = f"<b>{word}</b><span>{why}</span>"
    else:
        text = f"<b>{word}?</b><span>Not sure. {why}</span>"
    return f'<p class="lw-verdict" role="status" aria-live="polite">{text}</p>'


def seen_html(image: NDArray[np.uint8] | None) -> str:
    """The picture the model was given, uint8 (28, 28), black when there is none, as HTML."""
    shown = np.zeros((28, 28), np.uint8) if image is None else np.asarray(image)
    return (
        '<figure class="lw-seen"><img width="112" height="112"'
        f' src="{image_data_url(shown)}" alt="The drawing as the model sees it, 28 by 28 pixels,'
        ' white ink on black"><figcaption>What the model sees: 28×28</figcaption></figure>'
    )


def bars_html(classes: list[str], probabilities: list[float]) -> str:
    """Probabilities as a table with bars, as HTML; empty lists draw the empty table."""
    top = max(range(len(probabilities)), key=probabilities.__getitem__) if probabilities else -1
    rows = []
    for i, name in enumerate(classes):
        p = probabilities[i] if probabilities else 0.0
        mark = ' class="top"' if i == top else ""
        rows.append(
            f'<tr{mark}><th scope="row">{html.escape(str(name))}</th>'
            f'<td><i style="width:{100 * p:.1f}%"></i></td><td>{100 * p:.1f} %</td></tr>'
        )
    head = '<caption class="lw-hidden">Probability of each class</caption>'
    return f'<table class="lw-bars">{head}<tbody>{"".join(rows)}</tbody></table>'
