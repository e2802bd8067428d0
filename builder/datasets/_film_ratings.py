"""Stars that made-up people give to made-up films; plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


def film_ratings(count: int, tested: int, rng: Any) -> Any:
    """``((x_train, y_train), (x_test, y_test))``, dicts of columns: who saw what, and the stars.

    Every film is so much of a comedy, so much of a thriller; every person likes the one or the
    other. Nobody rates a film twice.
    """
    first = ["Silent", "Golden", "Broken", "Hidden", "Last", "Lost", "Electric", "Paper"]
    second = ["River", "Garden", "Clock", "Mirror", "Harbour", "Letter", "Winter", "Orchard"]
    films = np.array([f"The {a} {b}" for a in first for b in second], dtype=object)
    called = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ines", "Jon"]
    people = np.array([f"{a} {b}." for a in called for b in "ABCDEFGHIJKLMNOPQRST"], dtype=object)
    liked, made = rng.normal(size=(len(people), 2)), rng.normal(size=(len(films), 2))
    mild, good = rng.normal(0, 0.4, len(people)), rng.normal(0, 0.5, len(films))
    pairs = rng.permutation(len(people) * len(films))[: count + tested]
    who, what = pairs // len(films), pairs % len(films)
    taste = (liked[who] * made[what]).sum(axis=1)
    stars = 3.2 + mild[who] + good[what] + 0.7 * taste + rng.normal(0, 0.35, len(pairs))
    stars = np.clip(np.round(2 * stars) / 2, 0.5, 5).astype("float32")
    x = {"person": people[who], "film": films[what]}
    parts = slice(0, count), slice(count, None)
    return [({k: v[part] for k, v in x.items()}, {"stars": stars[part]}) for part in parts]


def columns(count: int) -> Any:
    """``(x_train, y_train), (x_test, y_test)`` as dicts of columns; a fifth as many for the
    test."""
    return film_ratings(count, count // 5, np.random.default_rng(0))
