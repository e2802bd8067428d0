"""The order of these tests: files that take a minute or more begin, so that nobody waits for one
of them in the end while the other processor rests."""

from __future__ import annotations

import pytest

LONG = ("test_histories.py", "test_parity.py", "test_graph_laws.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONG)
