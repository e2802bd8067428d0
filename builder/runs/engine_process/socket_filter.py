"""Refuse a process any socket, by a filter of system calls (seccomp): no network, no local service.

Pipes, and pairs of sockets made at once, stay: by those our processes talk.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

from builder.runs.engine_process import landlock

_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Machine → what the kernel calls it, and its number of ``socket``."""

_IO_URING = 425
"""``io_uring_setup``, which makes sockets past the filter; the same number everywhere."""

_OTHER_NUMBERS = 0x40000000
"""From here on x86-64 has the same calls once more, under other numbers."""

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # EACCES
_SET_SECCOMP, _FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def is_known() -> bool:
    """Whether the numbers of this machine's system calls are known."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def refuse_sockets() -> bool:
    """From now on no socket can be made, by this process or its children; whether that holds.

    Raises:
        OSError: the system refused the filter.
    """
    if not is_known():
        return False
    machine, socket = _MACHINES[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 4),  # of the call: the machine
        (_EQUAL, 0, 4, machine),
        (_LOAD, 0, 0, 0),  # its number
        (_AT_LEAST, 2, 0, _OTHER_NUMBERS),
        (_EQUAL, 1, 0, socket),
        (_EQUAL, 0, 1, _IO_URING),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    landlock.forbid_privileges()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(_Program(len(steps), code)), 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return True
