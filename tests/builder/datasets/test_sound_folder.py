"""A person's own sounds: decoded once, split, and read the same by a script of Keras."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

from builder.datasets import _decoded_examples, _decoded_sounds, sound_folder
from builder.datasets.contract import resolve_settings
from builder.engine.data import loading
from builder.errors import DataError
from builder.media.sound_headers import read_sound_header
from builder.media.sound_overview import overview_file
from builder.runs.disk import data_files
from builder.suggest.media import sound_dataset
from tests.builder.media.small_sounds import RATE, saved, tone, tones
from tests.builder.tables.small_files import zipped


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    loading.forget()


OTHERS = {
    "tones/high/wide.wav": saved(np.stack([tone(900, 1), tone(900, 2)], 1)),
    "tones/high/other.flac": saved(tone(900, 3, rate=8000), 8000, "FLAC"),
    "tones/low/other.ogg": saved(tone(200, 4), form="OGG"),
    "tones/low/broken.wav": b"no sound",
    "tones/low/empty.wav": saved(np.zeros(0)),
    "tones/low/again.wav": tones()["tones/low/ann_0.wav"],
}


def dataset(tmp_path, members, **settings):
    data = zipped(members, flat=True)
    (tmp_path / "tones.zip").write_bytes(data)
    seen = overview_file(str(tmp_path / "tones.zip"))
    assert seen is not None
    file = data_files.keep("tones.zip", data)
    return sound_dataset.sound_dataset(file, "tones.zip", seen).with_(**settings)


def decoded(spec):
    settings = resolve_settings(sound_folder.ENTRY, spec.config)
    path = data_files.find_file(spec.config["file"])
    return _decoded_examples.read_decoded(_decoded_sounds.SOUNDS, settings, path)


CASES = {
    "as they are": (tones(), {}),
    "speakers apart": (tones(), {"split": "name", "test_split": 0.5}),
    "cleaned": (tones() | OTHERS, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_script_reads_the_same_numbers(case, tmp_path, monkeypatch):
    members, settings = CASES[case]
    spec = dataset(tmp_path, members, **settings)
    assert spec.config.get("clean", False) is (case == "cleaned")
    monkeypatch.chdir(tmp_path)
    script: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(loading.source(spec), "script", "exec"), script)  # noqa: S102 - our own lines
    ours = loading.load(spec)
    for name, column in (("x", ours.input), ("y", ours.target)):
        for part in ("train", "test"):
            np.testing.assert_array_equal(getattr(column, part), script[f"{name}_{part}"])


def test_rate_and_length_are_made_equal_and_what_cannot_be_heard_is_left_out(tmp_path):
    spec = dataset(tmp_path, tones() | OTHERS)
    made = decoded(spec)
    assert made.examples.shape == (23, round(0.3 * RATE))
    names = [p.rpartition("/")[2] for p in made.paths]
    assert not {"broken.wav.wav", "empty.wav.wav"} & {*names}
    flac = made.examples[names.index("other.flac.wav")]
    loudest = abs(np.fft.rfft(flac)).argmax() * RATE / len(flac)
    assert abs(loudest - 900) < 20  # the pitch stays, whatever the rate was


def test_the_tests_speakers_are_not_heard_in_training(tmp_path):
    spec = dataset(tmp_path, tones(), split="name", test_split=0.5)
    data, made = loading.load(spec), decoded(spec)
    of_bob = [i for i, path in enumerate(made.paths) if "bob" in path]
    tested = {row.tobytes() for row in data.input.test}
    is_bob = {made.examples[i].tobytes() in tested for i in of_bob}
    assert len(is_bob) == 1, "all of one player's sounds are on one side"


def test_one_more_sound_is_read_as_those_of_the_folder(tmp_path):
    spec = dataset(tmp_path, tones() | OTHERS)
    settings, made = resolve_settings(sound_folder.ENTRY, spec.config), decoded(spec)
    for name in ("other.flac", "wide.wav", "ann_1.wav"):
        row = next(i for i, p in enumerate(made.paths) if p.endswith(f"{name}.wav"))
        path = made.paths[row].removesuffix(".wav")
        heard = _decoded_sounds.read_sound(settings, (tones() | OTHERS)[path])
        np.testing.assert_array_equal(heard, made.examples[row])


def test_of_a_recording_the_loudest_stretch_is_heard(tmp_path):
    settings = resolve_settings(sound_folder.ENTRY, dataset(tmp_path, tones()).config)
    quiet = np.zeros(3000)
    said = tone(900, 5)
    recording = saved(np.concatenate([quiet, said, quiet]))
    heard = _decoded_sounds.read_sound(settings, recording, recorded=True)
    np.testing.assert_allclose(heard[100:-100], said[100:-100], atol=0.02)
    assert not _decoded_sounds.read_sound(settings, recording).any()


def test_what_is_odd_is_said(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped(tones() | OTHERS, flat=True))
    seen = overview_file(str(tmp_path / "a.zip"))
    assert seen is not None and (seen.rate, round(seen.seconds, 1)) == (RATE, 0.3)
    assert seen.reasons[0] == "2 sounds are no WAVs of 16 bits: other.flac, other.ogg."
    assert "1 sound has several channels: wide.wav." in seen.reasons
    assert "The sounds have 2 different rates." in seen.reasons
    assert seen.shown["low"].dtype == np.uint8 and seen.heard["high"][:4] == b"RIFF"


def test_a_header_that_lies_is_refused():
    wave = bytearray(saved(tone(200, 1)))
    wave[22:24] = (60_000).to_bytes(2, "little")  # channels
    assert read_sound_header(io.BytesIO(bytes(wave)), ".wav").odd == "broken"
    assert read_sound_header(io.BytesIO(), ".wav").odd == "broken"


def test_another_rate_asks_for_cleaning(tmp_path):
    with pytest.raises(DataError, match="has 4,000 values a second, not 8,000") as caught:
        loading.load(dataset(tmp_path, tones(), rate=8000))
    assert caught.value.where == "dataset.clean"
    made = loading.load(dataset(tmp_path, tones(), rate=8000, clean=True))
    assert made.facts.input.shape == (2400,)


def test_names_that_all_begin_alike_cannot_be_split_by(tmp_path):
    spec = dataset(tmp_path, {p: c for p, c in tones(24).items() if "ann" in p}, split="name")
    with pytest.raises(DataError, match="names all begin alike"):
        loading.load(spec)


def test_one_class_is_refused(tmp_path):
    alone = {p: c for p, c in tones().items() if "low" in p}
    with pytest.raises(DataError, match="only one class, 'low'"):
        dataset(tmp_path, alone)
