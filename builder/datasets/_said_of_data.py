"""What pasted code says of data that are not here, in words.

Settings of ``DataToCome.said``, each only where the code says it:

    form          table, pictures, texts, windows, arrays; model: of a model that was opened
    file          the file or folder as the code writes it; target_file: that of the answers
    inputs        names or places of the columns that are read; without: those that are left out
    target        name or place of the column that is predicted
    scale         standard (mean 0, deviation 1) or unit (0 to 1), by column; factor: every number
                  is multiplied by it
    guessed       what the code does not say, so that a usual number is taken
    columns       names that the code gives to the columns of the file; read_as: how it reads it
    test_split    share of the rows set aside, or test_rows: how many; random_state, stratified;
                  in_order: the last ones
    gives_back    the model is to give back what it reads
    added         columns that the code makes itself
    words, length of texts: how many words are known, how many of a text are read
    size          height and width of pictures; augmented: how they are varied
    window, horizon, column   of a series: how many steps are read, how far ahead, which column
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FORMS = {
    "table": "a table",
    "pictures": "a folder of pictures",
    "texts": "texts",
    "windows": "a series",
    "arrays": "arrays",
    "model": "not in the file of the model",
}
FILES = ("file", "target_file")
SCALES = {"standard": "standardised", "unit": "scaled to 0 to 1"}


def file_name(said: Mapping[str, Any]) -> str:
    """The file without its folders, and that of the answers; "" where the code names none."""
    names = [str(said[key]).replace("\\", "/").rstrip("/") for key in FILES if said.get(key)]
    return " and ".join(dict.fromkeys(name.rpartition("/")[2][:80] for name in names))


def describe(said: Mapping[str, Any], shapes: str) -> list[str]:
    """The lines that say which data are meant, for a learner."""
    what = file_name(said) or FORMS.get(str(said.get("form")), "not named in the code")
    rest = ", ".join(_parts(said))
    return [f"Your data: {what}, {shapes}.", *([f"{rest[:1].upper()}{rest[1:]}."] if rest else [])]


def _parts(said: Mapping[str, Any]) -> Iterator[str]:
    if "target" in said:
        yield f"target {_names(said['target'])}"
    if "inputs" in said:
        yield f"read from {_names(said['inputs'])}"
    without = tuple(n for n in said.get("without", ()) if n != said.get("target"))
    if without:
        yield f"without {_names(without)}"
    if "words" in said:
        yield f"{said['words']:,} words are known"
    if "length" in said:
        yield f"{said['length']} words of a text are read"
    if "window" in said:
        steps = said.get("horizon", 1)
        ahead = "the next step" if steps == 1 else f"{steps} steps ahead"
        yield f"{ahead} from {said['window']} steps"
    if said.get("scale") in SCALES:
        yield SCALES[said["scale"]]
    if isinstance(said.get("factor"), int | float):
        yield f"multiplied by {said['factor']:.4g}"
    if "augmented" in said:
        yield f"varied while training by {_names(said['augmented'])}"
    if "added" in said:
        yield f"{_names(said['added'])} made by the code itself"
    if said.get("gives_back"):
        yield "the model is to give back what it reads"
    if "test_rows" in said:
        yield f"{said['test_rows']:,} rows are for the test"
    if "test_split" in said:
        how = "the last ones" if said.get("in_order") else "chosen by chance"
        kept = ", each class in proportion" if said.get("stratified") else ""
        yield f"{said['test_split'] * 100:.3g} % of the rows are for the test, {how}{kept}"


def _names(value: Any) -> str:
    many = value if isinstance(value, tuple) else (value,)
    names = ", ".join(str(v) for v in many[:12])
    return f"{names} and {len(many) - 12} more" if len(many) > 12 else names
