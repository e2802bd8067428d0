"""A ZIP of texts as a table: a row for each text, whose class is the folder that it lies in."""

from __future__ import annotations

from typing import Any

from builder.errors import DataError
from builder.formatting import plural
from builder.tables.reading import zip_members
from builder.tables.reading.table_source import Reading, free_bytes
from builder.tables.table_records import TableWarning

TEXT = "text"
"""The column that holds what was written."""


def text_rows(contents: Any) -> Any:
    """Columns of a table, made from the texts' bytes by path.

    A text's class is its folder; its part, such as train or test, a folder above. Texts that lie
    beside the folders of classes are left out; those in a folder called "unsup" have no class.
    """
    parts = {"train", "training", "test", "testing", "validation", "valid", "val"}
    above_others = {
        path.rsplit("/", i)[0] for path in contents for i in range(2, path.count("/") + 1)
    }
    rows: Any = {"text": [], "class": [], "part": [], "file": []}
    for path in sorted(contents):
        place = path.rpartition("/")[0]
        folders = place.split("/")
        if place and place not in above_others:
            part = [name.lower() for name in folders[:-1] if name.lower() in parts]
            try:
                text = contents[path].decode("utf-8-sig")
            except UnicodeDecodeError:
                text = contents[path].decode("cp1252", "replace")
            rows["text"].append(text.strip())
            rows["class"].append(None if folders[-1].lower().startswith("unsup") else folders[-1])
            rows["part"].append(part[-1] if part else None)
            rows["file"].append(path)
    return rows if any(rows["part"]) else {k: v for k, v in rows.items() if k != "part"}


def read_texts(reading: Reading) -> Any:
    """A ``pyarrow.Table`` of strings.

    Raises:
        DataError: no text lies in a folder, a password, damaged, or too large.
    """
    import pyarrow as pa

    contents, left = {}, free_bytes() // 2  # as bytes and as a table
    with zip_members.open_zip(reading.data) as archive:
        names = zip_members.find_texts(archive)
        for name in names:
            contents[name] = zip_members.read_member(archive, name, left)
            left -= len(contents[name])
    rows = text_rows(contents)
    if not rows[TEXT]:
        raise DataError(
            "No text of the ZIP lies in the folder of a class.",
            "Give every class a folder with its texts, and choose the folder that holds them.",
        )
    if lost := len(names) - len(rows[TEXT]):
        message = f"Left out: {plural(lost, 'text')} beside the folders of classes."
        reading.notes.append(TableWarning("ragged", (), message, count=lost))
    reading.settle(header=True)
    return pa.table({name: pa.array(values, pa.string()) for name, values in rows.items()})
