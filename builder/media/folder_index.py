"""Find the examples of each class among the paths of an archive: the folder's name is the class."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from builder.facts import Note
from builder.formatting import plural
from builder.media.media_records import FolderIndex

SPELLINGS = {
    **dict.fromkeys(("train", "training", "trainset", "train_set"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "testset", "test_set"), "test"),
}
"""Names of folders, in small letters, that say what the pictures below are for."""

NAMED = 3
"""Files that a note names."""


def index_folder(paths: Iterable[str], suffixes: Collection[str]) -> FolderIndex:
    """Which of these paths are examples, by the folders that they lie in.

    Args:
        paths: of all files of an archive, with ``/``.
        suffixes: what the names of examples end with, in small letters with the dot.
    """
    seen = [p for p in paths if not _is_hidden(p)]
    found = [p for p in seen if PurePosixPath(p).suffix.lower() in suffixes]
    directory = _common_folder(found)
    below = len(directory) + 1 if directory else 0
    places = {p: p[below:].split("/") for p in found}
    parts = _parts(places.values())
    depth = 1 if parts else 0
    files, loose = {}, []
    for path, place in places.items():
        if len(place) > depth + 1:
            files[path] = (SPELLINGS[place[0].lower()] if parts else "", place[depth])
        else:
            loose.append(path)
    classes = tuple(sorted({name for _, name in files.values()}, key=_class_order))
    others = [p for p in seen if p not in places and not p.endswith("/")]
    notes = _notes(loose, others, {*_folders(seen, below, depth)} - {*classes})
    return FolderIndex(directory, parts, classes, files, (*notes, *_spellings(classes)))


def _is_hidden(path: str) -> bool:
    """What systems add to an archive, such as ``__MACOSX`` and ``.DS_Store``."""
    junk = {"__MACOSX", "Thumbs.db", "desktop.ini"}
    return any(part in junk or part.startswith(".") for part in path.split("/"))


def _common_folder(paths: list[str]) -> str:
    """The deepest folder that all lie below; where all lie in one, the one above that."""
    if not paths:
        return ""
    folders = {str(PurePosixPath(p).parent) for p in paths}
    if len(folders) == 1:
        above = str(PurePosixPath(next(iter(folders))).parent)
        return "" if above == "." else above
    common = os.path.commonpath(folders) if "." not in folders else ""
    return "" if common == "." else common


def _parts(places: Collection[list[str]]) -> dict[str, str]:
    """Part → its folder, where every folder at the top is one, and there is one to train on."""
    tops = {place[0] for place in places if len(place) > 1}
    named = {SPELLINGS.get(top.lower()): top for top in sorted(tops)}
    if None in named or len(named) != len(tops) or not {"train"} < {*named}:
        return {}
    return {str(part): top for part, top in named.items()}


def _class_order(name: str) -> tuple[int, float, str]:
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def _folders(paths: list[str], below: int, depth: int) -> Iterable[str]:
    """The places of classes, of all files and empty folders."""
    for path in paths:
        place = path[below:].split("/")
        if len(place) > depth + 1:
            yield place[depth]


def _notes(loose: list[str], others: list[str], empty: set[str]) -> Iterable[Note]:
    if loose:
        yield Note("files", f"Left out: {plural(len(loose), 'picture')} beside the folders.")
    if others:
        named = ", ".join(PurePosixPath(p).name for p in others[:NAMED])
        some = f"{named} …" if len(others) > NAMED else named
        yield Note("files", f"Left out: {plural(len(others), 'file')} of other kinds: {some}.")
    for name in sorted(filter(None, empty)):
        yield Note("classes", f"The folder '{name}' holds no picture, so it is no class.")


def _spellings(classes: Collection[str]) -> Iterable[Note]:
    """Two folders that may mean one class."""
    alike = Counter(name.strip().lower() for name in classes)
    for meant in (name for name, count in alike.items() if count > 1):
        names = " and ".join(f"'{c}'" for c in classes if c.strip().lower() == meant)
        message = f"{names} are two classes here. If they are one, give one folder to both."
        yield Note("classes", message)
