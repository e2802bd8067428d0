"""Ways in which a file can be damaged: in place, so that all its names suffer alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path


def halve(path: Path) -> None:
    """Its second half is gone, as after a power cut."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path, at: float = 0.6) -> None:
    """One byte is another one, as disks and cables make it; ``at`` is its place from 0 to 1."""
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 0x40
    path.write_bytes(bytes(content))


def empty(path: Path) -> None:
    """It has no byte."""
    path.write_bytes(b"")


def remove(path: Path) -> None:
    """It is not there."""
    path.unlink()


DAMAGES: Mapping[str, Callable[[Path], None]] = {
    "cut in half": halve,
    "a byte flipped": flip,
    "empty": empty,
    "missing": remove,
}
"""What is done to a file → how."""
