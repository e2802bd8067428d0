"""A ZIP of texts, a folder for each class, is a table; a script reads the very same rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from builder.cli import main
from builder.datasets import _program, _table_source, table_file
from builder.errors import DataError
from builder.runs.disk import data_files
from builder.suggest import table_dataset
from builder.tables import table_overview
from builder.tables.reading.read_table import read_table
from tests.builder.tables.small_files import zipped

SPLIT = {
    f"films/{part}/{mood}/{i}.txt": f"{mood} film number {i} of {part} é".encode(code)
    for part, count, code in (("train", 8, "utf-8"), ("test", 4, "cp1252"))
    for mood in ("good", "bad")
    for i in range(count)
} | {"films/README.txt": b"about", "films/train/unsup/0.txt": b"nobody knows", "films/.x.txt": b""}


def test_folders_are_classes_and_parts() -> None:
    table = read_table(zipped(SPLIT))
    rows = table.data.to_pylist()
    assert table.format.kind == "texts" and len(rows) == 25
    assert rows[0] == {
        **{"text": "bad film number 0 of test é", "class": "bad", "part": "test"},
        "file": "films/test/bad/0.txt",
    }
    assert [r["class"] for r in rows if r["text"] == "nobody knows"] == [None]
    assert [n.message for n in table.notes] == ["Left out: 1 text beside the folders of classes."]


def test_without_parts_there_is_no_such_column() -> None:
    names = {f"{mood}/{i}.txt": b"1 2 3" for mood in ("1", "2") for i in range(3)}
    table = read_table(zipped(names))
    assert table.data.column_names == ["text", "class", "file"]
    assert table.data["class"].to_pylist()[0] == "1"  # a folder's name is no number


def test_one_folder_of_texts_and_a_table_among_texts_are_no_classes() -> None:
    assert read_table(zipped({"a/1.txt": b"x,y\n1,2\n3,4\n"})).format.kind == "text"
    mixed = {"a/t.csv": b"x,y\n1,2\n", "b/u.csv": b"x,y\n1,2\n", "a/1.txt": b"x", "b/2.txt": b"y"}
    assert read_table(zipped(mixed)).format.kind == "text"


def test_texts_behind_a_password_are_told() -> None:
    data = bytearray(zipped(SPLIT))
    at = data.find(b"PK\1\2")
    while at >= 0:  # the flag of a password in every line of the list
        data[at + 8] |= 1
        at = data.find(b"PK\1\2", at + 1)
    with pytest.raises(DataError, match="password"):
        read_table(bytes(data))


def test_the_suggested_dataset_takes_the_parts_and_mixes_the_rows() -> None:
    file = data_files.keep("films.zip", zipped(SPLIT))
    profile = table_overview.overview(zipped(SPLIT)).profile
    dataset = table_dataset.table_dataset(file, "films.zip", profile, ["class"])
    config = dataset.config
    assert (config["inputs"], config["targets"]) == ({"text": "text"}, {"class": "category"})
    assert (config["split"], config["by"]) == ("column", "part")
    text, mood = table_file.load(config).columns
    assert (len(text.train), len(text.test)) == (16, 8) and mood.classes == ("bad", "good")
    assert all(t.startswith(mood.classes[c]) for t, c in zip(text.train, mood.train, strict=True))
    # Keras takes the last rows for validation: they must not be those of one class
    assert 0 < mood.train[-6:].mean() < 1


def test_a_script_reads_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "films.zip").write_bytes(zipped(SPLIT))
    monkeypatch.chdir(tmp_path)
    settings = {"format": {"kind": "texts"}, "name": "films.zip", "inputs": {}, "targets": {}}
    lines = (
        f"import pandas as pd\n{_table_source.read_lines(settings)}\ntable.to_json('table.json')\n"
    )
    subprocess.run([sys.executable, "-c", lines], check=True)
    theirs = pd.read_json("table.json").fillna("")
    mine = read_table(zipped(SPLIT)).data.to_pandas().fillna("")
    hidden = theirs["file"] == "films/.x.txt"
    assert theirs[~hidden].values.tolist() == mine.values.tolist()
    assert "Any" not in _program.function_source("tables/reading/text_folders.text_rows")


def test_from_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "films.zip").write_bytes(zipped(SPLIT))
    out = tmp_path / "p.json"
    assert main(["new", str(tmp_path / "films.zip"), "--predict", "class", "-o", str(out)]) == 0
    assert "class from text" in capsys.readouterr().out and out.exists()
