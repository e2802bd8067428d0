"""Run one of our processes where it reads, writes and reaches only what it needs.

    python -m builder.runs.engine_process.confinement            # says what this system offers
    python -m builder.runs.engine_process.confinement POLICY MODULE ARGUMENT…

The second form, begun by ``client``, makes a private working folder, puts up the fences this system
has (``landlock`` around files, ``socket_filter`` before the network) and becomes that module. It
does so before anything else is imported, for the fences hold for threads that begin later. Where
the system has none, the module runs all the same.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import glob
import json
import os
import runpy
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time

from builder.runs.engine_process import landlock, socket_filter

ROOT = Path(__file__).parents[3]

SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store", "/sys"),
    *("/opt/cuda", "/opt/nvidia", "/opt/rocm"),
    *("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types"),
    *("~/.fonts", "~/.local/share/fonts"),
    *("/proc/self", "/proc/cpuinfo", "/proc/driver", "/proc/filesystems", "/proc/meminfo"),
    *("/proc/stat", "/proc/sys", "/proc/version"),
)
"""What the libraries read of a system: programs, fonts, what it says of processor and memory."""

DEVICES = (
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm"),
    *("/dev/kfd", "/dev/dri", "/dev/nvidia*"),
)

NETWORK = (
    *("/etc/ca-certificates", "/etc/gai.conf", "/etc/host.conf", "/etc/hosts", "/etc/pki"),
    *("/etc/nsswitch.conf", "/etc/protocols", "/etc/resolv.conf", "/etc/services", "/etc/ssl"),
)
"""Read to find a server on the network and to know it."""

MAKING_SECONDS = 3600.0
"""A folder that was begun and not finished is left over after this time."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one of our processes may do beyond what its libraries need.

    Args:
        tmp: where it makes its private working folder.
        reads, writes: folders and files.
        network: it may make connections.
        folder: its working folder, where it is made already.
    """

    tmp: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    network: bool = False
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Confinement:
    """Which fences there are: around files, before the network."""

    files: bool
    network: bool

    def sentences(self) -> tuple[str, ...]:
        """For whoever runs the server."""
        return (
            "Files: the helper processes read and write only what they need."
            if self.files
            else "Files: this system offers no fence (Landlock, Linux 5.19 or newer): the helper"
            " processes may read whatever the server's user may.",
            "Network: the helper processes have none, except to download what you ask for."
            if self.network
            else "Network: this system offers no fence: the helper processes may use it.",
        )


def offered() -> Confinement:
    """What this system has."""
    known = landlock.version()
    return Confinement(known >= landlock.OLDEST, socket_filter.is_known() or known >= 4)


def command(policy: Policy, module: str, *arguments: str) -> list[str]:
    """The command line of a module under that policy; ``-P`` keeps the current folder off
    ``sys.path``."""
    return [sys.executable, "-P", "-m", __name__, json.dumps(asdict(policy)), module, *arguments]


def confine(policy: Policy) -> Confinement:
    """Put up what fences there are, for good; what holds now."""
    files = network = False
    with contextlib.suppress(OSError):
        files = landlock.restrict(_rights(policy), policy.network)
    if policy.network:
        return Confinement(files, network)
    with contextlib.suppress(OSError):
        network = socket_filter.refuse_sockets()
    return Confinement(files, network or (files and landlock.version() >= 4))


def _rights(policy: Policy) -> Iterator[tuple[str, int]]:
    """Path → what is allowed beneath it."""
    ours = ROOT.resolve()
    for path in (*sys.path, sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix):
        # beside our code lie things that are none: only its names can be listed
        mine = Path(path).resolve() == ours
        yield path, landlock.LIST if mine else landlock.READ
    yield from ((path, landlock.READ) for path in _library_folders())
    for place in ("builder", "assets"):
        yield str(ROOT / place), landlock.READ
    for pattern in (*SYSTEM, *(NETWORK if policy.network else ())):
        yield os.path.expanduser(pattern), landlock.READ
    for pattern in DEVICES:
        yield from ((path, -1) for path in glob.glob(pattern))
    yield from ((path, landlock.READ) for path in policy.reads)
    yield from ((path, -1) for path in (*policy.writes, policy.folder))
    yield policy.tmp, landlock.EMPTY  # so that its own folder can go


def _library_folders() -> set[str]:
    """Where this system's loader finds libraries, beside the usual places."""
    told = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    with contextlib.suppress(OSError):
        mapped = (line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines())
        told += {os.path.dirname(path) for path in mapped if path.startswith("/")}
    return {path for path in told if path.strip("/")}


def private_folder(tmp: Path) -> str:
    """A new empty folder that is this process's own until it ends."""
    remove_left(tmp)
    begun = tempfile.mkdtemp(prefix=".", dir=tmp)
    # held open and locked for as long as this process lives: so others know whose it is
    fcntl.flock(os.open(begun, os.O_RDONLY | os.O_CLOEXEC), fcntl.LOCK_EX)
    made = tmp / Path(begun).name[1:]
    os.rename(begun, made)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return str(made)


def remove_left(tmp: Path) -> None:
    """Removes the folders of processes that were killed."""
    for left in tmp.iterdir():
        with contextlib.suppress(OSError):
            if left.name.startswith(".") and left.stat().st_mtime > time() - MAKING_SECONDS:
                continue
            place = os.open(left, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(place)


def main(arguments: Sequence[str]) -> None:
    """Says what there is; or becomes a module under a policy."""
    if not arguments:
        print("\n".join(offered().sentences()))
        return
    policy = Policy(**json.loads(arguments[0]))
    folder = policy.folder or private_folder(Path(policy.tmp))
    os.chdir(folder)
    os.environ["TMPDIR"] = folder
    confine(Policy(policy.tmp, tuple(policy.reads), tuple(policy.writes), policy.network, folder))
    sys.argv = [arguments[1], *arguments[2:]]
    runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
