"""Guess how a delimited text is written: delimiter, quotes, comments, header, decimal mark."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from builder.errors import DataError
from builder.formatting import number, plural, size
from builder.tables.reading.table_source import Reading
from builder.tables.table_records import TableWarning

HEAD = 256_000
"""Bytes at the beginning that guesses look at."""

LONGEST_LINE = 16_000_000
MAX_COLUMNS = 10_000
LINES = 300
TITLE = 20
"""Lines, at most, that may stand above a table."""

NAME = 40
"""Characters: a longer first value is no name of a column."""

DELIMITERS = ("\t", ";", "|", ",")
"""In the order of their claim where two of them cut every line into as many values."""

PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
NUMBER = {
    (".", ""): PLAIN,
    (",", ""): re.compile(r"[+-]?([0-9]+,?[0-9]*|,[0-9]+)([eE][+-]?[0-9]+)?"),
    (".", ","): re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"),
    (",", "."): re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?"),
    (".", " "): re.compile("[+-]?[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+([.][0-9]+)?"),
    (",", " "): re.compile("[+-]?[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+,[0-9]+"),
    (".", "'"): re.compile(r"[+-]?[0-9]{1,3}(['’][0-9]{3})+(\.[0-9]+)?"),
}
"""How numbers look, by decimal and thousands mark."""


UNITS = r"^[$€£¥] ?| ?[%$€£¥]$"
"""What may stand before or behind a number."""

MARKED = re.compile("[-+]?[.,]?[0-9][0-9.,'’ \u00a0\u202f]*")


def guess_format(reading: Reading, data: memoryview) -> list[list[str]]:
    """Settles every field of ``reading.format`` for a text; returns its first rows, all of them
    with as many values, the header included.

    Raises:
        DataError: no rows, a line without end, too many columns.
    """
    lines = head_lines(data)
    reading.settle(comment=_comment(lines), sheet="")
    lines = [x for x in lines if not is_comment(x, reading.format.comment or "")]
    if not lines:
        raise DataError("The file holds no rows.", "Choose a file with a header and rows.")
    reading.settle(quote=_quote(lines))
    quote = reading.format.quote or ""
    reading.settle(delimiter=_delimiter(lines, quote))
    _refuse_delimiter(reading.format.delimiter or ",")
    rows = _fit(_below_title(reading, cut(lines, reading.format.delimiter or ",", quote)))
    if len(rows[0]) > MAX_COLUMNS:
        raise DataError(
            f"The table has {number(len(rows[0]))} columns; {number(MAX_COLUMNS)} is the most.",
            "Leave columns out, or swap rows and columns if they stand the wrong way round.",
        )
    decimal, thousands = _marks(rows, reading.format.delimiter or ",")
    reading.settle(decimal=decimal)
    reading.settle(thousands=thousands if decimal == reading.format.decimal else "")
    reading.settle(header=has_header(rows, reading.format.decimal or "."))
    return rows


def head_lines(data: memoryview) -> list[str]:
    """The first lines as text, the last one only if it is whole."""
    head = bytes(data[:HEAD])
    if len(data) > HEAD and len(re.findall(rb"\r\n|\r|\n", head)) < 2:
        head = bytes(data[: LONGEST_LINE + 1])
        if len(head) > LONGEST_LINE and not re.search(rb"[\r\n]", head):
            raise DataError(
                f"The first line has no end within {size(LONGEST_LINE)}: this is no table.",
                "Save the table with one row a line.",
            )
    text = head.decode("utf-8", "ignore")
    lines = [x for x in re.split(r"\r\n|\r|\n", text) if x.strip()]
    return lines[:-1] if len(head) < len(data) and len(lines) > 1 else lines


def is_comment(line: str, mark: str) -> bool:
    """Whether a line is a comment."""
    return bool(mark) and line.startswith(mark)


def _comment(lines: Sequence[str]) -> str:
    for mark in ("#", "%", "//"):
        if lines and lines[0].startswith(mark):
            below = lines[1:20]
            # a single marked line that is cut as the rows are is a header: "#chrom  start  end"
            if below and not below[0].startswith(mark):
                counts = [{d: x.count(d) for d in DELIMITERS} for x in (lines[0], below[0])]
                if any(counts[0][d] == counts[1][d] > 0 for d in DELIMITERS):
                    return ""
            return mark
    return ""


def _quote(lines: Sequence[str]) -> str:
    text = "\n".join(lines[:LINES])
    double, single = (
        len(re.findall(rf"(?:^|[,;|\t]) ?{q}[^{q}\n]*{q} ?(?=$|[,;|\t])", text, re.M))
        for q in ('"', "'")
    )
    return "'" if single > 2 * double and single >= min(len(lines), LINES) / 2 else '"'


def _delimiter(lines: Sequence[str], quote: str) -> str:
    best, score, most = "", 0.0, 1
    for delimiter in DELIMITERS:
        width, share = _evenness(cut(lines, delimiter, quote))
        if width > 1 and share >= 0.6 and share > score + 0.02:
            best, score, most = delimiter, share, width
    words = cut(lines, " ", quote)
    width, share = _evenness(words[1:] or words)
    cells = [c for row in words[1:] for c in row]
    if width > max(1, most) and share > 0.9 and sum(map(_is_number, cells)) > len(cells) / 2:
        return " "
    if best:
        return best
    for delimiter in DELIMITERS:
        # names above rows of many lengths: a table all the same, which is then told what is wrong
        names, with_it = cut(lines[:1], delimiter, quote)[0], sum(delimiter in x for x in lines)
        if len(names) > 1 and max(map(len, names)) <= NAME and with_it >= 0.6 * len(lines):
            return delimiter
    # one column: a delimiter that cuts nothing
    return next((d for d in (",", "\t", ";", "|") if not any(d in x for x in lines)), "\x1f")


def _refuse_delimiter(delimiter: str) -> None:
    if len(delimiter) != 1 or delimiter in '\r\n"' or not delimiter.isascii():
        raise DataError(
            f"'{delimiter[:20]}' cannot stand between values; one character can.",
            "Choose a comma, semicolon, tab, | or space.",
            "delimiter",
        )


def _evenness(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """The commonest number of values in a row, and how common it is."""
    counts = Counter(map(len, rows))
    if not counts:
        return 0, 0.0
    width, rows_with = counts.most_common(1)[0]
    return width, rows_with / len(rows)


def cut(lines: Sequence[str], delimiter: str, quote: str) -> list[list[str]]:
    """The values of each row, quotes taken away."""
    csv.field_size_limit(LONGEST_LINE)
    lines = [f"{x}\n" for x in lines[:LINES]]
    if delimiter == " ":
        pattern = re.compile(rf"{quote}[^{quote}]*{quote}|\S+" if quote else r"\S+")
        return [[m[0].strip(quote or None) for m in pattern.finditer(x)] for x in lines]
    try:
        spaced = bool(lines) and is_spaced(lines, delimiter)
        return list(
            csv.reader(
                lines,
                delimiter=delimiter,
                quotechar=quote or None,
                quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
                skipinitialspace=spaced,
            )
        )
    except csv.Error:
        return [x.rstrip("\n").split(delimiter) for x in lines]


def is_spaced(lines: Iterable[str], delimiter: str) -> bool:
    """Whether a space follows every delimiter: ``a, "b, c"``."""
    return all(f"{delimiter} " in x for x in lines if delimiter in x)


def _below_title(reading: Reading, rows: list[list[str]]) -> list[list[str]]:
    """Without the lines of a title above the table, which are told."""
    width, _ = _evenness(rows)
    title = next((i for i, row in enumerate(rows) if len(row) > 1), 0)
    if width < 3 or not 0 < title <= TITLE:
        return rows
    message = f"{plural(title, 'line')} above the table were left out."
    message = message.replace("1 line above the table were", "1 line above the table was")
    reading.notes.append(TableWarning("title", (), message, count=title))
    return rows[title:]


def _fit(rows: list[list[str]]) -> list[list[str]]:
    """Rows of the commonest width; the first row is kept and cut or filled to it."""
    width, _ = _evenness(rows[1:] or rows)
    first = rows[0]
    while len(first) > width and not first[-1].strip():
        first = first[:-1]
    if len(first) == width - 1 and len(rows) > 1:
        first = ["row", *first]  # as R writes them: a column of row names without a name
    if len(first) > width and len(rows) > 1:
        raise DataError(
            f"The first line has {number(len(first))} values and the commonest row "
            f"{number(width)}: they do not belong together.",
            "Choose another delimiter, or mend the file so that every row has as many values.",
            "delimiter",
        )
    first = first + [""] * (width - len(first))
    return [first, *(r for r in rows[1:] if len(r) == width)]


def _is_number(cell: str) -> bool:
    return PLAIN.fullmatch(cell.strip()) is not None


def _marks(rows: Sequence[Sequence[str]], delimiter: str) -> tuple[str, str]:
    """Decimal and thousands mark that read the most cells as numbers."""
    cells = [re.sub(UNITS, "", c.strip()) for row in rows for c in row]
    both = [c for c in cells if MARKED.fullmatch(c) and not c.lstrip("+-").isdigit()]
    fits = {
        marks: sum(
            bool(p.fullmatch(c) or NUMBER[marks[0], ""].fullmatch(c)) if marks[1] else
            bool(p.fullmatch(c))
            for c in both
        )
        for marks, p in NUMBER.items()
    }  # fmt: skip
    most = max(fits.values(), default=0)
    if not both or fits[".", ""] == most:
        return ".", ""
    if delimiter == ",":
        order = [(".", ","), (".", " "), (".", "'"), (",", ""), (",", "."), (",", " ")]
    else:
        order = [(",", ""), (",", "."), (",", " "), (".", ","), (".", " "), (".", "'")]
    return next(m for m in order if fits[m] == most)


def has_header(rows: Sequence[Sequence[str]], decimal: str = ".") -> bool:
    """Whether the first row names the columns: words above numbers, or words that never recur."""
    first, below = [c.strip() for c in rows[0]], rows[1:]
    pattern = NUMBER[decimal, ""]
    numeric = [i for i, c in enumerate(first) if pattern.fullmatch(c)]
    if numeric:
        # numbers can name columns only as a run of years: country,1990,1991,1992
        values = [float(first[i].replace(",", ".")) for i in numeric]
        steps = {b - a for a, b in itertools.pairwise(values)}
        return len(numeric) > 2 and steps == {1.0} and 1000 < values[0] < 2200
    if len(set(first)) < len(first) and len(set(first)) < 2:
        return False
    if not below:
        return True
    columns = [[r[i].strip() for r in below] for i in range(len(first))]
    share = [sum(map(bool, map(pattern.fullmatch, c))) / len(c) for c in columns]
    if any(s > 0.5 and first[i] for i, s in enumerate(share)):
        return True
    return not any(cell and cell in columns[i] for i, cell in enumerate(first))
