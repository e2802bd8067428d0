"""Tables of every form become the same typed columns; what is missing, odd or fixed is seen to."""

from __future__ import annotations

import bz2
import csv
import datetime
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather, parquet

from builder.tables.reading.read_table import Table, read_table
from builder.tables.table_records import TableFormat
from tests.builder.tables.small_files import workbook, zipped

PEOPLE = "name,age,height,born\nAnn,22,1.7,2001-02-03\nBob,,1.8,1999-12-31\nCid,35,,2000-01-01\n"
AGES = [22, None, 35]


def values(table: Table, name: str) -> list[Any]:
    return list(table.data[name].to_pylist())


def codes(table: Table) -> set[str]:
    return {note.code for note in table.notes}


def test_a_plain_csv_gives_numbers_texts_and_dates() -> None:
    table = read_table(PEOPLE.encode())
    assert table.data.column_names == ["name", "age", "height", "born"]
    assert values(table, "age") == AGES
    assert values(table, "height") == [1.7, 1.8, None]
    assert values(table, "born")[0] == datetime.datetime(2001, 2, 3)
    assert (table.rows, table.complete) == (3, True)


def test_no_guess_is_left_open() -> None:
    made = read_table(PEOPLE.encode()).format
    assert all(getattr(made, name) is not None for name in made.__slots__)


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE.replace(",", "\t"),
        PEOPLE.replace(",", ";"),
        PEOPLE.replace(",", "|"),
        PEOPLE.replace(",", ";").replace(".", ","),
        PEOPLE.replace("\n", "\r\n"),
        PEOPLE.replace("\n", "\r"),
        PEOPLE.replace(",", ", "),
        "# made by hand\n# in May\n" + PEOPLE,
        "sep=;\n" + PEOPLE.replace(",", ";"),
        PEOPLE.replace("Ann", '"Ann"').replace("Bob", "'Bob'").replace("'", '"'),
        PEOPLE.replace(",,", ",NA,").replace(",,", ",?,"),
        PEOPLE.replace("Bob,,", "Bob,-,"),
        "\n" + PEOPLE + "\n\n",
        "People of May\n\n" + PEOPLE,
        PEOPLE.replace(",,", ", ?,").replace(",", ", ").replace(",  ", ", "),
    ],
)
def test_dialects_are_guessed(text: str) -> None:
    table = read_table(text.encode())
    assert values(table, "name") == ["Ann", "Bob", "Cid"]
    assert values(table, "age") == AGES
    assert values(table, "height")[:2] == [1.7, 1.8]


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(PEOPLE.encode()),
        bz2.compress(PEOPLE.encode()),
        lzma.compress(PEOPLE.encode()),
        zipped({"people.csv": PEOPLE.encode()}),
        zipped({"people.xlsx": workbook([["name", "age"], ["Ann", 22], ["Bob", None], ["C", 35]])}),
    ],
    ids=["gz", "bz2", "xz", "zip", "workbook in zip"],
)
def test_one_layer_of_packing_is_taken_off(packed: bytes) -> None:
    assert values(read_table(packed), "age") == AGES


def test_runs_of_white_space_are_one_delimiter() -> None:
    text = b' 18.0  8   130.0\t"chevrolet malibu"\n 15.0  8      ?\t"ford pinto"\n'
    table = read_table(text * 5)
    assert (table.format.delimiter, table.format.header) == (" ", False)
    assert list(table.data.to_pylist()[1].values()) == [15.0, 8, None, "ford pinto"]
    table = read_table(b'"age" "height"\n"r1" 1 2\n"r2" 3 4\n')  # as R writes them
    assert table.data.column_names == ["row", "age", "height"]
    assert values(table, "height") == [2, 4]


def arrow_file(write: Any) -> bytes:
    made = io.BytesIO()
    write(pa.table({"name": ["Ann", "Bob", "Cid"], "age": AGES}), made)
    return made.getvalue()


def stream(table: pa.Table, sink: io.BytesIO) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


RECORDS = [{"name": "Ann", "age": 22}, {"name": "Bob"}, {"name": "Cid", "age": 35}]


