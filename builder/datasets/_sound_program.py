"""Sounds in the folders of their classes, as a script reads them: with Keras's own loader."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from typing import Any

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, train_test_split


def even_sound(file: Any, rate: Any, samples: Any) -> Any:
    """The beginning of a sound: one channel, so many values a second, each of 16 bits."""
    import soundfile
    from scipy.signal import resample_poly

    with soundfile.SoundFile(file) as sound:
        given = sound.samplerate
        values = sound.read(-(-samples * given // rate), "float32", always_2d=True)
    values = values.mean(axis=1)
    if given != rate:
        divisor = np.gcd(given, rate)
        values = resample_poly(values, rate // divisor, given // divisor)
    return np.clip(np.rint(values[:samples] * 2.0**15), -(2**15), 2**15 - 1).astype("int16")


def clean_sounds(file: Any, folder: Any, rate: Any, samples: Any) -> Any:
    """The sounds of a ZIP in a folder, each once, as WAV of 16 bits; broken ones are left out."""
    import soundfile

    known = set()
    with zipfile.ZipFile(file) as archive:
        for member in sorted(archive.infolist(), key=lambda m: m.filename):
            name = member.filename
            if not name.lower().endswith((".wav", ".flac", ".ogg", ".mp3")):
                continue
            if member.file_size > 100_000_000:
                continue
            try:
                data = archive.read(member)
                sound = even_sound(io.BytesIO(data), rate, samples)
            except Exception:
                continue
            mark = hashlib.sha256(data).digest()
            if len(sound) and mark not in known:
                known.add(mark)
                place = os.path.join(folder, name + ".wav")
                os.makedirs(os.path.dirname(place), exist_ok=True)
                soundfile.write(place, sound, rate)


def read_sounds(folder: Any, classes: Any, samples: Any) -> Any:
    """Pairs of a sound, (samples, 1), and the number of its class, in the order of the files."""
    import keras

    paths = []
    for name in classes:
        os.makedirs(os.path.join(folder, name), exist_ok=True)  # Keras asks for one of every class
        for place, _, files in sorted(os.walk(os.path.join(folder, name))):
            waves = [file for file in sorted(files) if file.lower().endswith(".wav")]
            paths += [os.path.join(place, file) for file in waves]
    sounds = keras.utils.audio_dataset_from_directory(
        folder,
        class_names=classes,
        batch_size=None,
        output_sequence_length=samples,
        shuffle=False,
        verbose=False,
    )
    sounds.file_paths = paths  # as its datasets of pictures have them
    return sounds


def split_sounds(y: Any, sizes: Any, paths: Any, test_split: Any, seed: Any, split: Any) -> Any:
    """Which sounds are for training and which for the test.

    At random, each class with the same share in both; by name: all whose names begin alike, as
    those of one speaker do, together; or, of several folders, the last one is for the test, the
    first is mixed, and what stands between is at the end of the training.
    """
    rows = np.arange(len(y))
    mix = np.random.default_rng(seed).permutation
    if len(sizes) > 1:
        tested = len(y) - sizes[-1]
        return np.concatenate([mix(sizes[0]), rows[sizes[0] : tested]]), rows[tested:]
    if split == "name":
        names = [os.path.basename(p).replace("-", "_").partition("_")[0] for p in paths]
        parts = GroupShuffleSplit(1, test_size=test_split, random_state=seed)
        train, test = next(parts.split(rows, groups=names))
        return mix(train), test
    counts = np.bincount(y)
    tested = int(np.ceil(len(y) * test_split))
    enough = counts[counts > 0].min() > 1 and len(counts) <= min(tested, len(y) - tested)
    stratify = y if enough else None
    return train_test_split(rows, test_size=test_split, random_state=seed, stratify=stratify)


def load_sounds(
    folder: Any,
    parts: Any,
    classes: Any,
    samples: Any,
    test_split: Any,
    seed: Any,
    split: Any,
) -> Any:
    """((x_train, y_train), (x_test, y_test)): values from -1 to 1, and numbers of classes."""
    x: Any = []
    y: Any = []
    sizes = []
    paths: Any = []
    for part in parts or [""]:
        sounds = read_sounds(os.path.join(folder, part), classes, samples)
        sizes.append(len(sounds))
        paths += sounds.file_paths
        for sound, label in sounds.as_numpy_iterator():
            x.append(sound[:, 0])
            y.append(label)
    x, y = np.stack(x), np.array(y, "int64")
    train, test = split_sounds(y, sizes, paths, test_split, seed, split)
    return (x[train], y[train]), (x[test], y[test])
