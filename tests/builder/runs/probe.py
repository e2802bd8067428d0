"""What a process of ours can do, tried by itself and told as JSON: run by ``test_confinement``.

python -m tests.builder.runs.probe PORT PATH…    # a port of this computer, paths to read
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path


def tried(act: Callable[[], object]) -> str:
    """Its result as text, or the name of its error."""
    try:
        return str(act())
    except OSError as error:
        return type(error).__name__


def main() -> None:
    """Tells where it is, what it knows, and what it reaches."""
    port, *paths = sys.argv[1:]
    begun = os.listdir(".")
    server = ("127.0.0.1", int(port))
    parent = Path(f"/proc/{os.getppid()}/environ")
    told = {
        "folder": os.getcwd(),
        "begun": begun,
        "temporary": os.environ["TMPDIR"],
        "environment": [*os.environ, *os.environ.values()],
        "read": {path: tried(lambda p=path: Path(p).read_text()) for path in paths},
        "write": {
            path: tried(lambda p=path: Path(p).parent.joinpath("new").write_text("x"))
            for path in (*paths, str(Path("here").absolute()))
        },
        "parent": tried(parent.read_bytes),
        "home": tried(lambda: os.listdir(os.path.expanduser("~"))),
        "shadow": tried(lambda: Path("/etc/shadow").read_text()),
        "connect": tried(lambda: socket.create_connection(server, 5).getpeername()[1]),
        "datagram": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).type),
        "local": tried(lambda: socket.socket(socket.AF_UNIX).type),
        "pair": len(socket.socketpair()),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
