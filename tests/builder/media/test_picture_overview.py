"""What is said of an archive of pictures, of whatever kind they are, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from builder.errors import DataError
from builder.media import picture_headers
from builder.media.picture_headers import PictureHeader, known_formats, read_header
from builder.media.picture_overview import overview_file
from tests.builder.media.small_pictures import archive, drawn, saved, shapes, turned
from tests.builder.tables.small_files import zipped


def overview(tmp_path, data: bytes):
    path = tmp_path / "pictures.zip"
    path.write_bytes(data)
    return overview_file(str(path))


def bomb(side: int) -> bytes:
    """The beginning of a PNG that says it has that many points a side."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(head))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IDAT"
    )


ODD = {
    "turned": turned(drawn("bar", 1)),
    "transparent": saved(drawn("bar", 1).convert("RGBA")),
    "ink": saved(drawn("bar", 1).convert("CMYK"), "JPEG"),
    "deep": saved(Image.fromarray(np.full((20, 20), 60_000, np.uint16))),
    "moving": saved(
        drawn("bar", 1).convert("P"), "GIF", save_all=True, append_images=[drawn("disc", 1)]
    ),
    "other": saved(drawn("bar", 1), "WEBP"),
    "large": saved(Image.new("RGB", (1200, 1000))),
    "huge": bomb(100_000),
    "broken": b"no picture",
    "": saved(drawn("bar", 1), "JPEG"),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_header_says_what_is_odd(odd):
    assert read_header(io.BytesIO(ODD[odd]), ".png").odd == odd


def test_a_phones_own_form_is_read_where_its_library_is_there(monkeypatch):
    known_formats()
    photo = saved(drawn("bar", 1), "HEIF")
    assert read_header(io.BytesIO(photo), ".heic") == PictureHeader(40, 32, "other")
    monkeypatch.setattr(picture_headers, "known_formats", lambda: picture_headers.PLAIN)
    assert read_header(io.BytesIO(photo), ".heic").odd == "heic"


def test_classes_counts_and_pictures(tmp_path):
    seen = overview(tmp_path, archive())
    assert seen.counts == {"bar": 12, "disc": 12} and seen.directory == "shapes"
    assert (seen.height, seen.width) == (40, 32)
    assert (seen.reasons, seen.notes, seen.is_grey) == ((), (), False)
    assert seen.shown["bar"].shape == (8, 64, 64, 3) and seen.shown["bar"].dtype == np.uint8


def test_what_is_odd_is_said_with_its_name(tmp_path):
    members = shapes() | {
        "shapes/bar/lying.jpg": ODD["turned"],
        "shapes/bar/again.png": shapes()["shapes/bar/000.png"],
        "shapes/disc/broken.png": b"no picture",
    }
    assert overview(tmp_path, archive(members)).reasons == (
        "1 picture is turned by its camera: lying.jpg.",
        "1 picture cannot be opened: broken.png.",
        "1 picture stand more than once: again.png.",
    )


def test_other_files_are_no_pictures(tmp_path):
    assert overview(tmp_path, b"a,b\n1,2\n") is None
    assert overview(tmp_path, zipped({"a.csv": b"1", "b.csv": b"2", "c.png": b""})) is None


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"../up/1.png": b"", "a/2.png": b""}, "a path that leads out of it"),
        ({"a.png": b"", "b.png": b""}, "No picture of the ZIP lies in the folder of a class."),
        ({"a/1.png": b"", "b/1.png": b"x"}, "The pictures cannot be opened."),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(tmp_path, members, words):
    with pytest.raises(DataError) as caught:
        overview(tmp_path, zipped(members))
    assert words in caught.value.message and caught.value.hint


def test_a_million_files_and_a_password_are_refused(tmp_path):
    crowded = bytearray(archive())
    at = crowded.rindex(b"PK\5\6")
    crowded[at + 8 : at + 12] = struct.pack("<HH", 65_500, 65_500)
    with pytest.raises(DataError, match="65,500 files"):
        overview(tmp_path, bytes(crowded))
    locked = bytearray(archive())
    at = locked.find(b"PK\1\2")
    while at >= 0:
        locked[at + 8] |= 1
        at = locked.find(b"PK\1\2", at + 4)
    with pytest.raises(DataError, match="password"):
        overview(tmp_path, bytes(locked))
