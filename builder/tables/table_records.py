"""What is said of a table: its format, its columns, the task, the warnings; plain values."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("number", "category", "yes_no", "date", "text", "id", "constant", "free_text")
"""What a column can be; the last three are left out by themselves."""

LEFT_OUT = KINDS[-3:]

Value = str | int | float | bool | None
"""One cell; dates as ISO text."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How a file is read as a table. None is to be guessed; a guess leaves no None behind.

    Args:
        kind: ``text``, ``excel``, ``parquet``, ``arrow``, ``json``, ``json_lines``, or ``texts``: a
            ZIP of them.
        member: of a ZIP: the path of the table inside; "" where the file is no ZIP.
        sheet: of a workbook: the sheet's name.
        encoding: Python's name, such as ``utf-8`` or ``cp1252``.
        delimiter: between two values: one character; ``" "`` is any run of white space.
        quote: around a value that holds delimiters; "" for none.
        comment: what a line that is no row begins with; "" for none.
        header: whether the first row holds the columns' names.
        decimal: ``"."`` or ``","``.
        thousands: the mark within whole numbers; "" for none.
        day_first: whether 03/04/2021 is in April.
        missing: what counts as no value beside NA, NaN and the like: pairs of a column's name
            ("" for every column) and the text of the cell.
        labels: columns whose cells name several labels, each with the mark between two of them: a
            column of yes and no for each label stands in their place.
    """

    kind: str | None = None
    member: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    comment: str | None = None
    header: bool | None = None
    decimal: str | None = None
    thousands: str | None = None
    day_first: bool | None = None
    missing: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SuspiciousValue:
    """A value of a column that may not be what it seems.

    Args:
        value: as text.
        count: how many rows have it.
        row: of its first occurrence, counted from 1 below the header.
        message: one sentence.
        remedy: ``missing`` (count it as missing), or "" where a person must look.
    """

    value: str
    count: int
    row: int
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column of a table as its card shows it.

    Args:
        name: unique in its table.
        kind: one of ``KINDS``: what the person said, else the guess.
        guess: the kind that was guessed.
        missing: rows without a value.
        distinct: different values, the missing ones not counted.
        low, mean, high: of numbers; of dates ``low`` and ``high`` as ISO text.
        whole: every number is a whole one.
        even: of dates: in order they follow each other in even steps, but for some gaps.
        edges, counts: the histogram of numbers, and of dates in seconds since 1970; one edge more
            than counts.
        frequent: the commonest values with the number of their rows, at most ten; of text, words.
        words: of text and categories: words in a value, on the average.
        mark: between several labels that a cell names at once; "" where it names one thing.
        left_out: why the column is not used, one sentence; "" where it is.
        suggestion: a kind that may fit better, else "".
        reason: why it may, one sentence.
        suspicious: values to look at.
    """

    name: str
    kind: str
    guess: str
    missing: int
    distinct: int
    low: float | str | None = None
    mean: float | None = None
    high: float | str | None = None
    whole: bool = False
    even: bool = False
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    frequent: tuple[tuple[str, int], ...] = ()
    words: float = 0.0
    mark: str = ""
    left_out: str = ""
    suggestion: str = ""
    reason: str = ""
    suspicious: tuple[SuspiciousValue, ...] = ()


@dataclass(frozen=True, slots=True)
class TableWarning:
    """Something to know before training on a table.

    Args:
        code: what it is, such as ``duplicates`` or ``gives_away``.
        columns: which columns it is about; empty for the whole table.
        message: one or two sentences.
        remedy: what mends it: ``leave_out`` (the columns), ``drop_rows`` (those without a target),
            ``drop_duplicates``, ``class_weights``, ``drop_rare``, ``as_category``,
            ``choose_member``, ``other_target``, ``split_labels``; "" where a person must look.
        count: rows or columns concerned; 0 where there is nothing to count.
    """

    code: str
    columns: tuple[str, ...]
    message: str
    remedy: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class TableProfile:
    """What is in a table.

    Args:
        format: how it was read.
        rows: in the whole table; about, where ``complete`` is False.
        columns: one card a column.
        first: the first rows.
        complete: whether every row was read; False for a preview.
        notes: what was found while reading: rows left out, names made unique …
        members, sheets: what else could be chosen in the file.
    """

    format: TableFormat
    rows: int
    columns: tuple[ColumnProfile, ...]
    first: tuple[tuple[Value, ...], ...] = ()
    complete: bool = True
    notes: tuple[TableWarning, ...] = ()
    members: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    def column(self, name: str) -> ColumnProfile | None:
        """The card of that column."""
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True, slots=True)
class TaskGuess:
    """What kind of learning it is to predict the targets.

    Args:
        task: ``classification``, ``multi_label``, ``regression``, ``forecasting``,
            ``recommendation``, ``text_classification`` or ``several`` (targets of both kinds).
        targets: what is predicted.
        inputs: from which columns.
        left_out: the other columns, each with the reason.
        classes: number of classes of the one target; 0 for numbers.
        time: of forecasting: the date column; "" where the rows follow each other evenly.
        group: of forecasting: the column that names the series where the table holds several.
        season: of forecasting: steps after which the first target is much the same again; 0: none.
        strength: the autocorrelation at that distance, at most 1.
        reason: why this task, one sentence.
    """

    task: str
    targets: tuple[str, ...]
    inputs: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    classes: int = 0
    time: str = ""
    group: str = ""
    season: int = 0
    strength: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TableOverview:
    """All a page shows of a table: profile, task and warnings; no task without a target."""

    profile: TableProfile
    task: TaskGuess | None = None
    warnings: tuple[TableWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesOutline:
    """A column of a series as it is drawn.

    Args:
        name: of the column.
        places: of the points among the rows in the order of time, from 0.
        times: of the points, ISO texts; empty where there is no clock.
        values: of the points; NaN where there is none.
        season: the mean at each step of a season; empty where there is none.
        rows: how many steps there are.
    """

    name: str
    places: tuple[int, ...]
    times: tuple[str, ...]
    values: tuple[float, ...]
    season: tuple[float, ...]
    rows: int
