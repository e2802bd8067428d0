"""What these tests share: their order, and that none of them is timed."""

from __future__ import annotations

import hypothesis
import pytest

# how long an example takes is the machine's affair: benchmarks measure, tests do not
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

LONG = ("test_histories.py", "test_parity.py", "test_graph_laws.py")
"""Files that take a minute or more begin, so that nobody waits for one of them in the end while the
other processor rests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONG)
