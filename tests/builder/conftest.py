"""What these tests share: their order, and that none of them is timed."""

from __future__ import annotations

import gc

import hypothesis
import pytest

# how long an example takes is the machine's affair: benchmarks measure, tests do not
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

FIRST = ("test_histories.py", "test_parity.py", "test_starters.py", "test_chaos.py",
         "test_train.py", "test_jobs.py", "test_fallback.py", "test_resume.py", "test_cli.py",
         "test_child.py", "test_laws.py", "test_fetch.py", "test_values.py")  # fmt: skip
"""Files that take longest begin, so that nobody waits for one of them in the end while the other
processor rests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_collection_finish() -> None:
    gc.freeze()  # what is loaded stays, and need not be searched for garbage after every test
