"""Pictures, bars and tables as HTML: what several pages show without loading pandas."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]


def image_data_url(image: Array) -> str:
    """A picture (h, w), (h, w, 1) or (h, w, 3), values 0 to 255, as a PNG data address."""
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    file = io.BytesIO()
    Image.fromarray(image.astype("uint8")).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def bar(share: float, text: str) -> str:
    """A bar filled to ``share`` (0 to 1) and the text that says how much it is."""
    return f'<span class="lw-bar" style="--w:{100 * share:.1f}%"></span>{escape(text)}'


def table(
    caption: str, head: Iterable[str], rows: Iterable[Sequence[str]], *, row_heads: bool = False
) -> str:
    """Rows of text under a heading that stays; scrolls by keyboard too.

    ``st.dataframe`` would load pandas and pyarrow, 80 MB of the web process's memory.

    Args:
        row_heads: the first cell names its row and stays while the others scroll.
    """
    top = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in head)
    body = "".join(f"<tr>{_cells(list(row), row_heads)}</tr>" for row in rows)
    look = "lw-sides" if row_heads else "lw-rows"
    return (
        f'<div class="lw-scroll {look}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(row: Sequence[str], row_heads: bool) -> str:
    cells = [f"<td>{escape(str(cell))}</td>" for cell in row]
    if row_heads:
        cells[0] = f'<th scope="row">{escape(str(row[0]))}</th>'
    return "".join(cells)


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values, one under the other."""
    lines = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in rows)
    return f'<dl class="lw-facts">{lines}</dl>'
