"""A person's own sounds, in a folder for each class."""

from __future__ import annotations

import numpy as np

from builder.catalog.entry import Param
from builder.datasets import _decoded_examples, _decoded_sounds, _folders, _program, _unpacking
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.errors import DataError
from builder.spec import Config

TITLE = "My sounds"
OFFLINE = True
ENTRY = entry(
    "SoundFolder",
    90,
    "My files",
    {
        **{"file": "", "name": "", "directory": "", "parts": Config(), "classes": Config()},
        **{"rate": 8000, "seconds": 1.0, "clean": False, "labels": "integers"},
        **{"test_split": 0.2, "split": "random", "seed": 0, "validation": 0.0},
    },
    params={
        "file": Param("str", "SHA-256 of the archive's content."),
        "name": Param("str", "What the archive is called."),
        "directory": Param("str", "The folder in the archive below which the sounds lie."),
        "parts": Param("json", "Which folders are for training, validation and test."),
        "classes": Param("json", "The folders of the classes, each with its number of sounds."),
        "rate": Param(
            "int",
            "Values a second. 8000 are enough for speech; more catch higher tones and cost more.",
            *(1000, 48_000, 1000),
        ),
        "seconds": Param(
            "float",
            "How long every sound is made: longer ones are cut, shorter ones end in silence.",
            *(0.1, 30.0, 0.1),
        ),
        "clean": Param(
            "bool",
            "Make all sounds alike first: one channel, that rate, WAV of 16 bits; broken and"
            " repeated ones are left out. Without it Keras's loader reads them as they are.",
        ),
        "split": Param(
            "choice",
            "How sounds are set aside for the test. random: by chance. name: all whose names begin"
            " alike, up to the first _ or -, stay together: the test's speakers are never heard.",
            choices=("random", "name"),
        ),
        "seed": Param("int", "The same number sets the same sounds aside.", 0, 2**31 - 1, 1),
        "validation": Param(
            "float",
            "The share of the validation folder, the last of the sounds for training; 0: none.",
            *(0.0, 0.9, 0.01),
        ),
    },
    summary=(
        "Sounds of your own, in a folder for each class: WAV, FLAC, OGG or MP3, as a ZIP or the"
        " folder itself. The folder's name is what the model learns to answer."
    ),
    analogy="Recordings sorted onto tapes, with a word on each.",
    url="https://keras.io/examples/audio/speaker_recognition_using_cnn/",
)
CONTENTS = Contents.of_x_and_y("sound", classes=10, is_guess=True, is_split=False)
PROGRAM = Program(
    tuple(f"_sound_program.{name}" for name in ("read_sounds", "split_sounds", "load_sounds"))
)

WAYS = ("test_split", "seed", "split")


def load(config: Config) -> Raw:
    """x float32 (n, samples) from -1 to 1; y int64 (n,) numbers of classes.

    Raises:
        DataError: the file is missing, cannot be read, or holds too few sounds or classes.
    """
    settings = resolve_settings(ENTRY, config)
    _unpacking.check_classes(settings, "sound")
    path = _folders.data_file(settings["file"], settings["name"])
    decoded = _decoded_examples.read_decoded(_decoded_sounds.SOUNDS, settings, path)
    _unpacking.check_count(decoded, "sound")
    from builder.datasets._sound_program import split_sounds

    given = decoded.labels, decoded.sizes, decoded.paths
    try:
        train, test = split_sounds(*given, *(settings[key] for key in WAYS))
    except ValueError:
        raise DataError(
            "The sounds cannot be set aside by name: their names all begin alike.",
            "Set them aside at random, or let the files' names begin with who speaks.",
            "dataset.split",
        ) from None
    x, y = decoded.examples, decoded.labels
    arrays = np.asarray(x[train]), y[train], np.asarray(x[test]), y[test]
    return Raw.of_x_and_y("sound", arrays, tuple(settings["classes"]))


def source(config: Config) -> str:
    """The same in a script standing alone, next to the archive or the folder it was made of."""
    settings = resolve_settings(ENTRY, config)
    samples = _decoded_sounds.count_samples(settings)
    cleaning = _decoded_sounds.CLEANING if settings["clean"] else ()
    imports = (
        *_unpacking.IMPORTS,
        "from sklearn.model_selection import GroupShuffleSplit, train_test_split",
        *(("import hashlib", "import io", "import shutil") if cleaning else ()),
    )
    given = (
        _unpacking.top_place(settings),
        list(settings["parts"].values()),
        list(settings["classes"]),
        samples,
        *(settings[key] for key in WAYS),
    )
    lines = "\n".join(imports)
    clean = f"clean_sounds({{}}, {{}}, {settings['rate']}, {samples})"
    return (
        f"{lines}\n\n\n"
        f"{_program.functions_source(*cleaning, *PROGRAM.functions)}\n\n"
        f"{_unpacking.unpack_lines(settings, clean)}"
        f"data = load_sounds({', '.join(map(repr, given))})\n"
        "(x_train, y_train), (x_test, y_test) = data\n"
    )