@pytest.mark.parametrize(
    "content",
    [
        workbook([["name", "age"], ["Ann", 22], ["Bob", None], ["Cid", 35]]),
        arrow_file(parquet.write_table),
        arrow_file(feather.write_feather),
        arrow_file(stream),
        json.dumps(RECORDS).encode(),
        json.dumps({"people": RECORDS}).encode(),
        json.dumps({"name": ["Ann", "Bob", "Cid"], "age": AGES}).encode(),
        json.dumps(
            {"name": {"0": "Ann", "1": "B", "2": "C"}, "age": dict(enumerate(AGES))}
        ).encode(),
        json.dumps([["name", "age"], ["Ann", 22], ["Bob", None], ["Cid", 35]]).encode(),
        "\n".join(map(json.dumps, RECORDS)).encode(),
        "name\tage\nAnn\t22\nBob\t\nCid\t35",
    ],
    ids=[
        *("excel", "parquet", "feather", "arrow stream", "records", "one list", "columns"),
        *("pandas columns", "rows", "json lines", "pasted"),
    ],
)
def test_every_form_gives_the_same_columns(content: bytes | str) -> None:
    table = read_table(content)
    assert values(table, "age") == AGES
    assert values(table, "name")[0] == "Ann"
    assert str(table.data["age"].type) == "int64"


def test_the_content_not_the_name_says_what_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(workbook([["name", "age"], ["Ann", 22], ["Bob", 3]]))
    (tmp_path / "table.xlsx").write_text(PEOPLE)
    assert values(read_table(tmp_path / "table.csv"), "age") == [22, 3]
    assert values(read_table(tmp_path / "table.xlsx"), "age") == AGES


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("name,city\nJosé,Zürich\nBjörn,Köln\n", "cp1252", "cp1252"),
        ("name,city\nJosé,Zürich\n", "utf-8-sig", "utf-8"),
        ("name,city\nJosé,Zürich\n", "utf-16", "utf-16"),
        ("name,city\nJosé,Zürich\nBo,Bonn\n", "utf-16-le", "utf-16-le"),
        ("имя,город\nИван,Москва\nМария,Новосибирск\n", "cp1251", "cp1251"),
        ("名前,都市\n田中太郎,東京都\n山田花子,大阪市\n鈴木一郎,名古屋市\n", "shift_jis", "cp932"),
    ],
)
def test_the_encoding_is_guessed(text: str, encoding: str, guess: str) -> None:
    table = read_table(text.encode(encoding), TableFormat(header=True))
    assert table.format.encoding == guess
    assert [",".join(row.values()) for row in table.data.to_pylist()] == text.split()[1:]


def test_a_wrong_byte_far_below_is_found() -> None:
    text = b"name,n\n" + b"a,1\n" * 200_000 + "Zürich,2\n".encode("cp1252")
    table = read_table(text)
    assert table.format.encoding == "cp1252" and values(table, "name")[-1] == "Zürich"


def test_a_quoted_na_is_a_word_and_a_bare_one_is_missing() -> None:
    table = read_table(b'country,n\n"NA",1\nNA,2\nNaN,3\n?,4\n"?",5\n-,6\nDE,7\n')
    assert values(table, "country") == ["NA", None, None, None, "?", "-", "DE"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234", "12", "1,000,000"], [1234, 12, 1000000]),
        (["1.234,5", "2,25", "1.000,0"], [1234.5, 2.25, 1000.0]),
        (["1 234,5", "2,25", "10"], [1234.5, 2.25, 10.0]),
        (["1'234.5", "2.25", "10"], [1234.5, 2.25, 10.0]),
        (["$1,234.50", "$2.25", "$10"], [1234.5, 2.25, 10.0]),
        (["12%", "8%", "50.5%"], [12, 8, 50.5]),
        (["+5", "-3", "4"], [5, -3, 4]),
        (["1e3", "-2.5E-1", ".5"], [1000, -0.25, 0.5]),
    ],
)
def test_numbers_as_people_write_them(cells: list[str], expected: list[float]) -> None:
    rows = "\n".join(f'{i};"{c}"' for i, c in enumerate(cells))
    assert values(read_table(f"row;x\n{rows}\n".encode()), "x") == expected


@pytest.mark.parametrize(
    "cells", [["007", "012", "345"], ["12345678901234567890", "2", "3"], ["0x1F", "0x2A", "3"]]
)
def test_codes_stay_as_they_are_written(cells: list[str]) -> None:
    text = "code,x\n" + "".join(f"{c},1\n" for c in cells)
    assert values(read_table(text.encode()), "code") == cells


def test_a_lone_text_among_numbers_is_kept_with_its_row() -> None:
    table = read_table(b"a,b\n" + b"1,2\n" * 6 + b"three,4\n5,6\n")
    assert table.strays == {"a": ((7, "three"),)}
    assert values(table, "a")[6] is None


def test_a_kind_set_by_hand_decides_how_texts_are_read() -> None:
    text = b"a,b,when\n1,1.50,x\n2,2.0,y\nmany,3,z\nsome,4,z\n"
    table = read_table(text, kinds={"a": "number", "b": "category"})
    assert values(table, "a") == [1, 2, None, None]
    assert table.strays["a"] == ((3, "many"), (4, "some"))
    assert values(table, "b") == ["1.50", "2.0", "3", "4"]


