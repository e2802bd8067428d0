"""A person's own pictures: ready in how long, trained how fast, how well, beside Keras's loader.

    python -m tests.benchmarks.pictures [ready] [epochs] [accuracy] [answer] [sounds]

``ready`` and ``epochs`` make photos of 96×96 by a program, as a ZIP; ``epochs`` trains the same
model once from Layerwise's array and once by ``model.fit`` on ``image_dataset_from_directory``, in
turns in one process; ``accuracy`` and ``answer`` take the sign digits of ``LAYERWISE_DATA`` (or
``../shared/data``), ``sounds`` the spoken ones, split by chance and by speakers.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LAYERWISE_DATA") or ROOT.parent / "shared" / "data")
SIDE, CLASSES = 96, 10
PARTS = ("ready", "epochs", "accuracy", "answer", "sounds")


def main() -> None:
    """Prints a line for each measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=str(PARTS))
    parser.add_argument("--count", type=int, default=20_000, help="photos that are made")
    parser.add_argument("--epochs", type=int, default=3)
    given = parser.parse_args()
    parts = given.parts or PARTS
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERWISE_HOME"] = home  # before anything reads it
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        if {"ready", "epochs"} & {*parts}:
            archive = make_photos(Path(home) / "photos.zip", given.count)
            dataset = ready(archive)
            if "epochs" in parts:
                epochs(archive, dataset, given.epochs)
        if {"accuracy", "answer"} & {*parts}:
            accuracy(DATA / "sign-digits.zip", "answer" in parts)
        if "sounds" in parts:
            sounds(DATA / "spoken-digits.zip")


def make_photos(path: Path, count: int) -> Path:
    """A ZIP of JPEGs with the grain of photos, in ten folders."""
    import io

    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    base = rng.integers(0, 255, (CLASSES, 6, 6, 3), dtype="uint8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for i in range(count):
            page = Image.fromarray(base[i % CLASSES]).resize((SIDE, SIDE))
            noisy = np.asarray(page, "int16") + rng.integers(-40, 40, (SIDE, SIDE, 3))
            file = io.BytesIO()
            Image.fromarray(np.clip(noisy, 0, 255).astype("uint8")).save(file, "JPEG", quality=90)
            archive.writestr(f"photos/{i % CLASSES}/{i:06d}.jpg", file.getvalue())
    return path


def project(path: Path) -> tuple[Any, float]:
    """The dataset that the archive becomes, and the seconds until its gallery is known."""
    from builder.media.picture_overview import overview_file
    from builder.runs.disk import data_files
    from builder.suggest.media.picture_dataset import picture_dataset

    file = data_files.keep(path.name, path.read_bytes())
    start = time.perf_counter()
    seen = overview_file(str(path))
    assert seen is not None
    return picture_dataset(file, path.name, seen), time.perf_counter() - start


def ready(path: Path) -> Any:
    """Until the arrays are there: once, and afterwards."""
    from builder.engine.data import loading

    dataset, gallery = project(path)
    dataset = dataset.with_(height=SIDE, width=SIDE)
    times = []
    for _ in range(2):
        loading.forget()
        start = time.perf_counter()
        facts = loading.describe(dataset)
        times.append(time.perf_counter() - start)
    count = facts.n_train + facts.n_test
    print(
        f"ready: {count:,} photos of {SIDE}×{SIDE}: gallery {gallery:.1f} s, decoded"
        f" {times[0]:.1f} s once (wanted ≤ 60), afterwards {times[1]:.1f} s (wanted ≤ 2)",
        flush=True,
    )
    return dataset


def epochs(path: Path, dataset: Any, count: int) -> None:
    """Seconds an epoch of the same small CNN, by both ways, in turns."""
    import keras

    from builder.engine.build import keras_model
    from builder.engine.data import loading
    from builder.suggest import table_model

    training = table_model.suggest(loading.describe(dataset), dataset)
    training = training.with_fit(epochs=1, callbacks=(), validation_split=None)
    batch = training.fit["batch_size"]
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    loader = keras.utils.image_dataset_from_directory(
        folder / "photos", image_size=(SIDE, SIDE), batch_size=batch, verbose=False
    )
    share = loading.describe(dataset).n_train / len(loader.file_paths)
    ours, theirs = [], []
    for _ in range(count):
        start = time.perf_counter()
        run(training)
        ours.append(time.perf_counter() - start)
        model = keras_model.build(training.model)
        keras_model.compile_model(model, training)
        start = time.perf_counter()
        model.fit(loader, epochs=1, verbose=0)
        theirs.append((time.perf_counter() - start) * share)  # of as many photos
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(
        f"epochs: {mine:.1f} s by Layerwise, with start and test; {other:.1f} s by model.fit on"
        f" image_dataset_from_directory; ratio {other / mine:.2f} (wanted ≥ 1.3)",
        flush=True,
    )


def run(training: Any) -> tuple[dict[str, float], str]:
    """The test of a run, and where its model lies."""
    from builder.engine.training import reporting, train_run

    folder = Path(tempfile.mkdtemp(dir=os.environ["LAYERWISE_HOME"]))
    result = train_run.train(training, folder, reporting.NullSink(), lambda: None)
    return result["test"], str(result["artefact"])


def accuracy(path: Path, answers: bool) -> None:
    """The suggested model on the sign digits, three splits; how long a photo's answer takes."""
    from builder.engine.data import loading
    from builder.engine.inference import predict_picture
    from builder.suggest import table_model

    dataset, gallery = project(path)
    scores, artefact, training = [], "", None
    for seed in range(3):
        chosen = dataset.with_(seed=seed)
        training = table_model.suggest(loading.describe(chosen), chosen)
        test, artefact = run(replace(training, seed=seed))
        scores.append(test["accuracy"])
    said = ", ".join(f"{s:.3f}" for s in scores)
    mean = statistics.mean(scores)
    print(f"sign digits: gallery {gallery:.1f} s; accuracy {mean:.3f} ({said}), wanted 0.90")
    if not answers or training is None:
        return
    with zipfile.ZipFile(path) as archive:
        photos = [archive.read(n) for n in archive.namelist()[:101] if n.lower().endswith(".jpg")]
    times = []
    for photo in photos:
        start = time.perf_counter()
        predict_picture.predict_bytes(artefact, training, photo)
        times.append(1000 * (time.perf_counter() - start))
    p95 = statistics.quantiles(times[1:], n=20)[-1]
    print(f"answer: {times[0]:.0f} ms the first, then p95 {p95:.0f} ms (wanted ≤ 400)", flush=True)


def sounds(path: Path) -> None:
    """The suggested model on the spoken digits: three splits by chance, three by speakers."""
    from builder.engine.data import loading
    from builder.media.sound_overview import overview_file
    from builder.runs.disk import data_files
    from builder.suggest import table_model
    from builder.suggest.media.sound_dataset import sound_dataset

    seen = overview_file(str(path))
    assert seen is not None
    file = data_files.keep(path.name, path.read_bytes())
    for split, wanted in (("random", "wanted 0.93"), ("name", "speakers never heard")):
        scores = []
        for seed in range(3):
            chosen = sound_dataset(file, path.name, seen).with_(split=split, seed=seed)
            training = table_model.suggest(loading.describe(chosen), chosen)
            scores.append(run(replace(training, seed=seed))[0]["accuracy"])
        said = ", ".join(f"{s:.3f}" for s in scores)
        mean = statistics.mean(scores)
        print(f"spoken digits, {split}: accuracy {mean:.3f} ({said}), {wanted}", flush=True)


if __name__ == "__main__":
    main()
