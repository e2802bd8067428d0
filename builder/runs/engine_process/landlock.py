"""Landlock, Linux's own fence around the files of a process, by system calls.

https://docs.kernel.org/userspace-api/landlock.html: what is not allowed beneath a folder is then
refused to this thread, its later threads and its children, for good.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Iterable

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15

LIST, EMPTY = READ_DIR, 1 << 4
READ = EXECUTE | READ_FILE | READ_DIR

OLDEST = 2
"""Landlock 1 (Linux 5.13) lets no file move between folders, which saving needs."""

_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""The rights that a rule about a file, not a folder, may name."""

_RIGHTS = {2: 14, 3: 15, 4: 15, 5: 16}
"""Version → how many rights to files it knows; later ones as many as the last."""

_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract sockets and signals
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES = 38


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


_places: list[int] = []
"""What is allowed, held open: of ``/proc`` the kernel would forget it and make it anew."""


def version() -> int:
    """Which Landlock this system has; 0 without."""
    if sys.platform != "linux":
        return 0
    with contextlib.suppress(OSError):
        return _call(_CREATE, None, 0, 1)
    return 0


def restrict(rights: Iterable[tuple[str, int]], network: bool) -> bool:
    """Allow these folders and files only; whether that holds now.

    Args:
        rights: path → ``LIST``, ``EMPTY`` (remove empty folders), ``READ``, or -1, everything; of
            what is not there nothing is allowed.
        network: whether TCP stays allowed, where this Landlock knows it (4).

    Raises:
        OSError: the system refused it, and nothing holds.
    """
    known = version()
    if known < OLDEST:
        return False
    handled = (1 << _RIGHTS[min(known, max(_RIGHTS))]) - 1
    tcp = _TCP if known >= 4 and not network else 0
    rules = _Ruleset(handled, tcp, _SCOPES if known >= 6 else 0)
    size = 8 if known < 4 else 16 if known < 6 else 24
    ruleset = _call(_CREATE, ctypes.byref(rules), size, 0)
    try:
        for path, allowed in rights:
            _allow(ruleset, path, allowed & handled)
        forbid_privileges()
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def forbid_privileges() -> None:
    """From now on no program it starts has more rights than it; the fences ask for that.

    Raises:
        OSError: the system knows no such promise.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _allow(ruleset: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    _places.append(place)
    if not stat.S_ISDIR(os.fstat(place).st_mode):
        allowed &= _OF_FILES
    _call(_ADD, ruleset, 1, ctypes.byref(_Beneath(allowed, place)), 0)


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    given = (ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)
    result = int(libc.syscall(ctypes.c_long(number), *given))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
