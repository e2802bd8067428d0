"""What a file is that people take for a Keras model, told by its first bytes and its members."""

from __future__ import annotations

from pathlib import PurePosixPath

from builder.errors import FileError

WRITE_KERAS = "Choose a file that model.save('model.keras') wrote."

BUILD_AGAIN = (
    "Paste the code of the model on Home, where its layers are rebuilt; its weights stay behind."
)
CONVERT = (
    "Convert it to Keras where it was made (for example with onnx2keras), save it with"
    " model.save('model.keras'), and open that."
)

STARTS: tuple[tuple[int, bytes, str, str], ...] = (
    (4, b"TFL3", "a TensorFlow Lite model, which has no layers any more", WRITE_KERAS),
    (0, b"GGUF", "a GGUF file of a language model", WRITE_KERAS),
    (0, b"\x80", "a Python pickle, as PyTorch and scikit-learn write them. Pickles run code when"
     " they are read and are never opened", BUILD_AGAIN),
    (0, b"\x89PNG", "a PNG picture", WRITE_KERAS),
    (0, b"\xff\xd8", "a JPEG picture", WRITE_KERAS),
    (0, b"%PDF", "a PDF document", WRITE_KERAS),
    (0, b"\x1f\x8b", "a gzip archive", "Unpack it and choose the model in it."),
    (0, b"\x93NUMPY", "a NumPy array, not a model", WRITE_KERAS),
)  # fmt: skip
"""Place of the bytes, the bytes, what such a file is, and what to do."""

ENDINGS: dict[str, tuple[str, str]] = {
    ".onnx": ("an ONNX model, which has operations instead of Keras's layers", CONVERT),
    ".pb": ("a graph of TensorFlow without its folder; Keras's layers are not in it",
            "Put the whole SavedModel folder into a ZIP and open that."),
    ".safetensors": ("a file of weights without the layers they belong to", BUILD_AGAIN),
    ".pt": ("a PyTorch model; such files can run code when they are read and are never opened",
            BUILD_AGAIN),
    ".mlmodel": ("a Core ML model, which has no layers of Keras", WRITE_KERAS),
    ".bin": ("a file of weights without the layers they belong to",
             "Put it into a ZIP with its model.json and open that."),
    ".ckpt": ("a checkpoint of weights without the layers they belong to", WRITE_KERAS),
    ".joblib": ("a Python pickle. Pickles run code when they are read and are never opened",
                WRITE_KERAS),
}  # fmt: skip
"""Ending of a name → what such a file is, and what to do; for bytes that nothing else tells."""

SAME = {".pth": ".pt", ".pt2": ".pt", ".index": ".ckpt", ".pkl": ".joblib", ".pickle": ".joblib"}

SUFFIXES = (".tflite", ".gguf", ".pkl", ".pickle", *ENDINGS, *SAME)
"""Endings of names of models that this app does not open."""


def refuse_foreign(name: str, head: bytes) -> FileError:
    """Why a file is not opened that is neither a ZIP, nor HDF5, nor JSON.

    Args:
        head: its first 16 bytes.
    """
    for place, start, what, hint in STARTS:
        if head[place:].startswith(start):
            return FileError(f"{name} is {what}.", hint)
    ending = PurePosixPath(name.lower()).suffix
    known = ENDINGS.get(SAME.get(ending, ending))
    if head[8:10] == b'{"':  # the length of a JSON header, then that header
        known = ENDINGS[".safetensors"]
    if not known and head[:1] == b"\x08" and head[2:3] in (b"\x12", b"\x1a", b"\x3a"):
        known = ENDINGS[".onnx"]
    if known:
        return FileError(f"{name} is {known[0]}.", known[1])
    neither = "no Keras model: it is neither a .keras archive, nor an HDF5 file, nor JSON"
    return FileError(f"{name} is {neither}.", WRITE_KERAS)


KERAS, BROWSER, SAVED, INNER = "keras", "browser", "saved_model", "inner"

INNER_MODELS = (".keras", ".h5", ".hdf5")


def archive_kind(members: list[str], name: str) -> tuple[str, str]:
    """What a ZIP holds: ``(kind, member)`` with the member by which it is known.

    Kinds: ``keras``, a ``.keras`` archive; ``browser``, a model of TensorFlow.js; ``saved_model``;
    ``inner``, an archive around one file of a model.

    Raises:
        FileError: it holds a model of another sort, or several models.
    """
    if "config.json" in members:
        return KERAS, "config.json"
    files = [m for m in members if not m.endswith("/") and "__MACOSX" not in m]
    found = {PurePosixPath(m).name: m for m in reversed(files)}
    for kind, known in ((SAVED, "saved_model.pb"), (BROWSER, "model.json")):
        if known in found:
            return kind, found[known]
    if "data.pkl" in found:
        what, hint = ENDINGS[".pt"]
        raise FileError(f"{name} is {what}.", hint)
    inner = [m for m in files if m.lower().endswith(INNER_MODELS)]
    if len(inner) > 1:
        names = ", ".join(PurePosixPath(m).name for m in inner[:3])
        raise FileError(
            f"{name} holds {len(inner)} models: {names}.", "Unpack it and choose one of them."
        )
    return (INNER, inner[0]) if inner else (KERAS, "")
