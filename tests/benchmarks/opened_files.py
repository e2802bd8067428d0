"""How many model files of strangers open with layers, weights and settings whole.

    python -m tests.benchmarks.opened_files [FOLDER]

FOLDER is ``../shared/cases/models``: programs that write small ``.h5`` files as older Kerases did,
and JSON files. Each is opened as a dropped file is. Prints a line for each: ``right`` when it is as
its README says, ``told`` when it is refused or altered with a sentence, ``wrong`` otherwise.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from builder.engine.files import model_files
from builder.errors import FileError

FOLDER = Path(__file__).parents[2].parent / "shared" / "cases" / "models"
RATES = {"02.h5": 0.0005, "03.h5": 0.0005, "04a.h5": 0.0001, "04b.h5": 1.0}
"""File → the learning rate that it was trained with."""


def judge(name: str, found: dict[str, Any]) -> str:
    """``right``, ``told`` or ``wrong``."""
    rate = RATES.get(name)
    settings = found["compile"] or {}
    if rate is not None and settings["optimizer"].config.get("learning_rate") != rate:
        return "wrong"
    whole = name.endswith(".json") or found["weights"]
    if not whole:
        return "told" if found["notes"] else "wrong"
    return "right"


def main() -> None:
    """Prints a line for each file, then how many of each."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    given = options.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(given.folder, Path(made) / "models"))
        for program in sorted(folder.glob("[0-9]*.py")):
            subprocess.run([sys.executable, program.name], cwd=folder, check=True)
        for path in sorted([*folder.glob("*.h5"), *folder.glob("*.json")]):
            try:
                found = model_files.open_model(path, folder / "weights.npz")
                verdict, said = judge(path.name, found), [n.message for n in found["notes"]]
            except FileError as error:
                verdict, said = "told", [error.message]
            counts[verdict] += 1
            print(f"{verdict}: {path.name} {' '.join(said)}")
    print(", ".join(f"{n} {verdict}" for verdict, n in counts.items()))


if __name__ == "__main__":
    main()
