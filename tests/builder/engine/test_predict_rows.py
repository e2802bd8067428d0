"""Many rows at once: in order, whatever the parts, and refused where the model cannot read them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from builder.engine.build.backend import keras
from builder.engine.inference import predict_rows as rows
from builder.errors import DataError
from tests.builder.engine import front_cases
from tests.builder.engine.front_cases import COLUMNS, TEXTS


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Untrained models and their files."""
    home = tmp_path_factory.mktemp("models")
    keras.utils.set_random_seed(1)
    made = {"table": front_cases.table(home)[0], "text": front_cases.text(home)[0]}
    x = keras.Input((3,), name="x")
    both = {
        "kind": keras.layers.Dense(2, name="kind")(x),
        "size": keras.layers.Dense(1, name="size")(x),
    }
    made["both"] = keras.Model(x, both)
    for name, model in made.items():
        model.save(home / f"{name}.keras")
    return {name: (model, str(home / f"{name}.keras")) for name, model in made.items()}


def part(start: int, stop: int) -> dict[str, Any]:
    return {name: column[start:stop] for name, column in COLUMNS.items()}


def test_a_table_is_answered_row_by_row_in_order(
    models: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, path = models["table"]
    whole = rows.predict_rows(path, COLUMNS)
    some = {k: keras.ops.convert_to_tensor(v[40:50].reshape(10, -1)) for k, v in COLUMNS.items()}
    np.testing.assert_allclose(whole[40:50], model(some), rtol=1e-5)
    monkeypatch.setattr(rows, "BATCH_ROWS", 32)
    answers = list(rows.predict_batches(path, (part(i, i + 100) for i in (0, 100, 200))))
    assert [len(a) for a in answers] == [32, 32, 32, 4] * 3
    np.testing.assert_allclose(np.concatenate(answers), whole, rtol=1e-5)


def test_texts_and_no_rows_at_all(models: dict[str, Any]) -> None:
    model, path = models["text"]
    given = keras.ops.convert_to_tensor(TEXTS[:5, None])
    np.testing.assert_allclose(rows.predict_rows(path, TEXTS)[:5], model(given), rtol=1e-5)
    assert rows.predict_rows(path, TEXTS[:0]).shape == (0, 1)


def test_several_outputs_come_by_name(models: dict[str, Any]) -> None:
    model, path = models["both"]
    found = rows.predict_rows(path, np.ones((4, 3)))
    assert {name: array.shape for name, array in found.items()} == {"kind": (4, 2), "size": (4, 1)}
    np.testing.assert_allclose(found["kind"], model(np.ones((4, 3)))["kind"], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "x", "message"),
    [
        ("table", {"row": np.ones((2, 5))}, "The model reads 'code', and the rows have no column"),
        ("table", np.ones((2, 5)), "The model reads 'code', and the rows have no column"),
        ("table", part(0, 2) | {"row": np.ones((3, 5))}, "The columns have 2 and 3 rows"),
        ("table", part(0, 2) | {"row": np.ones((2, 4))}, r"numbers of shape \(5,\), but a row has"),
        ("table", part(0, 2) | {"town": np.ones(2)}, r"'town' reads texts .* has numbers"),
        ("both", np.array([["a", "b", "c"]]), r"'x' reads numbers .* has texts"),
    ],
)
def test_what_the_model_cannot_read_is_said(
    models: dict[str, Any], name: str, x: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        rows.predict_rows(models[name][1], x)
