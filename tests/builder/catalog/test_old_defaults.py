"""Defaults that changed: what an older Keras meant, beside today's catalogue."""

from __future__ import annotations

from builder import catalog
from builder.catalog import old_defaults


def test_a_version_has_its_own_defaults():
    assert old_defaults.of_version("Adadelta", (2, 3)) == {"learning_rate": 1.0}
    assert old_defaults.of_version("Adadelta", (2, 4)) == {}
    assert old_defaults.of_version("Adadelta", (2, 4), in_tensorflow=True) == {}
    assert old_defaults.of_version("LSTM", (2, 2)) == {"recurrent_activation": "hard_sigmoid"}
    assert old_defaults.of_version("LSTM", (2, 3)) == {}
    assert old_defaults.of_version("GRU", (2, 3)) == {"reset_after": False}
    assert old_defaults.of_version("ConvLSTM2D", (2, 15), in_tensorflow=True)
    assert old_defaults.of_version("ConvLSTM2D", old_defaults.TODAY) == {}


def test_every_row_names_an_argument_whose_default_is_another_today():
    for row in old_defaults.ROWS:
        kind = "optimizers" if catalog.find("optimizers", row.class_name) else "layers"
        assert catalog.entry(kind, row.class_name).args[row.argument] != row.value, row


def test_orders_name_arguments_of_the_catalogue():
    for name, order in old_defaults.ORDERS.items():
        known = {*catalog.entry("optimizers", name).args, "decay", "schedule_decay"}
        assert set(order) <= known, name
