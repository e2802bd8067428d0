"""What is added for each promise: whole files, and single lines behind a line that is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """A table line: it stands behind the first line of ``path`` that begins with ``anchor``."""

    path: str
    anchor: str
    text: str


LAYER = """    _row(
        "Blur(strength, mode='soft', seed=None)",
        "Mixes each value with the mean of its example.",
        "A wet finger on an ink drawing.",
        start={"strength": 0.25},
        params={
            "strength": Param("float", "How much of the mean comes in.", min=0.0, max=1.0),
            "mode": Param("choice", "hard blurs twice.", choices=("soft", "hard")),
        },
    ),
"""

UNUSUAL_LAYER = """    layer(
        "Glance(power=1)",
        "Takes of a value as much as a query asks for.",
        "A look over somebody's shoulder.",
        group="Attention",
        section="attention_layers",
        call="query_value",
        arity=(2, 2),
        roles=("query", "value"),
        params={"power": Param("int", "How sharp the glance is.", min=1, max=9)},
    ),
"""

OPTIMIZER = """    _row(
        "Wanderer(learning_rate=0.05, momentum=0.5)",
        SPECIAL,
        r"w \\\\leftarrow w - \\\\eta\\\\,g",
        "Goes downhill and looks around on the way.",
        "A hiker with time.",
        slots=0,
        slot_switches=("momentum",),
    ),
"""

DATASET = '''"""Two half moons, one of each colour, that reach into each other."""

from __future__ import annotations

import numpy as np

from builder.datasets import _toys
from builder.datasets.contract import Raw
from builder.kinds.contract import Array
from builder.spec import Config

TITLE = "Two moons"
OFFLINE = True
ENTRY = _toys.entry(
    "Moons",
    99,
    "Two half moons that reach into each other.",
    "Two hands about to shake.",
)
CONTENTS = _toys.contents()
PROGRAM = _toys.program("moons.moons")


def load(config: Config) -> Raw:
    """x (n, 2) within about ±6, y (n,) 0 or 1."""
    return _toys.load(ENTRY, moons, config)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    return _toys.source(ENTRY, PROGRAM, config)


def moons(samples: int, noise: float, rng: Any) -> tuple[Array, Array]:
    """The lower moon (1) and the upper one (0)."""
    y = rng.integers(0, 2, samples)
    angle = rng.uniform(0, np.pi, samples)
    x = np.stack([np.cos(angle) + y, np.sin(angle) * (1 - 2 * y) + y / 2], axis=1) * 3 - 1.5
    return x + noise * rng.normal(size=x.shape), y
'''.replace("import numpy as np\n", "from typing import Any\n\nimport numpy as np\n", 1)

KIND = '''"""Directions in degrees, of which 0 and 360 are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from builder.facts import ColumnFacts
from builder.kinds.contract import Array, Column, Kind, Scaling, Settings, invalid


class Angle(Kind):
    """A direction as the sine and cosine of its angle."""

    name = "angle"
    title = "Direction"

    def validate(self, name: str, rows: Array, column: Column) -> None:
        if rows.ndim != 1 or not np.isfinite(rows).all():
            raise invalid(f"{name} must hold one angle an example.", "Give degrees.")

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        return np.stack([np.sin(np.radians(rows)), np.cos(np.radians(rows))], axis=1)

    def expect(self, column: ColumnFacts, settings: Settings) -> ColumnFacts:
        return replace(super().expect(column, settings), shape=(2,))

    def imports(self, column: ColumnFacts, settings: Settings) -> tuple[str, ...]:
        return ("import numpy as np",)

    def source(self, train: str, test: str, column: ColumnFacts, settings: Settings) -> list[str]:
        each = "np.stack([np.sin(np.radians({0})), np.cos(np.radians({0}))], axis=1)"
        return [f"{x} = {each.format(x)}" for x in (train, test)]

    def describe(self, column: ColumnFacts) -> str:
        return "a direction"


KIND = Angle()
'''

EXPORTER = '''"""Three lines on the model, for a wall."""

from __future__ import annotations

from builder.exporters.contract import ExportRequest

NAME = "haiku"
TITLE = "Haiku"
SUFFIX = ".txt"
KIND = "project"
MIME = "text/plain"
ORDER = 99


def export(request: ExportRequest) -> bytes:
    """UTF-8."""
    many = len(request.training.model.nodes)
    return f"{many} layers in spring\\ngradients run down the hill\\nthe loss is quiet".encode()
'''

PAGE = '''"""The Hello page: it greets."""

from __future__ import annotations

import streamlit as st

from pages.widgets.session import current_project
from pages.widgets.shared import page_frame

with page_frame.frame("hello"):
    st.subheader("Hello")
    st.write(f"Hello, {current_project.title()}.")
'''

PROMISES: dict[str, tuple[dict[str, str], tuple[Line, ...]]] = {
    "layer": ({}, (Line("builder/catalog/layers/pooling.py", "ENTRIES = (", LAYER),)),
    "unusual layer": (
        {},
        (Line("builder/catalog/layers/joining.py", "ENTRIES = (", UNUSUAL_LAYER),),
    ),
    "dataset": ({"builder/datasets/moons.py": DATASET}, ()),
    "kind": ({"builder/kinds/angle.py": KIND}, ()),
    "exporter": ({"builder/exporters/haiku.py": EXPORTER}, ()),
    "page": (
        {"pages/hello.py": PAGE},
        (
            Line(
                "pages/widgets/shared/page_frame.py",
                '    "data": (',
                '    "hello": ("Hello", ":material/waving_hand:", "Greets you"),\n',
            ),
        ),
    ),
    "optimizer": ({}, (Line("builder/catalog/optimizers.py", "ENTRIES: tuple", OPTIMIZER),)),
}
"""What is added → new files and their text, and lines in files that are there."""


BROKEN: dict[str, tuple[str, str, str]] = {
    "unusual layer": (
        '        arity=(2, 2),\n        roles=("query", "value"),\n',
        "",
        "joining.py: Glance",
    ),
    "layer": (
        '            "mode": Param("choice", "hard blurs twice.", choices=("soft", "hard")),\n',
        "",
        "pooling.py: Blur",
    ),
    "dataset": ('TITLE = "Two moons"\n', "", "moons.py"),
    "kind": ("KIND = Angle()", "ANGLE = Angle()", "angle.py"),
    "exporter": ('KIND = "project"', 'KIND = "poem"', "haiku.py"),
}
"""Of what is added: words, what stands in their place, and what the refusal has to name."""


def add_broken(root: Path, name: str) -> None:
    """Adds one of them with a part missing or wrong."""
    old, new, _ = BROKEN[name]
    add(root, name)
    files, lines = PROMISES[name]
    (path,) = (*files, *(line.path for line in lines))
    text = (root / path).read_text("utf-8")
    assert text.count(old) == 1
    (root / path).write_text(text.replace(old, new), "utf-8")


def add(root: Path, name: str) -> None:
    """Adds one of them to the tree at ``root``."""
    files, lines = PROMISES[name]
    for path, text in files.items():
        assert not (root / path).exists()
        (root / path).write_text(text, "utf-8")
    for line in lines:
        there = (root / line.path).read_text("utf-8").splitlines(keepends=True)
        at = next(i for i, text in enumerate(there) if text.startswith(line.anchor))
        there.insert(at + 1, line.text)
        (root / line.path).write_text("".join(there), "utf-8")
