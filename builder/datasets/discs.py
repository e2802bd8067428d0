"""Discs among squares: pictures, and masks of where the discs are.

One input, one target. In a script ``source`` defines the dicts ``x_train`` and ``x_test`` with the
column ``picture``, and ``y_train`` and ``y_test`` with ``mask``.
"""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.datasets._program import functions_source
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.kinds.contract import Column
from builder.spec import Config

TITLE = "Discs among squares"
OFFLINE = True
ENTRY = entry(
    "Discs",
    56,
    "Several columns",
    {"count": 1500, "scale": "unit", "channel_axis": True},
    params={
        "count": Param(
            "int",
            "How many pictures to learn from; a third as many are for the test.",
            100,
            20_000,
            100,
        )
    },
    summary=(
        "Small grey pictures of two discs and two squares on an uneven ground with"
        " noise, made by a small program. The target is a picture, too: a mask that is white where"
        " a disc can be seen. To find it, a model must look at shapes, not at brightness."
    ),
    analogy="Colouring in only the coins on a page full of stamps.",
    url="https://keras.io/examples/vision/oxford_pets_image_segmentation/",
)

CONTENTS = Contents(inputs={"picture": ("image", (32, 32))}, targets={"mask": ("image", (32, 32))})
PROGRAM = Program(("_discs.discs",), gives="part")


def load(config: Config) -> Raw:
    """picture uint8 (n, 32, 32); mask uint8 (n, 32, 32), 0 or 255."""
    import numpy as np

    from builder.datasets import _discs

    count, rng = resolve_settings(ENTRY, config)["count"], np.random.default_rng(0)
    x, y = _discs.discs(count, rng)
    x_test, y_test = _discs.discs(count // 3, rng)
    return Raw(
        (
            Column("picture", "image", "input", x["picture"], x_test["picture"]),
            Column("mask", "image", "target", y["mask"], y_test["mask"]),
        )
    )


def source(config: Config) -> str:
    """The same in a script standing alone."""
    count = resolve_settings(ENTRY, config)["count"]
    return (
        f"import numpy as np\n\n\n{functions_source(*PROGRAM.functions)}\n\n"
        "rng = np.random.default_rng(0)\n"
        f"x_train, y_train = discs({count}, rng)\n"
        f"x_test, y_test = discs({count // 3}, rng)\n"
    )
