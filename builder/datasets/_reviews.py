"""Short restaurant reviews made by a small program; plain enough to stand in a script."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any
Columns = Any

THINGS = ("soup", "pasta", "pizza", "salad", "dessert", "coffee", "waiter", "table", "music",
          "kitchen")  # fmt: skip
"""What a review speaks of."""

OPINIONS = {
    "wonderful": 2, "delicious": 2, "lovely": 2, "good": 1, "fresh": 1, "friendly": 1, "quick": 1,
    "slow": -1, "bland": -1, "cold": -1, "bad": -1, "rude": -2, "awful": -2, "dirty": -2,
}  # fmt: skip
"""How it was → what that is worth; "not" turns it round and halves it."""

WORDS = ("was", "not", "and", "but", *THINGS, *OPINIONS)
"""A word's number is its place, counted from 1. 0 fills up."""

LONGEST = 14
"""Words of the longest review: three sentences and what joins them."""


def written(things: Any, opinions: Any, rng: Any) -> Any:
    """One review's text and its mood, which is never 0."""
    while True:
        mood, text = 0.0, []
        for i in range(rng.integers(1, 4)):
            opinion = str(rng.choice(list(opinions)))
            worth, negated = opinions[opinion], rng.random() < 0.25
            mood += -0.5 * worth if negated else worth
            joined = [] if i == 0 else [str(rng.choice(["and", "but"]))]
            said = ["not", opinion] if negated else [opinion]
            text += [*joined, str(rng.choice(things)), "was", *said]
        if mood:
            return text, mood


def reviews(count: int, things: Any, opinions: Any, words: Any, longest: int, rng: Any) -> Columns:
    """``count`` reviews: two dicts of columns, text and price, sentiment and stars.

    The mood decides the sentiment; a dear meal costs stars that a cheap one does not.
    """
    numbers = np.zeros((count, longest), "int32")
    price = np.round(rng.uniform(5, 60, count), 1)
    mood = np.empty(count)
    for row in range(count):
        text, mood[row] = written(things, opinions, rng)
        said = [words.index(word) + 1 for word in text]
        numbers[row, : len(said)] = said
    stars = 3 + 0.5 * mood - 0.04 * (price - 30) + rng.normal(0, 0.2, count)
    stars = np.clip(stars, 1, 5).round(1).astype("float32")
    inputs = {"text": numbers, "price": price[:, None].astype("float32")}
    return inputs, {"sentiment": (mood > 0).astype("int64"), "stars": stars}


def columns(count: int) -> Columns:
    """``(x_train, y_train), (x_test, y_test)`` as dicts; a fifth as many for the test."""
    rng = np.random.default_rng(0)
    train = reviews(count, THINGS, OPINIONS, WORDS, LONGEST, rng)
    return train, reviews(count // 5, THINGS, OPINIONS, WORDS, LONGEST, rng)
