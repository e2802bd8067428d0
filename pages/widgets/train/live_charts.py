"""Live training curves in the browser, and the learning-rate curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from pages.widgets.shared import addresses
from pages.widgets.shared.asset_files import ASSETS

HTML = """
<section class="lwc-live">
  <div class="lwc-bar">
    <ul class="lwc-legend" aria-label="How the lines look"></ul>
    <div class="lwc-tools">
      <label><input type="checkbox" class="lwc-log"> Log scale</label>
      <label><input type="checkbox" class="lwc-batches" checked> Each batch</label>
      <label>Smoothing
        <input type="range" class="lwc-smooth" min="0" max="0.98" step="0.02" value="0">
        <span class="lwc-smooth-value">off</span></label>
      <button type="button" class="lwc-reset">Show all</button>
    </div>
  </div>
  <div class="lwc-stage lwc-picture" role="img" aria-label="Training curves. Nothing to show yet.">
    <div class="lwc-plot"></div>
    <p class="lwc-note" role="status" hidden></p>
  </div>
  <details class="lwc-numbers"><summary>Numbers of every epoch</summary>
    <div class="lwc-scroll" tabindex="0" role="region" aria-label="Numbers of every epoch">
      <table class="lwc-table"></table></div>
  </details>
</section>
"""

_mount = st.components.v2.component(
    "layerwise_live_chart",
    html=HTML,
    css=(ASSETS / "live_chart.css").read_text("utf-8"),
    js=(ASSETS / "live_chart.js").read_text("utf-8"),
    isolate_styles=False,  # inside a shadow root Plotly's own styles are missing
)

_drawing = st.components.v2.component(
    "layerwise_drawing",  # st.html would strip an SVG
    html='<div class="lwc-drawing"></div>',
    js="""
export default ({ parentElement, data }) => {
  parentElement.querySelector(".lwc-drawing").innerHTML = data[0];
};
""",
)


def live_chart(
    runs: Sequence[tuple[str, str]],
    panels: Sequence[str],
    *,
    key: str,
    titles: Mapping[str, str] | None = None,
    only: Sequence[str] | None = None,
    empty: str = "The curves appear here as soon as training starts.",
    moment: str = "",
) -> None:
    """Loss and metrics of one run, or of several laid over each other; grows without reruns.

    Args:
        runs: (run id, label) each.
        panels: history keys that get a panel from the start, so that nothing jumps; ``loss`` …
        key: the same on every rerun, or zoom and settings are lost.
        titles: panel headings that differ from the key.
        only: the history keys to draw; None draws all that come.
        empty: what stands in the empty frame when there is no run.
        moment: the runs' statuses; when they change, even ended runs are asked again.
    """
    data = {
        "base": addresses.prefix(),
        "plotly": addresses.plotly_address(),
        "runs": [{"id": run, "label": label} for run, label in runs],
        "panels": list(panels),
        "titles": dict(titles or {}),
        "only": list(only) if only is not None else None,
        "empty": empty,
        "moment": moment,
    }
    # In a list, because Streamlit searches a dict for data frames and loads pandas for it (70 MB).
    _mount(key=key, data=[data])


def rate_curve(
    points: Sequence[tuple[float, float]], steps_per_epoch: int, label: str, *, key: str
) -> None:
    """The learning rate over training as a small line with its first and last value written out.

    Args:
        points: (step, learning rate) in order; at least one.
        steps_per_epoch: to write the axis in epochs.
        label: the schedule's name, for the text alternative.
    """
    _drawing(key=key, data=[rate_svg(points, steps_per_epoch, label)])  # a list: see live


def rate_svg(points: Sequence[tuple[float, float]], steps_per_epoch: int, label: str) -> str:
    """The SVG that ``rate_curve`` shows: text in the page's colour, line in the accent."""
    left, top, width, height = 62, 8, 290, 92
    last = max(points[-1][0], 1)
    high = max(rate for _, rate in points) or 1.0
    places = [
        (left + width * step / last, top + height * (1 - rate / high)) for step, rate in points
    ]
    curve = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    description = (
        f"{label}: from {points[0][1]:.3g} at the start to {points[-1][1]:.3g} at the end."
    )
    epochs = (last + 1) / max(steps_per_epoch, 1)
    texts = (
        (left - 6, top + 10, "end", f"{high:.3g}"),
        (left - 6, top + height, "end", "0"),
        (left, top + height + 17, "start", "start"),
        (left + width, top + height + 17, "end", f"epoch {epochs:.4g}"),
    )
    labels = "".join(
        f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
        for x, y, anchor, text in texts
    )
    return (
        '<svg viewBox="0 0 360 124" width="100%" role="img" font-size="12" fill="none"'
        f' style="max-width:26rem;font-family:var(--st-font)" aria-label="{escape(description)}">'
        f'<path d="M{left} {top}V{top + height}H{left + width}" stroke="currentColor"'
        f' opacity="0.35"/><path d="{curve}" stroke="var(--st-primary-color, currentColor)"'
        f' stroke-width="2.5" stroke-linejoin="round"/><g fill="currentColor">{labels}</g></svg>'
    )
