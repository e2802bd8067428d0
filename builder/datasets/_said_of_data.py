"""What pasted code says of data that are not here, in words.

Settings of ``DataToCome.said``, each only where the code says it:

    form          table, pictures, texts, windows, arrays; model: of a model that was opened
    file          the file or folder as the code writes it; target_file: that of the answers
    inputs        names or places of the columns that are read; without: those that are left out
    target        name or place of the column that is predicted
    scale         by column: standard (mean 0, deviation 1), unit (0 to 1, or scale_range), max_abs
                  (the largest is 1), robust (by middle and quarters); target_scale: of the answers;
                  factor, target_factor: every number is multiplied by it
    guessed       what the code does not say, so that a usual number is taken
    columns       names that the code gives to the columns of the file; read_as: how it reads it;
                  index: columns that are names of the rows
    test_split    share of the rows set aside, or test_rows: how many, or train_rows: how many are
                  not; random_state, stratified; in_order: the last ones
    gives_back    the model is to give back what it reads
    added         columns that the code makes itself
    shifted       rows are set beside those before them; chosen_rows: only some of them are taken;
                  letters: a text is read letter by letter
    words, length of texts: how many words are known, how many of a text are read
    size          height and width of pictures; augmented: how they are varied
    window, horizon, column   of a series: how many steps are read and asked, of which column;
                  delay: steps between them; sampling_rate: one step of so many is read;
                  sequence_stride: steps from one window to the next
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from builder.formatting import plural

FORMS = {
    "table": "a table",
    "pictures": "a folder of pictures",
    "texts": "texts",
    "windows": "a series",
    "arrays": "arrays",
    "model": "not in the file of the model",
}
LONGEST_TEXT = "words in its longest text"
CLASSES = "classes"
"""What the code may leave open: ``guessed``."""

FILES = ("file", "target_file")
SCALES = {
    "standard": "standardised",
    "unit": "scaled to 0 to 1",
    "max_abs": "divided by the largest of each column",
    "robust": "scaled by the middle and the quarters of each column",
}


def file_name(said: Mapping[str, Any]) -> str:
    """The file without its folders, and that of the answers; "" where the code names none."""
    names = [_short_name(str(said[key])) for key in FILES if said.get(key)]
    return " and ".join(dict.fromkeys(names))


def _short_name(path: str) -> str:
    """Its last part; of a folder such as ``train`` with the one above."""
    parts = path.replace("\\", "/").rstrip("/").split("/")
    kept = 2 if parts[-1].lower().startswith(("train", "test", "val")) and len(parts) > 1 else 1
    kept = 1 if "." in parts[-1] else kept
    return "/".join(parts[-kept:])[-80:]


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
        steps, delay = said.get("horizon", 1), said.get("delay", 0)
        ahead = "the next step" if steps == 1 else f"the next {steps} steps"
        if delay:
            ahead = f"{plural(steps, 'step')} behind {delay} more"
        yield f"{ahead} from {said['window']} steps"
    if said.get("scale") in SCALES:
        scale, ends = SCALES[said["scale"]], said.get("scale_range", ())
        yield f"scaled to {ends[0]:g} to {ends[1]:g}" if len(ends) == 2 else scale
    if isinstance(said.get("factor"), int | float):
        yield f"multiplied by {said['factor']:.4g}"
    if isinstance(said.get("target_factor"), int | float):
        yield f"answers multiplied by {said['target_factor']:.4g}"
    if "augmented" in said:
        yield f"varied while training by {_names(said['augmented'])}"
    if "added" in said:
        yield f"{_names(said['added'])} made by the code itself"
    if said.get("shifted"):
        yield "rows stand beside those before them"
    if said.get("chosen_rows"):
        yield "the code takes only some of the rows"
    if said.get("gives_back"):
        yield "the model is to give back what it reads"
    if "test_rows" in said:
        yield f"{said['test_rows']:,} rows are for the test"
    if "train_rows" in said:
        yield f"the first {said['train_rows']:,} rows are for training"
    if "test_split" in said:
        how = "the last ones" if said.get("in_order") else "chosen by chance"
        kept = ", each class in proportion" if said.get("stratified") else ""
        yield f"{said['test_split'] * 100:.3g} % of the rows are for the test, {how}{kept}"


def _names(value: Any) -> str:
    many = value if isinstance(value, tuple) else (value,)
    names = ", ".join(str(v) for v in many[:12])
    return f"{names} and {len(many) - 12} more" if len(many) > 12 else names
