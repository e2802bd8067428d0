"""Model files of unknown origin: what their first bytes say they are, and the ``.keras`` archive
read within caps, whatever its directory claims."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.engine.files.foreign import foreign_files
from builder.errors import FileError, without_paths
from builder.formatting import size

AGAIN = "Save it again with model.save('model.keras') and choose the new file."

MAX_FILE = 2_000_000_000
"""Bytes of a model file, and of all members of an archive together."""

MAX_JSON = 20_000_000
"""Bytes of a model's JSON; the largest Keras application has 0.6 million."""

MAX_MEMBERS = 500

MAX_RATIO = 50
"""Unpacked ÷ packed bytes of a member beyond MAX_JSON. Keras stores its files unpacked; trained
weights shrink to 90 %, so more than this is a bomb."""

CHUNK = 1_000_000

MEMBERS = ("config.json", "metadata.json", "model.weights.h5", "model.weights.npz", "assets/")
"""What a ``.keras`` archive holds; ``assets/`` are the word lists of text layers."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds: two JSON texts, and how many bytes of weights."""

    config: bytes
    metadata: bytes
    weights: int


def find_damage(path: Path) -> str:
    """Why a zip archive (``.keras``, ``.npz``) is not as it was written, as a clause; "" when every
    byte of every member is. Keras itself reads damaged weights without a word."""
    if not path.is_file():
        return "it is missing"
    if path.suffix == ".h5":
        return ""  # no archive: its reader says what is wrong
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.testzip()
    except Exception:  # cut off, or packed numbers that cannot be: each reader fails in its own way
        return "it is cut off or no archive at all"
    return f"its part {member} is not as it was written" if member else ""


def kind(path: Path) -> str:
    """``zip``, ``hdf5`` or ``json``: what its first bytes, not its name, say. Needs no Keras.

    Raises:
        FileError: it cannot be read, is empty, too large, or none of these.
    """
    with unreadable(path):
        length = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(16)
    if length > MAX_FILE:
        raise FileError(
            f"{path.name} has {size(length)}; {size(MAX_FILE)} is the most.",
            "Open a smaller model.",
        )
    if not head:
        raise FileError(f"{path.name} is empty.", AGAIN)
    if head.startswith(b"PK"):
        return "zip"
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "hdf5"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "json"
    raise foreign_files.refuse_foreign(path.name, head)


@contextlib.contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """Say in words why the system does not let us read the file."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileError(f"{path.name} cannot be read: {reason}.", AGAIN) from None


def read(path: Path) -> Archive:
    """The JSON of an archive, every member checked to its end against its checksum.

    Raises:
        FileError: cut short, damaged, a bomb, encrypted, or something other than a model.
        OSError: the file cannot be read.
    """
    with opened(path) as archive:
        sizes = _members(archive, path.name)
        for name in sizes:
            _drain(archive, name, path.name)
        metadata = b"{}"
        if "metadata.json" in sizes:
            metadata = read_member(archive, "metadata.json", path.name)
        config = read_member(archive, "config.json", path.name)
    weights = sum(count for name, count in sizes.items() if name.startswith("model.weights"))
    return Archive(config, metadata, weights)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A ZIP whose directory has been checked for all that it can lie about.

    Raises:
        FileError: cut short, damaged, a bomb or encrypted.
        OSError: the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive, path.name)
            yield archive
    except FileError:
        raise
    except Exception as error:  # each way of packing has errors of its own
        if isinstance(error, OSError) and error.errno:  # not of the archive but of the system
            raise
        why = without_paths(str(error)) or "its end is missing"
        raise FileError(
            f"{path.name} is damaged or cut short: {why}.",
            "Download or copy it again.",
        ) from None


def _check_directory(archive: zipfile.ZipFile, name: str) -> None:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS or len({i.filename for i in infos}) < len(infos):
        raise FileError(
            f"{name} holds {len(infos)} files, or some twice; it is no Keras model.",
            "Choose a file that model.save('model.keras') wrote.",
        )
    for info in infos:
        if info.flag_bits & 1:
            raise FileError(f"{name} is encrypted.", "Save it without a password.")
        bomb = info.file_size > MAX_JSON and info.file_size > MAX_RATIO * info.compress_size
        if bomb or sum(i.file_size for i in infos) > MAX_FILE:
            raise FileError(
                f"{name} would unpack '{info.filename}' from {size(info.compress_size)} to"
                f" {size(info.file_size)}; it is refused.",
                "Do not trust this file.",
            )


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, int]:
    """Declared sizes by member, after each was found to belong into a ``.keras`` archive."""
    infos = archive.infolist()
    for info in infos:
        if not info.filename.startswith(MEMBERS) or ".." in info.filename:
            raise _stranger(name, info.filename[:80])
    if "config.json" not in {info.filename for info in infos}:
        raise FileError(
            f"{name} is a ZIP archive, but no Keras model: config.json is missing.",
            "Choose a file that model.save('model.keras') wrote.",
        )
    return {info.filename: info.file_size for info in infos}


def _stranger(name: str, member: str) -> FileError:
    why = ""
    if member.endswith((".pkl", ".pickle")):
        why = "; pickles run code when they are read and are never opened"
    return FileError(
        f"{name} contains '{member}', which does not belong into a model{why}.",
        "Choose a file that model.save('model.keras') wrote.",
    )


def read_member(archive: zipfile.ZipFile, member: str, name: str, most: int = MAX_JSON) -> bytes:
    """A member of at most so many bytes; FileError when it has more."""
    with archive.open(member) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise FileError(
            f"'{member}' in {name} has more than {size(most)}.", "Do not trust this file."
        )
    return data


def unpack(archive: zipfile.ZipFile, member: str, target: Path, name: str) -> Path:
    """A member as the file ``target``; FileError when it is larger than it says."""
    target.parent.mkdir(parents=True, exist_ok=True)
    left = archive.getinfo(member).file_size
    with archive.open(member) as source, open(target, "wb") as file:
        while chunk := source.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _larger(member, name)
            file.write(chunk)
    return target


def _drain(archive: zipfile.ZipFile, member: str, name: str) -> None:
    """Read to the end: Python's zipfile compares the checksum there."""
    left = archive.getinfo(member).file_size
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _larger(member, name)


def _larger(member: str, name: str) -> FileError:
    return FileError(
        f"'{member}' in {name} is larger than it says; it is refused.", "Do not trust this file."
    )
