"""Tables in the datasets folder are offered; nothing outside it is, whatever links say."""

from __future__ import annotations

import pytest

from builder.datasets._folders import find_file
from builder.errors import FileError
from builder.runs.disk import folder_files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path / "data"))
    made = tmp_path / "data"
    (made / "shop").mkdir(parents=True)
    (made / "shop" / "sales.csv").write_text("a,b\n1,2\n")
    (made / "guests.parquet").write_bytes(b"PAR1")
    for name in (".hidden.csv", "notes.txt", "mnist.npz"):
        (made / name).write_text("x")
    outside = tmp_path / "secret.csv"
    outside.write_text("k\n1\n")
    (made / "link.csv").symlink_to(outside)
    (made / "up").symlink_to(tmp_path)
    (made / "alias.csv").symlink_to(made / "shop" / "sales.csv")
    (made / "round.csv").symlink_to(made / "round.csv")
    return made


def test_tables_are_listed_by_their_path(folder):
    assert folder_files.list_tables() == ["alias.csv", "guests.parquet", "shop/sales.csv"]


def test_one_is_taken_into_the_workspace(folder):
    path = find_file(folder_files.keep_table("shop/sales.csv"))
    assert path is not None and path.read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize(
    "name",
    ["link.csv", "up/secret.csv", "../secret.csv", "/etc/passwd", "none.csv", "round.csv", ""],
)
def test_nothing_outside_is_taken(name, folder):
    with pytest.raises(FileError) as caught:
        folder_files.keep_table(name)
    assert str(folder) not in caught.value.message


def test_without_a_folder_there_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path / "none"))
    assert folder_files.list_tables() == []
