"""The selection: one for stack, canvas, inspector and code; what is gone is selected no longer."""

from __future__ import annotations

from builder import edit
from pages.widgets.session.selection import Selection
from tests import zoo


def test_what_was_inspected_stays_when_nothing_is_selected() -> None:
    selection = Selection()
    assert selection.node(zoo.RESIDUAL) == "out" and selection.refresh(zoo.RESIDUAL) == ["out"]
    selection.select("wide", "deep")
    assert selection.node(zoo.RESIDUAL) == "deep"
    selection.select()
    assert selection.refresh(zoo.RESIDUAL) == [] and selection.node(zoo.RESIDUAL) == "deep"


def test_where_the_inspected_node_is_gone_another_is_selected() -> None:
    selection = Selection()
    selection.select("wide", "deep")
    assert selection.refresh(edit.delete(zoo.RESIDUAL, ["deep"])) == ["out"]


def test_a_block_is_entered_and_left_with_what_was_selected_there() -> None:
    selection = Selection()
    selection.select("inner")
    selection.go_to(("inner",))
    assert selection.chosen == () and selection.refresh(edit.nested_model(zoo.NESTED, ["inner"]))
    selection.select("dense", path=())
    assert selection.chosen != ("dense",), "another block's selection is not seen in this one"
    selection.select("inner", path=())
    selection.leave_missing_blocks(zoo.NESTED)
    assert selection.path == ("inner",)
    selection.leave_missing_blocks(zoo.RESIDUAL)
    assert selection.path == () and selection.chosen == ("inner",)
