"""Hostile and broken tables: each is told in a sentence with a remedy, and nothing is lost."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import stat
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from builder.errors import DataError
from builder.tables import table_overview
from builder.tables.reading import delimited_text, format_guess, table_source, zip_members
from builder.tables.reading.read_table import read_table
from builder.tables.table_records import TableFormat
from tests.builder.tables.small_files import sheet, workbook, zipped

CSV = b"a,b\n1,2\n3,4\n"
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")


def link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        member = zipfile.ZipInfo("a.csv")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    return made.getvalue()


def locked_zip() -> bytes:
    content = bytearray(zipped({"a.csv": CSV}, flat=True))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.find(mark) + at] |= 1
    return bytes(content)


def nameless() -> bytes:
    return zipped({"a.csv": CSV}).replace(b"a.csv", b"\0.csv")


def repeated_text() -> bytes:
    """A Parquet file of 1 MB whose texts come to 20 GB."""
    codes = pa.array(np.zeros(20_000, np.int32))
    made = io.BytesIO()
    column = pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 1_000_000]))
    parquet.write_table(pa.table({"t": column}), made)
    return made.getvalue()


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n\n", "holds no rows"),
    "a header alone": (b"a,b,c\n", "a header and no rows"),
    "wide": (",".join(map(str, range(20_000))).encode() + b"\n", "20,000 columns"),
    "ragged": (b"a,b\n1,2\n1\n1,2,3\n1,2,3\n5,6\n7\n", "4 of 6 rows do not have the 2 values"),
    "a long header": (b"a,b,c,d\n1,2\n3,4\n5,6\n", "first line has 4 values"),
    "NUL": (b"a,b\n1,2\n3,\0\n", "Line 3 holds a NUL byte"),
    "an open quote": (b'a,b\n1,"x\n' + b"2,y\n" * 9, "quote in line 2 is never closed"),
    "nothing in it": (b"a,b\n,\nNA,?\n", "No cell"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a PNG picture"),
    "a pickle": (b"\x80\x04abc", "never opened"),
    "no ZIP": (zipped({"a.csv": CSV * 99})[:80], "damaged or incomplete"),
    "no gzip": (gzip.compress(CSV * 999)[:40], "damaged or incomplete"),
    "a bomb": (zipped({"a.csv": b"0" * 30_000_000}), "200 times as much"),
    "a bomb in gzip": (gzip.compress(b"0" * 30_000_000), "200 times as much"),
    "a bomb in bzip2": (bz2.compress(b"0" * 30_000_000), "200 times as much"),
    "a path that climbs": (zipped({"../a.csv": CSV}), "leads out of it"),
    "a path from the root": (zipped({"/etc/a.csv": CSV}), "leads out of it"),
    "a path of Windows": (zipped({"..\\a.csv": CSV}), "leads out of it"),
    "a link": (link(), "links are not followed"),
    "a ZIP in a ZIP": (zipped({"a.zip": zipped({"a.csv": CSV})}), "another archive"),
    "a ZIP called CSV in a ZIP": (zipped({"a.csv": zipped({"a.csv": CSV})}), "another archive"),
    "gzip in a ZIP": (zipped({"a.csv": gzip.compress(CSV)}), "another archive"),
    "pictures": (zipped({"a/1.jpg": b"x", "a/2.jpg": b"x"}), "no table but files with .jpg"),
    "an empty ZIP": (zipped({}), "ZIP is empty"),
    "many members": (
        zipped({"a.csv": b""})[:-14] + b"\xf0\xff\xf0\xff" + bytes(10),
        "65,520 files",
    ),
    "a ZIP of a file without a name": (nameless(), "ZIP is empty"),
    "a ZIP with a password": (locked_zip(), "protected by a password"),
    "a workbook with a password": (LOCKED, "protected by a password"),
    "no workbook": (LOCKED[:600], "cannot be read"),
    "half a workbook": (workbook([["a"], [1]])[:900], "damaged or incomplete"),
    "an empty sheet": (workbook([]), "is empty"),
    "a header alone in a sheet": (workbook([["a", "b"]]), "a header and no rows"),
    "a binary workbook": (workbook([["a"]], **{"xl/workbook.bin": b""}), ".xlsb"),
    "an OpenDocument": (zipped({"content.xml": b"<x/>"}), "OpenDocument"),
    "JSON without end": (b'[{"a": 1},', "no valid JSON"),
    "deep JSON": (b"[" * 200_000, "nested too deeply"),
    "deep JSON lines": (b'{"a":1}\n{"a":' + b"[" * 200_000 + b"\n", "nested too deeply"),
    "one value": (b'{"a": 1}', "neither a list of records nor columns"),
    "columns of two lengths": (b'{"a": [1, 2], "b": [1]}', "equally long"),
    "many keys": (json.dumps([{str(i): 1} for i in range(10_001)]).encode(), "10,000 different"),
    "half a Parquet": (b"PAR1" + b"\0" * 99, "cannot be read"),
    "texts that swell": (repeated_text(), "more than the"),
    "half an Arrow file": (b"ARROW1\0\0" + b"\1" * 99, "cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_with_a_remedy(name: str) -> None:
    content, sentence = BAD[name]
    with pytest.raises(DataError) as caught:
        table_overview.overview(content)
    error = caught.value
    assert sentence in error.message
    assert error.message.endswith(".") and error.message.count(". ") <= 1
    assert error.hint.endswith((".", "]."))


def test_letters_that_are_none_are_replaced_wherever_they_stand() -> None:
    table = read_table(json.dumps([{"a": {"b": "\ud800"}}, {"a": "\udfff"}]).encode())
    assert table.data.column("a").to_pylist() == ['{"b": "?"}', "?"]


def test_a_file_that_is_not_there_is_told_without_its_path(tmp_path: Path) -> None:
    for path in (tmp_path / "secret" / "a.csv", tmp_path):
        with pytest.raises(DataError) as caught:
            read_table(path)
        assert str(tmp_path) not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("fixed", "field"),
    [
        (TableFormat(encoding="klingon"), "encoding"),
        (TableFormat(encoding="zlib"), "encoding"),
        (TableFormat(encoding="ascii"), "encoding"),
        (TableFormat(delimiter="ab"), "delimiter"),
        (TableFormat(delimiter="\n"), "delimiter"),
        (TableFormat(kind="novel"), "kind"),
    ],
)
def test_a_field_set_wrong_is_named(fixed: TableFormat, field: str) -> None:
    with pytest.raises(DataError) as caught:
        read_table("a,b\né,2\n".encode(), fixed)
    assert caught.value.where == field


def test_a_sheet_or_member_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match="no sheet 'x'; there are Sheet1"):
        read_table(workbook([["a"], [1]]), TableFormat(sheet="x"))
    with pytest.raises(DataError, match=r"holds no 'x.csv'"):
        read_table(zipped({"a.csv": CSV}), TableFormat(member="x.csv"))


@pytest.mark.parametrize(
    "address", ["XFD1048576", "B99999999999999", "ZZZZZZZZ4", "A" * 3_000 + "4", "BB1048576"]
)
@pytest.mark.parametrize("where", ["xl/worksheets/sheet1.xml", "elsewhere/evil.xml"])
def test_a_cell_far_outside_is_refused_before_room_is_made(address: str, where: str) -> None:
    text = sheet([["a", "b"], [1, 2]]).replace('"B2"', f'"{address}"')
    with pytest.raises(DataError, match="reaches to row"):
        read_table(workbook([["a", "b"], [1, 2]], **{where: text.encode()}))


def test_links_to_other_workbooks_are_told_and_not_followed() -> None:
    rows = [["a", "b"], [1, 2], [3, 4]]
    table = read_table(workbook(rows, **{"xl/externalLinks/externalLink1.xml": b"<x/>"}))
    assert [n.code for n in table.notes] == ["external_links"]


def test_a_workbook_that_swells_is_refused() -> None:
    with pytest.raises(DataError, match="unpacks to more than"):
        read_table(workbook([["a"], [1]], **{"xl/media/x.xml": b"0" * 30_000_000}))


def test_a_directory_that_lies_about_its_length_is_not_read() -> None:
    content = bytearray(zipped({f"{i:0>5000}.csv": b"" for i in range(2_100)}, flat=True))
    end = content.rfind(b"PK\5\6")
    content[end + 8 : end + 12] = b"\1\0\1\0"  # says: one member
    tracemalloc.start()
    with pytest.raises(DataError, match="ZIP lists"):
        zip_members.open_zip(memoryview(content))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_line_without_end_costs_no_more_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (format_guess, delimited_text):
        monkeypatch.setattr(module, "LONGEST_LINE", 1_000_000)
    with pytest.raises(DataError, match="first line has no end"):
        read_table(b"x" * 3_000_000)
    with pytest.raises(DataError, match="no end within 1 MB"):
        read_table(b"a,b\n1," + b"x" * 3_000_000)


def test_what_does_not_fit_into_memory_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(table_source, "MAX_BYTES", 10)
    with pytest.raises(DataError, match="10 bytes is the most"):
        read_table(CSV)
    (tmp_path / "a.csv.gz").write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        read_table(tmp_path / "a.csv.gz")


def test_a_damaged_arrow_file_never_ends_the_process() -> None:
    made = io.BytesIO()
    table = pa.table({"t": ["one", "two", None] * 9, "n": [2**62, None, 3] * 9})
    with pa.ipc.new_file(made, table.schema) as writer:
        writer.write_table(table)
    whole, refused = made.getvalue(), 0
    for at in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[at] ^= 0x55
        try:
            table_overview.overview(bytes(damaged))
        except DataError:
            refused += 1
    assert refused > 20


def test_numbers_too_large_for_sums_are_shown_all_the_same() -> None:
    rows = [{"huge": 1.7e308 * (-1) ** i, "id": 2**60 + i, "y": i % 7 / 3} for i in range(40)]
    made = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), made)
    seen = table_overview.overview(made.getvalue(), targets=["huge"], inputs=["id", "y"])
    assert [c.distinct for c in seen.profile.columns] == [2, 40, 7]


def test_nothing_in_a_cell_is_ever_computed() -> None:
    text = b"a,b\n=1+1,=cmd|' /C calc'!A0\n__import__('os'),@SUM(1)\n"
    rows = read_table(text).data.to_pylist()
    assert rows[0] == {"a": "=1+1", "b": "=cmd|' /C calc'!A0"}
