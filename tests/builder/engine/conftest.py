"""A digit reader really trained, and the digits it did not see."""

from __future__ import annotations

import pytest

from builder.engine.data import loading
from builder.spec import ObjectSpec, TrainingSpec
from tests.builder.engine.drawings import dense, saved


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> tuple[str, TrainingSpec]:
    spec = dense(ObjectSpec("Digits", {"variants": 3, "distortion": 0.3}))
    return saved(spec, tmp_path_factory.mktemp("run") / "model.keras", epochs=6), spec


@pytest.fixture(scope="session")
def digits():
    data = loading.load(ObjectSpec("Digits", {"variants": 3, "distortion": 0.3}))
    return data.input.raw.test, data.target.raw.test
