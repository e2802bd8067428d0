"""What a model says of one example, and which columns pushed it where; as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from builder import formatting
from pages.widgets.evaluate import prediction

REASONS = 8
"""Columns that are named, the strongest first."""


def answer_html(answer: Mapping[str, Any]) -> str:
    """One target's answer with its reasons.

    Args:
        answer: as ``predict_example.predict_example`` gives it.
    """
    name = escape(str(answer["column"]))
    if "value" in answer:
        number = formatting.digits(answer["value"])
        doubt = escape(answer["why"])
        head = (
            f'<p class="lw-verdict" role="status" aria-live="polite"><b>{number}</b>'
            f"<span>{name}. {doubt}</span></p>"
        )
        return head + reasons_html(answer["reasons"], f"{name} up or down")
    head = f'<div class="lw-said">{prediction.verdict_html(dict(answer))}</div>'
    bars = prediction.bars_html(answer["classes"], answer["probabilities"])
    return head + bars + reasons_html(answer["reasons"], f"towards {answer['class']}")


def reasons_html(reasons: Sequence[tuple[str, float]], towards: str) -> str:
    """Which columns pushed the answer, the strongest first: each against its usual value."""
    if not reasons:
        return ""
    shown = sorted(reasons, key=lambda r: -abs(r[1]))[:REASONS]
    most = abs(shown[0][1]) or 1.0
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        f'<td><i class="{"up" if push >= 0 else "down"}"'
        f' style="width:{100 * abs(push) / most:.0f}%"></i></td>'
        f"<td>{'+' if push >= 0 else '−'}{formatting.digits(abs(push))}</td></tr>"
        for name, push in shown
    )
    words = (
        f"What pushed it {escape(towards)}: the answer, less its mean when that column alone has"
        " the values of other rows."
    )
    return f'<h4>Why</h4><p class="lw-note">{words}</p><table class="lw-bars">{rows}</table>'
