"""Our processes: a working folder of their own, no secret, no file and no network they need not.

Each is proved on the system the tests run on; where that offers no fence, it must say so.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from builder.runs.disk import workspace
from builder.runs.engine_process import client, confinement, landlock, process_policy, socket_filter
from builder.runs.engine_process.confinement import Confinement, Policy

TESTS = Path(__file__).parents[2]
SECRET = "hunter2"
OFFERED = confinement.offered()
LINUX = sys.platform == "linux"


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of a server on this computer."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outside") / "key.txt"
    path.write_text(SECRET)
    return path


@pytest.fixture(scope="module")
def inside(home: Path) -> Path:
    path = workspace.folder("runs") / "note.txt"
    path.write_text("inside")
    return path


def probe(policy: Policy, port: int, *paths: Path) -> dict[str, Any]:
    """What a process under that policy told of itself."""
    policy = replace(policy, reads=(*policy.reads, str(TESTS)))
    words = (str(port), *map(str, paths))
    command = confinement.command(policy, "tests.builder.runs.probe", *words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_PASSWORD", SECRET)
        patch.setenv("TF_VAR_key", SECRET)
        environment = process_policy.environment(network=policy.network)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def reader(server: int, outside: Path, inside: Path) -> dict[str, Any]:
    return probe(process_policy.reading_policy(), server, outside, inside)


def test_it_works_in_an_empty_folder_of_its_own_that_goes_with_it(reader: dict[str, Any]) -> None:
    folder = Path(reader["folder"])
    assert folder.parent == workspace.folder("tmp").resolve() and folder != Path.cwd()
    assert reader["temporary"] == str(folder) and reader["begun"] == []
    assert reader["write"][str(folder / "here")] == "1"
    assert not folder.exists()


def test_it_knows_no_secret_of_the_server(reader: dict[str, Any]) -> None:
    assert SECRET not in reader["environment"] and "TF_VAR_key" not in reader["environment"]
    assert {"PATH", "HOME", "LAYERWISE_HOME"} <= set(reader["environment"])


def test_it_reads_what_it_needs_and_nothing_else(
    reader: dict[str, Any], outside: Path, inside: Path
) -> None:
    assert reader["read"][str(inside)] == "inside"
    if not OFFERED.files:
        assert "no fence" in OFFERED.sentences()[0]
        return
    refused = {reader["read"][str(outside)], *reader["write"][str(outside)].split()}
    refused |= {reader["shadow"], reader["home"], reader["write"][str(inside)]}
    assert refused == {"PermissionError"}


@pytest.mark.skipif(not LINUX, reason="/proc is Linux's")
def test_it_cannot_read_the_servers_environment(reader: dict[str, Any]) -> None:
    assert reader["parent"] == "PermissionError" or not OFFERED.files


def test_it_has_no_network(reader: dict[str, Any]) -> None:
    if not OFFERED.network:
        assert "no fence" in OFFERED.sentences()[1]
        return
    assert reader["connect"] == "PermissionError"
    if socket_filter.is_known():
        assert reader["datagram"] == reader["local"] == "PermissionError"
    assert reader["pair"] == 2


def test_a_worker_writes_into_the_workspace_only(server: int, outside: Path, inside: Path) -> None:
    told = probe(process_policy.writing_policy(), server, outside, inside)
    assert told["write"][str(inside)] == "1"
    assert (told["read"][str(outside)] == "PermissionError") == OFFERED.files
    assert (told["connect"] == "PermissionError") == OFFERED.network


def test_what_downloads_has_a_network_and_keras_folder_only(
    server: int, outside: Path, inside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    kept = tmp_path / "keras" / "datasets"
    told = probe(process_policy.network_policy(), server, kept, outside, inside)
    assert told["connect"] == str(server)
    assert told["write"][str(kept)] == "1"
    assert (told["read"][str(outside)] == told["read"][str(inside)] == "PermissionError") or (
        not OFFERED.files
    )


def test_a_guarded_call_reads_its_file_and_not_the_workspace(
    server: int, outside: Path, inside: Path, tmp_path: Path
) -> None:
    policy = Policy(reads=(str(outside),), folder=str(tmp_path))
    told = probe(policy, server, outside, inside)
    assert told["folder"] == str(tmp_path) and told["read"][str(outside)] == SECRET
    if OFFERED.files:
        assert told["read"][str(inside)] == "PermissionError"
        assert told["write"][str(outside)] == "PermissionError"


def test_the_warm_children_are_under_it() -> None:
    client.start()
    for child in client._CHILDREN.values():
        process = psutil.Process(child.pid)
        assert Path(process.cwd()).parent == workspace.folder("tmp").resolve()
        if LINUX and OFFERED.network:
            status = Path(f"/proc/{child.pid}/status").read_text()
            assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status


def test_a_system_without_fences_is_said_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses(*_: object, **__: object) -> bool:
        raise OSError(1, "Operation not permitted")

    for version, restrict in ((0, landlock.restrict), (7, refuses)):
        monkeypatch.setattr(landlock, "version", lambda v=version: v)
        monkeypatch.setattr(landlock, "restrict", restrict)
        monkeypatch.setattr(socket_filter, "refuse_sockets", refuses)
        assert confinement.confine(Policy()) == Confinement(files=False, network=False)
    files, network = Confinement(files=False, network=False).sentences()
    assert "may read whatever the server's user may" in files and "may use it" in network


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    used, left, begun = tmp_path / "used", tmp_path / "left", tmp_path / ".begun"
    for folder in (used, left, begun):
        folder.mkdir()
        (folder / "file").touch()
    held = os.open(used, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    confinement.remove_left(tmp_path)
    assert sorted(tmp_path.iterdir()) == [begun, used]
    os.close(held)
    confinement.remove_left(tmp_path)
    assert list(tmp_path.iterdir()) == [begun]
