"""``python -m builder data``: what the page shows, as JSON, with every guess to be fixed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main

CSV = "id;age;name;alive;survived\n" + "".join(
    f"{i};{20 + i % 30},5;n{i % 7};{'yes' if i % 3 else 'no'};{int(i % 3 > 0)}\n"
    for i in range(1, 61)
)
Output = pytest.CaptureFixture[str]


def ask(capsys: Output, path: Path, *options: str) -> dict[str, Any]:
    assert main(["data", str(path), *options]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(CSV)
    return path


def test_cards_task_and_warnings_are_printed(table: Path, capsys: Output) -> None:
    said = ask(capsys, table, "--predict", "survived")
    kinds = {c["name"]: c["kind"] for c in said["profile"]["columns"]}
    assert kinds == {
        **{"id": "id", "age": "number", "name": "category"},
        **{"alive": "yes_no", "survived": "yes_no"},
    }
    assert said["profile"]["first"][0] == [1, 21.5, "n1", "yes", 1]
    assert said["task"]["inputs"] == ["age", "name", "alive"]
    assert [w["code"] for w in said["warnings"]] == ["gives_away"]


def test_guesses_are_fixed_by_options(table: Path, capsys: Output) -> None:
    said = ask(
        capsys, table, "--predict", "survived", "--from", "age,id", "--column", "age=category",
        "--missing", "name=n1",
    )  # fmt: skip
    columns = {c["name"]: c for c in said["profile"]["columns"]}
    assert (columns["age"]["kind"], columns["age"]["guess"]) == ("category", "number")
    assert columns["name"]["missing"] == 9
    assert said["task"]["inputs"] == ["id", "age"]
    said = ask(capsys, table, "--no-header", "--delimiter", "tab", "--preview")
    assert (said["rows"], said["format"]["delimiter"]) == (61, "\t")
    assert [c["name"] for c in said["columns"]] == ["column_1"]


def test_a_mistake_is_one_sentence_and_status_2(table: Path, capsys: Output) -> None:
    assert main(["data", str(table), "--predict", "nope"]) == 2
    assert "There is no column 'nope'; there are id, age" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["data", str(table), "--column", "age=nonsense"])
    assert "COLUMN=KIND" in capsys.readouterr().err


def test_several_files_and_weights_make_one_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    rows = [f"{i % 7},{i / 3:.2f},{'yes' if i % 2 else 'no'}" for i in range(40)]
    for name, some in (("a.csv", rows[:20]), ("b.csv", rows[20:30]), ("test.csv", rows[30:])):
        (tmp_path / name).write_text("\n".join(["age,paid,came", *some]))
    (tmp_path / "other.csv").write_text("x,y\n1,2\n")
    a, b, tested, other, out = (
        str(tmp_path / n) for n in ("a.csv", "b.csv", "test.csv", "other.csv", "p.json")
    )
    asked = ["new", a, b, "--predict", "came", "--weight", "paid", "--test", tested, "-o", out]
    assert main(asked) == 0, capsys.readouterr().err
    config = json.loads(Path(out).read_text())["training"]["dataset"]["config"]
    assert {n: f["part"] for n, f in config["more"].items()} == {
        "b.csv": "train", "test.csv": "test"
    }  # fmt: skip
    assert (config["weight"], config["split"], list(config["inputs"])) == ("paid", "file", ["age"])
    assert main(["new", a, other, "--predict", "came", "-o", out]) == 2
    assert "other.csv lacks 'age' and 'paid' and 'came'" in capsys.readouterr().err


def test_a_table_of_several_series_says_which_column_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    days = [f"2024-0{m}-{d:02}" for m in (1, 2) for d in range(1, 28)]
    rows = [f"{day},{town},{i % 7 + 10 * j}" for i, day in enumerate(days)
            for j, town in enumerate(("Ulm", "Bonn", "Kiel"))]  # fmt: skip
    (tmp_path / "sales.csv").write_text("\n".join(["day,town,sold", *rows]))
    out = str(tmp_path / "p.json")
    asked = ["new", str(tmp_path / "sales.csv"), "--predict", "sold", "--forecast", "-o", out]
    assert main(asked) == 0, capsys.readouterr().err
    config = json.loads(Path(out).read_text())["training"]["dataset"]["config"]
    assert (config["time"], config["group"], config["values"]) == (
        "day",
        "town",
        {"sold": "number"},
    )
    assert config["window"] == 13, "a quarter of the steps of one series"
