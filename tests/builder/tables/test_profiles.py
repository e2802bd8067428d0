"""Cards, suspicious values, tasks and warnings, as a teacher would expect them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from builder.errors import DataError
from builder.runs.engine_process import server, wire
from builder.tables import table_overview
from builder.tables.profiling.task_guess import guess_target
from builder.tables.table_records import ColumnProfile, TableOverview

RANDOM = random.Random(7)
ROWS = 60


def csv(**columns: Any) -> bytes:
    """Columns as a CSV; a function is asked for each row."""
    cells = {k: [v(i) for i in range(ROWS)] if callable(v) else v for k, v in columns.items()}
    rows = zip(*cells.values(), strict=True)
    return "\n".join([",".join(cells), *(",".join(map(str, row)) for row in rows)]).encode()


def card(name: str, values: Any, kind: str = "") -> ColumnProfile:
    """The card of a column that stands beside another."""
    kinds = {name: kind} if kind else {}
    content = csv(**{name: values, "beside": lambda i: i / 7})
    found = table_overview.overview(content, kinds=kinds).profile.column(name)
    assert found is not None
    return found


def pick(*values: Any) -> Any:
    return lambda i: values[i % len(values)]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("age", lambda i: RANDOM.randint(1, 80), "number"),
        ("fare", lambda i: RANDOM.random() * 100, "number"),
        ("survived", pick(0, 1, 1), "yes_no"),
        ("alone", pick("True", "False"), "yes_no"),
        ("alive", pick("no", "yes"), "yes_no"),
        ("sex", pick("male", "female"), "category"),
        ("embarked", pick("S", "C", "Q"), "category"),
        ("zip", pick("01234", "98765", "10115"), "category"),
        ("userId", lambda i: RANDOM.randint(1, 20), "category"),
        ("born", lambda i: f"19{i + 20}-03-04", "date"),
        ("review", lambda i: f"a film of {i} scenes that {i * 7} people would see again", "text"),
        ("name", lambda i: f"Mr. Person {i}", "free_text"),
        ("ticket", lambda i: f"T{i}", "id"),
        ("passenger", lambda i: i + 1, "id"),
        ("PassengerId", lambda i: (i * 37) % 1000, "id"),
        ("year", lambda i: 1949 + i, "number"),
        ("always", pick("same"), "constant"),
        ("nothing", pick(""), "constant"),
    ],
)
def test_kinds_are_guessed(name: str, values: Any, kind: str) -> None:
    seen = card(name, values)
    assert (seen.kind, seen.guess) == (kind, kind)
    assert bool(seen.left_out) == (kind in ("id", "constant", "free_text"))
    assert not seen.left_out or name in seen.left_out


def test_a_kind_set_by_hand_overrides_the_guess() -> None:
    seen = card("ticket", lambda i: f"T{i}", "category")
    assert (seen.kind, seen.guess, seen.left_out) == ("category", "id", "")
    seen = card("age", lambda i: i % 9, "id")
    assert (seen.kind, seen.guess) == ("id", "number") and seen.left_out


def test_a_kind_or_column_that_is_not_there_is_refused() -> None:
    for kinds in ({"nope": "number"}, {"a": "nope"}):
        with pytest.raises(DataError, match="nope"):
            table_overview.preview(b"a,b\n1,2\n3,4\n", kinds=kinds)


def test_a_table_where_nothing_would_be_left_leaves_nothing_out() -> None:
    series = table_overview.overview(b"step\n1\n2\n3\n4\n").profile
    assert [(c.kind, c.left_out) for c in series.columns] == [("number", "")]
    texts = table_overview.overview(b"saying\nto be free\nor not so\nwho knows it\n").profile
    assert [(c.kind, c.left_out) for c in texts.columns] == [("text", "")]


def test_a_category_with_hardly_any_value_twice_is_left_out_with_the_count() -> None:
    seen = card("cabin", lambda i: f"C{i if i % 4 else 0}")
    assert seen.kind == "category" and "46 different values in 60 rows" in seen.left_out


def test_a_card_counts_what_is_in_its_column() -> None:
    seen = card("n", [1, 2, 2, 3, "", 3, 3, 10.5] + [4] * (ROWS - 8))
    assert (seen.missing, seen.distinct, seen.low, seen.high) == (1, 5, 1.0, 10.5)
    assert seen.mean == pytest.approx((1 + 4 + 9 + 10.5 + 4 * 52) / 59)
    assert seen.frequent[:2] == (("4", 52), ("3", 3))
    assert sum(seen.counts) == ROWS - 1 and len(seen.edges) == len(seen.counts) + 1
    assert not seen.whole


def test_whole_numbers_have_a_bar_each() -> None:
    seen = card("n", pick(1, 2, 3, 3))
    assert seen.counts == (15, 15, 30) and seen.edges == (0.5, 1.5, 2.5, 3.5)


def test_a_card_of_dates_spans_them() -> None:
    seen = card("day", lambda i: f"2020-01-{i % 31 + 1:02}")
    assert (seen.low, seen.high, sum(seen.counts)) == ("2020-01-01", "2020-01-31", ROWS)


@pytest.mark.parametrize(
    ("name", "values", "suggestion"),
    [
        ("pclass", pick(3, 1, 2, 3), "category"),
        ("stars", pick(3, 1, 2, 3, 5), "category"),
        ("zipcode", lambda i: 10115 + i % 20, "category"),
        ("sibsp", pick(0, 0, 0, 1, 2, 3), ""),
        ("age", lambda i: i * 7 % 60, ""),
        ("share", lambda i: i % 3 + 0.5, ""),
    ],
)
def test_a_number_that_may_be_a_code_is_suggested(name: str, values: Any, suggestion: str) -> None:
    seen = card(name, values)
    assert (seen.kind, seen.suggestion) == ("number", suggestion)
    assert bool(seen.reason) == bool(suggestion)


@pytest.mark.parametrize(
    ("values", "value", "row", "remedy"),
    [
        (lambda i: 999 if i in (4, 9) else 20 + i, "999", 5, "missing"),
        (lambda i: -1 if i in (6, 9) else i, "-1", 7, "missing"),
        (lambda i: 0 if i in (2, 9) else 90 + i % 20, "0", 3, "missing"),
        (lambda i: 0 if i in (2, 9) else 44 + i * 17 % 150, "0", 3, "missing"),
        (lambda i: "lots" if i == 8 else i * 1.5, "lots", 9, "missing"),
        (lambda i: 12345.5 if i == 11 else i % 10 + 0.5, "12345.5", 12, ""),
    ],
)
def test_suspicious_values_are_marked(values: Any, value: str, row: int, remedy: str) -> None:
    # one far value of 60 is more than the hundredth that may be outliers: a longer column
    cells = [values(i) if i < ROWS else values(i % ROWS) for i in range(ROWS)] + [
        values(20 + i % 30) for i in range(200)
    ]
    content = "n,b\n" + "".join(f"{c},{i / 7}\n" for i, c in enumerate(cells))
    seen = table_overview.overview(content.encode()).profile.columns[0]
    (mark,) = seen.suspicious
    assert (mark.value, mark.row, mark.remedy) == (value, row, remedy)


@pytest.mark.parametrize("values", [pick(-1, 0, 1), lambda i: RANDOM.gauss(0, 1), lambda i: i])
def test_ordinary_numbers_are_not_suspicious(values: Any) -> None:
    assert card("n", values).suspicious == ()


# --- tasks --------------------------------------------------------------------------------------

TABLE = {
    "id": lambda i: i + 1,
    "sex": pick("m", "f", "f"),
    "age": lambda i: RANDOM.randint(1, 80),
    "fare": lambda i: RANDOM.random() * 50,
    "survived": pick(1, 0, 0, 1, 0),
    "deck": pick("A", "B", "C", "B"),
}
DAYS = {"day": lambda i: f"2020-{i // 28 + 1:02}-{i % 28 + 1:02}", "temp": lambda i: i % 9 + 0.5}
RATINGS = {
    "user": lambda i: f"u{i % 25}",
    "film": lambda i: f"f{i * 7 % 23}",
    "stars": lambda i: i % 5 + 0.5,
    "time": lambda i: 851866703 + i,
}
TEXTS = {
    "text": lambda i: f"a film of {i} scenes that {i * 7} people would see again",
    "mood": pick("good", "bad"),
}


def look(table: Any, *targets: str, inputs: tuple[str, ...] = ()) -> TableOverview:
    return table_overview.overview(csv(**table), targets=targets, inputs=inputs)


@pytest.mark.parametrize(
    ("table", "targets", "task", "classes"),
    [
        (TABLE, ["survived"], "classification", 2),
        (TABLE, ["deck"], "classification", 3),
        (TABLE, ["fare"], "regression", 0),
        (TABLE, ["fare", "age"], "regression", 0),
        (TABLE, ["fare", "deck"], "several", 0),
        ({**TABLE, "rich": pick(0, 1)}, ["survived", "rich"], "multi_label", 0),
        ({"x": lambda i: i / 7, "target": pick(0, 1, 2)}, ["target"], "classification", 3),
        (DAYS, ["temp"], "forecasting", 0),
        ({**DAYS, "rain": lambda i: i % 7 / 3}, ["temp"], "forecasting", 0),
        ({**TABLE, "born": pick("1990-01-02", "1991-03-04")}, ["fare"], "regression", 0),
        (RATINGS, ["stars"], "recommendation", 0),
        (TEXTS, ["mood"], "text_classification", 2),
    ],
)
def test_the_task_is_guessed(table: Any, targets: list[str], task: str, classes: int) -> None:
    seen = look(table, *targets).task
    assert seen is not None
    assert (seen.task, seen.classes, seen.targets) == (task, classes, tuple(targets))
    assert seen.reason.endswith(".") and all(f"'{t}'" in seen.reason for t in targets)
    assert (seen.time == "day") == (task == "forecasting")


def test_inputs_are_what_is_not_left_out_and_each_other_has_its_reason() -> None:
    seen = look(TABLE, "survived").task
    assert seen is not None and seen.inputs == ("sex", "age", "fare", "deck")
    assert dict(seen.left_out).keys() == {"id"}
    seen = look(TABLE, "survived", inputs=("id", "age")).task
    assert seen is not None and seen.inputs == ("id", "age")
    seen = look(RATINGS, "stars").task
    assert seen is not None and seen.inputs == ("user", "film")


def test_a_target_that_is_no_column_is_refused() -> None:
    with pytest.raises(DataError, match="no column 'nope'; there are id, sex"):
        look(TABLE, "nope")


@pytest.mark.parametrize(
    ("table", "target"),
    [
        (TABLE, "survived"),
        (TEXTS, "mood"),
        (DAYS, "temp"),
        ({"label": pick(1, 2, 3), **DAYS}, "label"),
    ],
)
def test_a_target_is_proposed(table: Any, target: str) -> None:
    assert guess_target(table_overview.preview(csv(**table))) == target


# --- warnings -----------------------------------------------------------------------------------


def codes(seen: TableOverview) -> dict[str, str]:
    return {w.code: w.remedy for w in seen.warnings}


def test_a_clean_table_has_no_warning() -> None:
    assert look(TABLE, "survived").warnings == ()


ALIVE = {"alive": lambda i: "yes" if i % 5 in (0, 3) else "no"}
FARES = [RANDOM.random() * 50 for _ in range(ROWS)]


@pytest.mark.parametrize(
    ("more", "target", "telltale"),
    [
        (ALIVE, "survived", "alive"),
        ({"points": lambda i: (100 if i % 5 in (0, 3) else 20) + i % 7}, "survived", "points"),
        ({"code": pick("x", "y", "z", "y")}, "deck", "code"),
        ({"fare": FARES, "pounds": [f * 0.8 + 3 for f in FARES]}, "fare", "pounds"),
        ({"fare": pick(7.25, 8.5, 30.75), "band": pick("low", "mid", "top")}, "fare", "band"),
    ],
)
def test_a_column_that_gives_the_target_away_is_named(
    more: Any, target: str, telltale: str
) -> None:
    found = [w for w in look({**TABLE, **more}, target).warnings if w.code == "gives_away"]
    assert [(w.columns, w.remedy) for w in found] == [((telltale, target), "leave_out")]


def test_missing_targets_are_counted() -> None:
    (warning,) = look({**TABLE, "deck": pick("A", "", "B", "")}, "deck").warnings
    assert (warning.code, warning.remedy, warning.count) == ("missing_target", "drop_rows", 30)


def test_few_examples_and_uneven_classes_are_told() -> None:
    seen = look({**TABLE, "deck": lambda i: "rare" if i < 4 else "A"}, "deck")
    assert codes(seen) == {"few_examples": "drop_rare", "imbalance": "class_weights"}
    assert "rare (4)" in seen.warnings[0].message
    assert "right in 93% of the rows" in seen.warnings[1].message


def test_rows_that_stand_twice_are_counted_without_their_ids() -> None:
    table = {"id": lambda i: i + 1, "x": lambda i: i % 40 / 3, "y": lambda i: i % 40 * 0.5 % 7}
    (warning,) = [w for w in look(table, "y").warnings if w.code == "duplicates"]
    assert (warning.count, warning.remedy) == (20, "drop_duplicates")


def test_codes_and_categories_of_their_own_are_told() -> None:
    seen = look({**TABLE, "pclass": pick(1, 2, 3, 1, 2, 1, 3)}, "survived")
    assert codes(seen) == {"code": "as_category"}
    seen = look({**TABLE, "name": lambda i: f"n{i}"}, "survived", inputs=("age", "name"))
    assert codes(seen) == {}
    content = csv(**{**TABLE, "name": lambda i: f"n{i}"})
    forced = table_overview.overview(content, kinds={"name": "category"}, targets=["survived"])
    assert codes(forced) == {"own_values": "leave_out"}


def test_a_target_that_never_changes_or_is_empty_is_told() -> None:
    assert codes(look({**TABLE, "deck": pick("A")}, "deck")) == {"constant_target": "other_target"}
    with pytest.raises(DataError, match="'deck' has no value in any row"):
        look({**TABLE, "deck": pick("")}, "deck")


# --- across the pipe ----------------------------------------------------------------------------


def test_what_is_said_of_a_table_crosses_the_pipe_unchanged() -> None:
    seen = look({**TABLE, **ALIVE}, "survived")
    assert wire.loads(wire.dumps(seen)) == seen
    assert server.find_function("table_overview.overview") is table_overview.overview
    assert server.find_function("table_overview.preview") is table_overview.preview