def test_one_date_among_hundreds_decides_whether_the_day_stands_first() -> None:
    days = ["01/02/2021"] * 500
    days[333] = "25/12/2021"
    table = read_table(("day,n\n" + "".join(f"{d},1\n" for d in days)).encode())
    assert values(table, "day")[0] == datetime.datetime(2021, 2, 1)
    assert not table.strays and "day_first" not in codes(table)


def test_a_date_set_by_hand_keeps_what_is_none_by_its_row() -> None:
    table = read_table(b"when,n\nsoon,1\n2020-01-31,2\nlater,3\n", kinds={"when": "date"})
    assert values(table, "when") == [None, datetime.datetime(2020, 1, 31), None]
    assert table.strays["when"] == ((1, "soon"), (3, "later"))
    table = read_table(b"when,n\nsoon,1\nlater,2\n", kinds={"when": "date"})
    assert values(table, "when") == [None, None] and len(table.strays["when"]) == 2


def test_rows_longer_than_the_header_get_columns_of_their_own() -> None:
    for content in (workbook([["a"], [1, 2], [3]]), b'[["a"], [1, 2], [3]]'):
        table = read_table(content)
        assert table.data.to_pylist() == [{"a": 1, "column_2": 2}, {"a": 3, "column_2": None}]


def test_a_value_counts_as_missing_in_its_own_column_alone() -> None:
    fixed = TableFormat(missing=(("a", "-1"),))
    table = read_table(b"a,b\n-1,-1\n2,3\n", fixed)
    assert values(table, "a") == [None, 2] and values(table, "b") == [-1, 3]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2020-01-31", (2020, 1, 31)),
        ("2020-01-31T00:00:00Z", (2020, 1, 31)),
        ("31.01.2020", (2020, 1, 31)),
        ("31/1/2020", (2020, 1, 31)),
        ("1/31/2020", (2020, 1, 31)),
        ("2020/01/31", (2020, 1, 31)),
        ("Jan 31, 2020", (2020, 1, 31)),
        ("31-JAN-20", (2020, 1, 31)),
        ("2020-01", (2020, 1, 1)),
        ("1/31/20 5:30 PM", (2020, 1, 31, 17, 30)),
    ],
)
def test_dates_are_read_in_every_form(cell: str, expected: tuple[int, ...]) -> None:
    table = read_table(f'day;n\n"{cell}";1\n"{cell}";2\n'.encode())
    assert values(table, "day") == [datetime.datetime(*expected)] * 2


def test_a_date_that_reads_both_ways_is_told_and_fixed_by_hand() -> None:
    text = b"day,n\n03/04/2021,1\n05/06/2021,2\n"
    table = read_table(text)
    assert "day_first" in codes(table) and table.format.day_first is False
    table = read_table(text, TableFormat(day_first=True))
    assert values(table, "day")[0] == datetime.datetime(2021, 4, 3)


@pytest.mark.parametrize(
    ("name", "cell", "type_"),
    [
        ("timestamp", "851866703", "timestamp[us]"),
        ("date", "20240131", "timestamp[us]"),
        ("population", "851866703", "int64"),
        ("year", "1949", "int64"),
    ],
)
def test_whole_numbers_are_times_where_name_and_range_say_so(
    name: str, cell: str, type_: str
) -> None:
    table = read_table(f"{name},n\n{cell},1\n{cell},2\n".encode())
    assert str(table.data[name].type) == type_


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("M,0.455,15\nM,0.35,7\nF,0.53,9\n", False),
        ("7.4,0.7,5\n7.8,0.88,5\n", False),
        ("text,sentiment\ngood,pos\nbad,neg\nfine,pos\n", True),
        ("good,pos\nbad,neg\nfine,pos\n", False),
        ("country,1990,1991,1992\nDE,1,2,3\nFR,4,5,6\n", True),
        (",a,b\n0,1,x\n1,2,y\n", True),
    ],
)
def test_the_header_is_guessed_and_fixed(text: str, header: bool) -> None:
    rows = text.count("\n")
    table = read_table(text.encode())
    assert (table.format.header, table.rows) == (header, rows - header)
    other = read_table(text.encode(), TableFormat(header=not header))
    assert other.rows == rows - (not header)


def test_names_are_made_unique_and_never_empty() -> None:
    table = read_table(b"a,a,,a_2,a\n1,2,3,4,5\n6,7,8,9,10\n")
    assert table.data.column_names == ["a", "a_2", "column_3", "a_2_2", "a_3"]
    assert {"same_names", "empty_names"} <= codes(table)


