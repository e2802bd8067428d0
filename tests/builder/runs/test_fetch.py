"""Downloads through Keras's own downloader: progress, cancel, no network, broken off."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from builder.errors import CatalogError
from builder.runs.disk import workspace
from builder.runs.engine_process import downloads, process_policy
from builder.spec import ObjectSpec
from tests import forks
from tests.builder.runs.conftest import until

SIZE = 400_000
HASH = hashlib.sha256(b"x" * SIZE).hexdigest()

PROGRAM = """
import sys, types
from builder.datasets import registry

def load(config):
    import keras, os
    # it was loaded before, and would have read this when it is imported: here
    keras.src.backend.config._KERAS_DIR = os.environ["KERAS_HOME"]
    keras.utils.get_file("tiny.npz", origin=sys.argv[2], file_hash=sys.argv[3])

registry.find_dataset = lambda name: types.SimpleNamespace(load=load, TITLE="Tiny")
from builder.runs.engine_process import downloads

downloads.main()
"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(SIZE))
        self.end_headers()
        for _ in range(4 if self.path == "/whole" else 2):
            self.wfile.write(b"x" * (SIZE // 4))
            self.wfile.flush()
            time.sleep(0.25)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def download(url: str, cache: Path) -> list[dict]:
    env = process_policy.environment(KERAS_HOME=str(cache))
    said = forks.run("-c", PROGRAM, "Tiny", url, HASH, env=env)
    return [json.loads(line) for line in said.splitlines()]


def test_a_download_tells_its_progress_and_arrives(server: str, tmp_path: Path) -> None:
    lines = download(f"{server}/whole", tmp_path)
    told = [line for line in lines if line.get("total")]
    assert len(told) >= 2
    assert {line["total"] for line in told} == {SIZE}
    assert sorted(line["done"] for line in told) == [line["done"] for line in told]
    assert lines[-1] == {"status": "finished"}
    assert (tmp_path / "datasets" / "tiny.npz").stat().st_size == SIZE
    # there already, it is not downloaded again
    assert not [line for line in download(f"{server}/whole", tmp_path) if line.get("total")]


def test_half_a_download_is_none(server: str, tmp_path: Path) -> None:
    lines = download(f"{server}/half", tmp_path)
    assert lines[-1]["status"] == "failed"
    assert "Try again" in lines[-1]["error"]
    assert not (tmp_path / "datasets" / "tiny.npz").exists()
    assert list(workspace.folder("downloads").iterdir()) == []


def test_a_damaged_file_is_replaced_by_a_whole_one_only(server: str, tmp_path: Path) -> None:
    kept = tmp_path / "datasets" / "tiny.npz"
    kept.parent.mkdir()
    kept.write_bytes(b"x" * (SIZE - 1) + b"y")
    assert download(f"{server}/half", tmp_path)[-1]["status"] == "failed"
    assert kept.read_bytes() == b"x" * (SIZE - 1) + b"y"
    assert download(f"{server}/whole", tmp_path)[-1] == {"status": "finished"}
    assert kept.read_bytes() == b"x" * SIZE


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[socket.socket]:
    """Everything that wants to go out comes here, where nobody answers."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, address)
        yield listening


def test_without_network_it_says_so_and_offers_the_built_in(proxy: socket.socket) -> None:
    proxy.close()
    name = downloads.start_download(ObjectSpec("FashionMnist"))
    until(lambda: said(name).status != "running")
    assert said(name).status == "failed"
    assert "the network does not answer" in said(name).error
    assert "built in" in said(name).error


def test_a_download_can_be_cancelled_and_leaves_nothing(
    proxy: socket.socket, tmp_path: Path
) -> None:
    name = downloads.start_download(ObjectSpec("FashionMnist"))
    assert downloads.start_download(ObjectSpec("FashionMnist")) == name
    connection, _ = proxy.accept()  # it is waiting for an answer now
    assert said(name).status == "running"
    downloads.cancel_download(name)
    connection.close()
    assert said(name).status == "cancelled"
    assert not list((tmp_path / "keras").rglob("*.gz"))
    until(lambda: not list(workspace.folder("downloads").iterdir()))


def test_an_unknown_dataset_is_refused_and_an_unknown_download_is_none() -> None:
    with pytest.raises(CatalogError):
        downloads.start_download(ObjectSpec("Mnisst"))
    assert downloads.download_progress("never") is None
    downloads.cancel_download("never")


def said(name: str) -> downloads.DownloadProgress:
    progress = downloads.download_progress(name)
    assert progress is not None
    return progress
