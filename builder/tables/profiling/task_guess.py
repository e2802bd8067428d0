"""What kind of learning it is to predict a column, and from which others; by the profile alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from builder.formatting import plural
from builder.tables.profiling.column_kinds import CODE_NAME, CODES
from builder.tables.profiling.profile_table import unknown_column
from builder.tables.table_records import ColumnProfile, TableProfile, TaskGuess

TARGET_NAME = re.compile(
    r"(?i)^(target|label|class|y|survived|species|sentiment|outcome|diagnosis|churn|default|"
    r"rating|score|quality|price|median_house_value|medv|mpg|income|salary|rings)$"
)
"""Names of columns that are usually what is to be predicted."""

MANY_IDS = 20
"""Different values, at least, of each of the two columns of people and things in ratings."""

MOSTLY_OWN = 0.95
"""Different dates ÷ rows, from which each row stands for a point in time of its own."""

LEAST_FILLED = 0.5
"""Rows ÷ (names times dates), at least, where a column names the series of a table."""

COMPANIONS = 2
"""Columns beside people and things that a table of ratings may have: the rating and its time."""


def guess_target(profile: TableProfile) -> str:
    """The column that is probably to be predicted: by its name, else the last one in use; "" if
    there is none."""
    usable = [c for c in profile.columns if not c.left_out]
    named = [c.name for c in usable if TARGET_NAME.match(c.name)]
    last = [c.name for c in usable if c.kind in ("number", "category", "yes_no")]
    return (named or last[-1:] or [""])[0]


def guess_task(
    profile: TableProfile,
    targets: Sequence[str],
    inputs: Sequence[str] = (),
    forecast: bool | None = None,
) -> TaskGuess:
    """The task of predicting the targets.

    Args:
        inputs: columns a person chose to predict from; none takes all that are not left out.
        forecast: what a person says of it: the rows follow each other in time, or they do not.

    Raises:
        DataError: a column that is not there.
    """
    for name in (*targets, *inputs):
        if profile.column(name) is None:
            raise unknown_column(name, [c.name for c in profile.columns])
    goals = [c for c in profile.columns if c.name in targets]
    chosen = [c for c in profile.columns if c.name not in targets]
    used = [c for c in chosen if (c.name in inputs if inputs else not c.left_out)]
    dates = [c for c in (chosen if forecast else used) if c.kind == "date"]
    time = _clock(profile, dates) if forecast is None else next(iter(dates), None)
    if forecast:
        names = " and ".join(f"'{g.name}'" for g in goals)
        task, reason = "forecasting", f"{names} is to be continued."
    else:
        task, reason = _choose(goals, used, None if forecast is False else time)
    if task == "recommendation" and not inputs:
        used = _people_and_things(used)
    group = _names_series(profile, used, time) if task == "forecasting" and time else ""
    left = tuple((c.name, _why(c, task)) for c in chosen if c not in used)
    classes = _classes(goals[0]) if len(goals) == 1 else 0
    return TaskGuess(
        *(task, tuple(targets), tuple(c.name for c in used), left, classes),
        time=time.name if task == "forecasting" and time else "",
        group=group,
        reason=reason,
    )


def _why(column: ColumnProfile, task: str) -> str:
    if column.left_out:
        return column.left_out
    if task == "recommendation":
        return f"'{column.name}' is neither who nor what; a recommendation needs only these two."
    return f"'{column.name}' was not chosen."


def _choose(
    goals: list[ColumnProfile], used: list[ColumnProfile], time: ColumnProfile | None
) -> tuple[str, str]:
    """Task and reason; ``time`` is the clock of the table, if it has one."""
    names = " and ".join(f"'{g.name}'" for g in goals)
    numeric = [_classes(g) == 0 for g in goals]
    if time is not None and len(goals) > 1 and all(numeric):
        return "forecasting", f"{names} are numbers that '{time.name}' puts in order of time."
    if len(goals) > 1:
        if all(numeric):
            return "regression", f"{names} are numbers: several are predicted at once."
        if all(g.kind == "yes_no" for g in goals):
            return "multi_label", f"{names} are each yes or no: several labels at once."
        return "several", f"{names} are of different kinds: each gets an output of its own."
    if not goals:
        return "", "Nothing is to be predicted yet."
    goal, pair = goals[0], _people_and_things(used)
    if len(pair) == 2 and len(used) <= COMPANIONS + 1 and goal.kind in ("number", "yes_no"):
        who, what = (c.name for c in pair)
        return "recommendation", f"{names} is what each '{who}' gave to each '{what}'."
    if not numeric[0]:
        if used and all(c.kind == "text" for c in used):
            return "text_classification", f"{names} has {_say_classes(goal)}, told from text."
        return "classification", f"{names} has {_say_classes(goal)}."
    if time is not None:
        return "forecasting", f"{names} is a number that '{time.name}' puts in order of time."
    return "regression", f"{names} is a number."


def _say_classes(goal: ColumnProfile) -> str:
    return plural(_classes(goal), "class", "classes")


def _classes(column: ColumnProfile) -> int:
    """How many classes a target has; 0 where it is a number."""
    if column.kind == "number":
        named = CODE_NAME.search(column.name) and column.whole and column.distinct <= CODES
        return column.distinct if named else 0
    return 0 if column.kind == "date" else column.distinct


def _people_and_things(used: list[ColumnProfile]) -> list[ColumnProfile]:
    """The two columns of many names that stand often, if there are just two."""
    many = [c for c in used if c.kind == "category" and c.distinct >= MANY_IDS]
    return many if len(many) == 2 else []


def _names_series(profile: TableProfile, used: list[ColumnProfile], time: ColumnProfile) -> str:
    """The column of names that stand about once at every date each; "" for one series."""
    best, share = "", LEAST_FILLED
    for column in used:
        if column.kind in ("category", "yes_no") and time.distinct < MOSTLY_OWN * profile.rows:
            filled = profile.rows / max(1, column.distinct * time.distinct)
            if share < filled <= 1:
                best, share = column.name, filled
    return best


def _clock(profile: TableProfile, dates: list[ColumnProfile]) -> ColumnProfile | None:
    """A column of dates in even steps, one of its own in almost every row, in a table that holds
    little else but numbers."""
    rows = len(profile.first) if not profile.rows else profile.rows
    words = sum(c.kind in ("category", "text") for c in profile.columns)
    if words > sum(c.kind == "number" for c in profile.columns):
        return None
    return next(
        (c for c in dates if c.even and c.distinct >= MOSTLY_OWN * (rows - c.missing)),
        None,
    )