def test_rows_of_another_length_are_left_out_and_counted() -> None:
    table = read_table(b"a,b\n" + b"1,2\n" * 40 + b"1\n3,4\n1,2,3\n")
    (note,) = table.notes
    assert (table.rows, note.code, note.count) == (41, "ragged", 2)
    assert "line 42 with 1 value" in note.message


def test_of_several_members_the_largest_is_read_and_another_can_be_chosen() -> None:
    content = zipped({"a.csv": b"x,y\n1,2\n3,4\n", "b/big.csv": PEOPLE.encode(), "read.me": b"hi"})
    table = read_table(content)
    assert (table.format.member, table.members) == ("b/big.csv", ("b/big.csv", "a.csv"))
    assert "several_members" in codes(table)
    assert values(read_table(content, TableFormat(member="a.csv")), "x") == [1, 3]


def test_a_sheet_can_be_chosen_and_formulas_are_told() -> None:
    book = workbook([["a", "b"], [1, "=A2*2"], [3, 4]], [["c", "d"], [5, 6]])
    table = read_table(book)
    assert (table.format.sheet, table.sheets) == ("Sheet1", ("Sheet1", "Sheet2"))
    assert {"formulas", "several_sheets"} <= codes(table)
    assert values(table, "b") == [None, 4]
    assert values(read_table(book, TableFormat(sheet="Sheet2")), "d") == [6]


def test_a_preview_reads_the_beginning_and_says_about_how_many_rows_there_are() -> None:
    text = b"a,b\n" + b"12345,some text that takes room in a line\n" * 300_000
    table = read_table(text, preview=True)
    assert not table.complete
    assert table.data.num_rows < 250_000
    assert abs(table.rows - 300_000) < 3_000


# --- whatever pandas writes is read back ------------------------------------------------------

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1
)
TEXTS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join) | st.sampled_from(
    ['say "no"', "a,b;c|d\te", "two\nlines", "NA", "null", "1.5", "007", "-", "#", "'"]
)
NUMBERS = st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda x: round(x, 4))
FRAMES = st.integers(2, 8).flatmap(
    lambda n: st.fixed_dictionaries(
        {
            "whole": st.lists(st.integers(-(10**12), 10**12), min_size=n, max_size=n),
            "number": st.lists(NUMBERS | st.none(), min_size=n, max_size=n),
            "text": st.lists(TEXTS | st.none(), min_size=n, max_size=n),
        }
    )
)


@settings(max_examples=60, deadline=None)
@given(
    frame=FRAMES,
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n"]),
    quote=st.sampled_from("\"'"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    every=st.booleans(),
    comma=st.booleans(),
)
def test_what_pandas_writes_is_read_back(
    frame: dict[str, list[Any]],
    delimiter: str,
    ending: str,
    quote: str,
    encoding: str,
    every: bool,
    comma: bool,
) -> None:
    decimal = "," if comma and delimiter != "," else "."
    columns = {
        "whole": pd.Series(frame["whole"]),
        "number": pd.Series(frame["number"], dtype=float),
        "text": pd.Series(frame["text"], dtype=object),
    }
    text = pd.DataFrame(columns).to_csv(
        index=False,
        sep=delimiter,
        lineterminator=ending,
        quotechar=quote,
        quoting=csv.QUOTE_ALL if every else csv.QUOTE_NONNUMERIC,
        decimal=decimal,
    )
    fixed = TableFormat(
        *("text",), delimiter=delimiter, quote=quote, header=True, decimal=decimal, comment="",
        thousands="",
    )  # fmt: skip
    table = read_table(text.encode(encoding), fixed, kinds={"text": "text", "number": "number"})
    assert values(table, "whole") == frame["whole"]
    assert values(table, "number") == frame["number"]
    assert values(table, "text") == frame["text"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_the_dialects_of_pandas_are_guessed(delimiter: str, decimal: str, quoting: int) -> None:
    frame = pd.DataFrame(
        {
            "city": ["Köln", "New York, NY", "a; b", "x|y", 'the "Hague"'] * 4,
            "share": [0.5, 1.25, 0.75, 10.5, 3.125] * 4,
            "count": range(20),
        }
    )
    text = frame.to_csv(index=False, sep=delimiter, decimal=decimal, quoting=quoting)
    table = read_table(text.encode())
    assert values(table, "city") == list(frame["city"])
    assert values(table, "share") == list(frame["share"])
    assert values(table, "count") == list(range(20))


def test_a_zip_written_by_pandas_is_read(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_csv(tmp_path / "t.csv.zip", index=False)
    with zipfile.ZipFile(tmp_path / "t.csv.zip") as archive:
        assert archive.namelist() == ["t.csv"]
    assert values(read_table(tmp_path / "t.csv.zip"), "b") == ["x", "y"]
