"""Plain texts: ``(n,)`` Python strings, which some layer of the model turns into numbers."""

from __future__ import annotations

import string
from collections import Counter
from typing import Any

import numpy as np

from builder.catalog.entry import Param
from builder.facts import ColumnFacts, Range
from builder.kinds._numeric import measure_ranges
from builder.kinds.contract import Array, Column, Decode, Kind, Scaling, Settings, invalid
from builder.spec import Config, ObjectSpec

MAX_LETTERS = 20_000  # of one text: some ten pages

TEXTS_READ = 20_000
"""So many texts are counted through for a preview."""

VOCABULARY = 10_000
LONGEST = 400
"""Words known to a suggested model, and read of one text, at most."""

UNSPACED = 20
"""Letters between two spaces, on the average, from which words are not parted by spaces."""

ROWS_SHOWN = 50
WORDS_SHOWN = 12


class Text(Kind):
    """Sentences as they were typed."""

    name = "text"
    title = "Text"
    dtype = "object"
    baseline_reads = "texts"
    in_tables = True

    def validate(self, name: str, rows: Array, column: Column) -> None:
        if rows.ndim != 1 or not all(isinstance(text, str) for text in rows):
            raise invalid(
                f"{name} must hold one text an example.", "Give an array of strings, one a row."
            )
        longest = max(map(len, rows), default=0)
        if longest > MAX_LETTERS:
            raise invalid(
                f"{name} has a text of {longest:,} letters; at most {MAX_LETTERS:,} are accepted.",
                "Cut the texts, or split them.",
            )

    def prepare(self, rows: Array, column: Column, scaling: Scaling, settings: Settings) -> Array:
        return rows

    def source(self, train: str, test: str, column: ColumnFacts, settings: Settings) -> list[str]:
        if "file" not in settings:
            return []
        # NumPy keeps strings in a way of its own
        return [f'{x} = {x}.ravel().astype("object")' for x in (train, test)]

    def fits(self, shape: tuple[int | None, ...], column: ColumnFacts) -> bool:
        return shape in ((), (1,))

    def ranges(self, column: Column) -> tuple[Range, ...]:
        """Of the number of words, and of letters."""
        texts = column.train[:TEXTS_READ]
        sizes = [[len(text.split()), len(text)] for text in texts]
        return measure_ranges(np.array(sizes, "float32").reshape(-1, 2))

    def encodings(self, columns: tuple[ColumnFacts, ...]) -> tuple[tuple[ObjectSpec, ...], ...]:
        """A row of numbers is learned for each of the commonest words, and the mean of those in a
        text taken; of letters where a language does not part its words by spaces."""
        words, letters = columns[0].ranges
        spaced = letters.mean <= UNSPACED * max(1.0, words.mean)
        longest = words if spaced else letters
        length = max(1, min(LONGEST, round(longest.mean + 3 * longest.deviation)))
        split = {} if spaced else {"split": "character"}
        known = Config(max_tokens=VOCABULARY, output_sequence_length=length, **split)
        rows = Config(input_dim=VOCABULARY, output_dim=16, mask_zero=True)
        mean = ObjectSpec("GlobalAveragePooling1D")
        return ((ObjectSpec("TextVectorization", known), ObjectSpec("Embedding", rows), mean),)

    def baseline(self, rows: Array) -> Array:
        return rows

    def describe(self, column: ColumnFacts) -> str:
        return "plain text"

    def describe_example(self, column: ColumnFacts) -> str:
        return "a text as it was typed"

    def measure(self, rows: Array) -> dict[str, Any]:
        sizes = [len(text.split()) for text in rows[:TEXTS_READ]]
        about = {"shape": list(rows.shape), "dtype": "text", "unit": "words"}
        return {**about, "min": min(sizes), "max": max(sizes)}

    def examples(
        self, rows: Array, column: ColumnFacts, scaling: Scaling, decode: Decode | None
    ) -> dict[str, Any]:
        return {"texts": rows.tolist()}

    def style(self, x: ColumnFacts, y: ColumnFacts) -> str:
        return "texts"

    def preview(
        self, x: Column, y: Column, scaling: Scaling, decode: Decode | None, per_class: int
    ) -> dict[str, Any]:
        """``rows`` with ``labels``; ``lengths`` (edges, counts) in words, ``frequent`` words
        [(word, n)] and how many ``different`` ones there are."""
        words = [text.split() for text in x.train[:TEXTS_READ]]
        counts, edges = np.histogram([len(w) for w in words], bins=_whole_bins(words))
        often = Counter(word.lower().strip(string.punctuation) for w in words for word in w)
        often.pop("", None)
        labels = y.train[:ROWS_SHOWN]
        return {
            "rows": x.train[:ROWS_SHOWN].tolist(),
            "labels": [y.classes[int(label)] if y.classes else f"{label:g}" for label in labels],
            "lengths": (edges.tolist(), counts.tolist()),
            "frequent": often.most_common(WORDS_SHOWN),
            "different": len(often),
        }

    def fields(self, column: ColumnFacts) -> dict[str, Param]:
        return {column.name: Param("str", "A text as in the examples.")}

    def read_fields(self, values: list[Any], column: ColumnFacts) -> Array:
        return np.array(str(values[0] or ""), "object")


def _whole_bins(words: list[list[str]]) -> Array:
    """Edges of at most 40 bins, each of whole numbers of words."""
    low, high = min(map(len, words)), max(map(len, words))
    step = max(1, -(-(high - low + 1) // 40))
    return np.arange(low, high + step + 1, step) - 0.5


KIND = Text()
