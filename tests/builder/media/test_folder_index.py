"""Which files of an archive are pictures of a class, and what is said of the others."""

from __future__ import annotations

import pytest

from builder.media.folder_index import index_folder
from builder.media.picture_headers import SUFFIXES


def index(*paths: str):
    return index_folder(paths, SUFFIXES)


def test_the_folder_is_the_class_wherever_it_lies():
    made = index("a/b/10/x.JPG", "a/b/9/y.png", "a/b/9/deeper/z.png")
    assert (made.directory, made.classes, made.parts) == ("a/b", ("9", "10"), {})
    assert made.files["a/b/9/deeper/z.png"] == ("", "9")
    assert index("cat/1.png", "dog/1.png").directory == ""
    assert index("only/1.png", "only/2.png").classes == ("only",)
    assert index().classes == ()


@pytest.mark.parametrize("names", [("train", "test"), ("Training", "val", "TEST")])
def test_folders_of_parts_are_recognised(names):
    paths = [f"data/{part}/{name}/1.png" for part in names for name in ("cat", "dog")]
    made = index(*paths)
    assert list(made.parts.values()) == sorted(names)
    assert made.classes == ("cat", "dog") and made.directory == "data"
    assert made.files[f"data/{names[0]}/cat/1.png"] == ("train", "cat")


def test_a_class_may_be_called_test():
    assert index("test/1.png", "other/1.png").classes == ("other", "test")


def test_what_is_no_example_is_left_out_and_told():
    made = index(
        *("d/cat/1.png", "d/dog/1.png", "d/cat/notes.txt", "d/title.png", "d/empty/"),
        *("__MACOSX/d/cat/._1.png", "d/dog/.DS_Store", "d/Cat /1.png"),
    )
    assert len(made.files) == 3
    said = [note.message for note in made.notes]
    assert said == [
        "Left out: 1 picture beside the folders.",
        "Left out: 1 file of other kinds: notes.txt.",
        "The folder 'empty' holds no picture, so it is no class.",
        "'Cat ' and 'cat' are two classes here. If they are one, give one folder to both.",
    ]
