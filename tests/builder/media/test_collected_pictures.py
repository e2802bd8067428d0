"""Pictures collected class by class become an archive with a folder for each class."""

from __future__ import annotations

import io

import pytest

from builder.errors import DataError
from builder.media.collected_pictures import clean_class, require_enough, write_archive
from builder.media.picture_overview import overview_file
from tests.builder.media.small_pictures import drawn, saved


@pytest.mark.parametrize(
    ("name", "folder"), [("  cup ", "cup"), ("a/b\\..", "ab"), ("...", ""), ("Tür 2", "Tür 2")]
)
def test_a_class_is_named_as_a_folder_can_be(name, folder):
    assert clean_class(name) == folder


def test_too_few_are_told():
    with pytest.raises(DataError, match="two or more classes"):
        require_enough({"cup": 20})
    with pytest.raises(DataError, match="'hand' has 4 pictures; 5 are the fewest"):
        require_enough({"cup": 5, "hand": 4})
    require_enough({"cup": 5, "hand": 5})


def test_the_archive_is_what_a_dropped_folder_would_be(tmp_path):
    places = {}
    for label, shape in (("cup", "disc"), ("pen", "bar")):
        places[label] = []
        for i in range(5):
            (tmp_path / f"{label}{i}").write_bytes(saved(drawn(shape, i), "JPEG"))
            places[label].append((f"photo-{i}.jpg", tmp_path / f"{label}{i}"))
    first, second = io.BytesIO(), io.BytesIO()
    write_archive(first, places)
    write_archive(second, places)
    assert first.getvalue() == second.getvalue()
    (tmp_path / "made.zip").write_bytes(first.getvalue())
    seen = overview_file(str(tmp_path / "made.zip"))
    assert seen.counts == {"cup": 5, "pen": 5} and not seen.notes
