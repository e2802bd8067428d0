"""Passengers of a ship that sank, made up; the program is plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


def passengers(count: int, rng: Any) -> Any:
    """``count`` passengers: two dicts of columns, what is known of each and who survived.

    Women and children go first, those from the upper decks before the others; some ages are not
    known (NaN), nor are some ports ("?").
    """
    deck = rng.choice(3, count, p=[0.25, 0.2, 0.55])
    is_woman = rng.random(count) < 0.38
    is_child = rng.random(count) < 0.2
    age = np.where(is_child, rng.uniform(1, 13, count), rng.normal(40 - 5 * deck, 12, count))
    age = np.clip(age, 1, 80).round()
    family = rng.poisson(np.where(is_child, 2.5, 0.6))
    fare = (np.array([70.0, 20.0, 9.0])[deck] * rng.lognormal(0, 0.4, count)).round(2)
    port = rng.choice(["Southampton", "Cherbourg", "Queenstown"], count, p=[0.7, 0.2, 0.1])
    goes_first = is_woman | is_child
    chance = np.where(goes_first, 3.0 - 1.2 * deck, -1.0 - 0.5 * deck) - (family > 3)
    survived = rng.random(count) < 1 / (1 + np.exp(-1.5 * chance))
    known = {
        "age": np.where(rng.random(count) < 0.2, np.nan, age).astype("float32"),
        "fare": fare.astype("float32"),
        "family": family.astype("float32"),
        "sex": np.where(is_woman, "female", "male").astype(object),
        "class": np.array(["first", "second", "third"], dtype=object)[deck],
        "port": np.where(rng.random(count) < 0.03, "?", port).astype(object),
    }
    return known, {"survived": survived.astype("int64")}


def columns(count: int) -> Any:
    """``(x_train, y_train), (x_test, y_test)`` as dicts of columns; a quarter as many for the
    test."""
    rng = np.random.default_rng(0)
    return passengers(count, rng), passengers(count // 4, rng)
