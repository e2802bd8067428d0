"""The routes beside Streamlit's, asked as a browser asks them, over a real run store."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import plotly
import pytest
import streamlit as st
from starlette.applications import Starlette

from builder.runs.disk import workspace as disk
from builder.runs.scheduler import dispatch
from builder.runs.store import database, metric_rows, run_store, worker_rows
from builder.spec import ObjectSpec, TrainingSpec, chain
from pages import routes
from pages.widgets.shared import addresses

TRAINING = TrainingSpec(chain("tiny", ObjectSpec("InputLayer", {"shape": (2,)})), ObjectSpec("Xor"))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(path: str, query: str = "", **headers: str) -> Answer:
    """One GET through the ASGI protocol, as the server would hand it on."""
    return send(path, query, headers, [])


def send(path: str, query: str, headers: dict[str, str], body: Sequence[Any]) -> Answer:
    """A GET, or where there is a body a POST: bytes come in pieces, None is a browser that went,
    a number the seconds until the next."""
    said: list[Any] = []
    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    method = "POST" if body else "GET"
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    scope |= {"headers": raw, "root_path": "", "scheme": "http", "http_version": "1.1"}
    left = list(body)

    async def receive() -> Any:
        while left and isinstance(left[0], float):
            await asyncio.sleep(left.pop(0))
        if left and left[0] is None:
            return {"type": "http.disconnect"}
        part = left.pop(0) if left else b""
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def answer(message: Any) -> None:
        said.append(message)

    asyncio.run(Starlette(routes=routes.ROUTES)(scope, receive, answer))
    got = {k.decode(): v.decode() for k, v in said[0]["headers"]}
    return Answer(said[0]["status"], got, b"".join(m.get("body", b"") for m in said[1:]))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A run with two epochs of three batches, one of whose losses is not a number."""
    with dispatch._lock:  # a sweep that earlier tests began leaves it alone
        monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path))
        database.close()
        run_id = run_store.add(TRAINING, None, "me", None, None)
        worker_rows.write_plan(run_id, 3, 2)
        values = np.array([[0.9, 0.1], [np.nan, 0.2], [0.7, 1 / 3]], np.float32)
        after = metric_rows.append(run_id, 1, [(0, ("loss", "accuracy"), values)], [])
        metric_rows.append(run_id, after, [], [(1, {"loss": 0.7, "val_loss": float("inf")})])
        yield run_id
        database.close()


def test_rows_are_what_the_run_wrote_after_the_row_asked_for(run: str) -> None:
    first = ask("/lw/rows", f"run={run}&after=0").json
    assert first["batches"]["x"] == [pytest.approx(1 / 3, rel=1e-5), pytest.approx(2 / 3), 1.0]
    assert first["batches"]["accuracy"] == pytest.approx([0.1, 0.2, 1 / 3], rel=1e-5)
    rest = ask("/lw/rows", f"run={run}&after={first['next']}").json
    assert rest["batches"] == {"x": []} and rest["epochs"] == []
    assert rest["next"] == first["next"] and rest["status"] == "queued"


def test_what_is_no_number_is_null_in_json(run: str) -> None:
    answer = ask("/lw/rows", f"run={run}&after=0")
    assert answer.json["batches"]["loss"][1] is None
    assert answer.json["epochs"] == [{"epoch": 1, "loss": 0.7, "val_loss": None}]
    assert b"NaN" not in answer.body and b"Infinity" not in answer.body


def test_rows_are_never_cached(run: str) -> None:
    assert ask("/lw/rows", f"run={run}").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    ["", "run=abc", "run=../../etc/passwd&after=0", "run=" + "a" * 23, "run=" + "a" * 21 + "'"],
)
def test_a_malformed_run_id_is_refused_before_any_reading(run: str, query: str) -> None:
    answer = ask("/lw/rows", query)
    assert answer.status == 400
    assert "22 characters" in answer.json["error"]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 13, "1;drop table runs"])
def test_a_malformed_row_number_is_refused(run: str, after: str) -> None:
    assert ask("/lw/rows", f"run={run}&after={after}").status == 400


def test_an_unknown_run_is_a_calm_404(run: str) -> None:
    answer = ask("/lw/rows", "run=" + "a" * 22)
    assert answer.status == 404
    assert answer.json["error"] == "There is no such run in this workspace."


def test_plotly_is_the_installed_bundle_packed_or_plain() -> None:
    bundle = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()
    packed = ask("/lw/plotly.js", accept_encoding="gzip, br")
    assert packed.headers["content-encoding"] == "gzip" and len(packed.body) < len(bundle) / 2
    assert gzip.decompress(packed.body) == bundle
    plain = ask("/lw/plotly.js")
    assert plain.body == bundle and "content-encoding" not in plain.headers
    assert plain.headers["content-type"].startswith("text/javascript")


def test_routes_stand_below_the_base_path_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: "/classroom/")
    assert addresses.prefix() == "/classroom/lw"


def test_numbers_are_sent_with_six_digits() -> None:
    assert routes.to_json_value({"a": (np.float32(1 / 3), 2, True)}) == {"a": [0.333333, 2, True]}


# --- uploads -------------------------------------------------------------------------------------


def upload(*body: Any, name: str = "a.csv", **headers: str) -> Answer:
    """A file in pieces, as one of our own pages sends it."""
    headers = {"x_layerwise_ticket": addresses.upload_ticket(), "host": "lab:8501", **headers}
    return send("/lw/files", f"name={quote(name)}", headers, body)


def stored(workspace: Path) -> list[str]:
    return [path.name for path in (workspace / "files").iterdir()]


def test_an_uploaded_file_lies_under_its_hash_and_keeps_its_name(workspace: Path) -> None:
    answer = upload(
        b"age,fare\n", b"22,7.25\n", name="C:\\x\\my ship.csv", origin="http://lab:8501"
    )
    file = hashlib.sha256(b"age,fare\n22,7.25\n").hexdigest()
    assert answer.status == 200
    assert answer.json == {"file": file, "name": "my ship.csv", "size": 17}
    assert stored(workspace) == [file]
    again = upload(b"age,fare\n22,7.25\n", name="copy.csv", sec_fetch_site="same-origin")
    assert again.json["file"] == file and stored(workspace) == [file]


@pytest.mark.parametrize(
    "headers",
    [
        {"x_layerwise_ticket": ""},
        {"x_layerwise_ticket": "ünknown"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site", "origin": "http://lab:8501"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_a_page_of_another_site_cannot_store_anything(
    workspace: Path, headers: dict[str, str]
) -> None:
    answer = upload(b"x", **headers)
    assert answer.status == 403 and "Layerwise's own pages only" in answer.json["error"]
    assert stored(workspace) == []


def test_a_file_over_the_limit_is_refused_before_it_comes_or_while_it_comes(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_UPLOAD", "3 MB")
    said = "big.csv is larger than 3 MB, the most that is taken here."
    told = upload(None, name="big.csv", content_length="3000001")
    assert told.status == 413 and said in told.json["error"], "nothing of it was read"
    untold = upload(*[b"x" * 2**20] * 3, None, name="big.csv")
    assert untold.status == 413 and said in untold.json["error"], "the rest was not read"
    assert stored(workspace) == []


def test_a_disk_without_room_is_said(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "NEEDED_BYTES", 2**60)
    answer = upload(b"x")
    assert answer.status == 507 and "no room for a.csv" in answer.json["error"]
    assert stored(workspace) == []


def test_an_upload_that_is_cancelled_or_stalls_leaves_nothing(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upload(b"half of it", None).status == 400
    monkeypatch.setattr(routes, "STALL_SECONDS", 0.05)
    answer = upload(b"half of it", 5.0, b"the rest")
    assert answer.status == 408 and answer.json["error"].startswith("a.csv stopped coming.")
    assert stored(workspace) == []
