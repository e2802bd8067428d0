"""Models of TensorFlow.js and TensorFlow's folders open with their weights; others are named."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files import initial_weights, model_files
from builder.errors import FileError
from builder.runs.engine_process import open_model
from tests.builder.engine import older_kerases as old
from tests.builder.engine.older_kerases import conv, obj, rnn, row, stack

RNG = np.random.default_rng(0)
ROWS = [
    conv("Conv2D", name="c", filters=2, groups=1),
    row("Flatten", name="f", data_format="channels_last"),
    row("Dense", name="d", units=3, activation="softmax"),
]
ARRAYS = {
    "c/kernel": RNG.normal(size=(3, 3, 1, 2)).astype("f"),
    "c/bias": RNG.normal(size=2).astype("f"),
    "d/kernel": RNG.normal(size=(32, 3)).astype("f"),
    "d/bias": RNG.normal(size=3).astype("f"),
}


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return path


def opened(path: Path) -> tuple[keras.Model, Any]:
    keep = path.parent / "kept.npz"
    found = model_files.open_model(path, keep)
    model = keras_model.build(found["model"])
    assert found["weights"] and initial_weights.load_weights(model, keep) == ()
    return model, found


def has_weights(model: keras.Model) -> None:
    for name, array in ARRAYS.items():
        layer, kind = name.split("/")
        there = next(w for w in model.get_layer(layer).weights if w.name == kind)
        np.testing.assert_allclose(np.asarray(there), array, atol=0.02)


def browser_parts(change: Any = lambda manifest: None) -> dict[str, bytes]:
    weights = [{"name": n, "shape": list(a.shape), "dtype": "float32"} for n, a in ARRAYS.items()]
    topology = {"keras_version": "2.8.0", "backend": "tensorflow",
                "model_config": stack([6, 6, 1], *ROWS),
                "training_config": {"loss": "mse", "metrics": ["acc"],
                                    "optimizer_config": obj("Adam", lr=0.01)}}  # fmt: skip
    manifest = [{"paths": ["g-1of2.bin", "g-2of2.bin"], "weights": weights}]
    data = b"".join(a.tobytes() for a in ARRAYS.values())
    record = {"format": "layers-model", "modelTopology": topology, "weightsManifest": manifest}
    change(record)
    return {
        "web/model.json": json.dumps(record).encode(),
        "web/g-1of2.bin": data[:100],
        "web/g-2of2.bin": data[100:],
    }


def test_a_model_of_tensorflow_js(tmp_path: Path) -> None:
    model, found = opened(zipped(tmp_path / "web.zip", browser_parts()))
    has_weights(model)
    assert found["notes"] == () and found["compile"]["optimizer"].config == {"learning_rate": 0.01}


def test_its_rounded_numbers_are_what_they_stood_for(tmp_path: Path) -> None:
    parts = browser_parts()
    record = json.loads(parts["web/model.json"])
    data = b""
    for weight in record["weightsManifest"][0]["weights"]:
        array = ARRAYS[weight["name"]]
        low, scale = float(array.min()), float(np.ptp(array)) / 255
        weight["quantization"] = {"dtype": "uint8", "scale": scale, "min": low}
        data += np.round((array - low) / scale).astype("uint8").tobytes()
    parts = {"model.json": json.dumps(record).encode(), "g-1of2.bin": data, "g-2of2.bin": b""}
    has_weights(opened(zipped(tmp_path / "web.zip", parts))[0])


def test_model_json_alone_says_where_its_weights_lie(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(browser_parts()["web/model.json"])
    found = model_files.open_model(path)
    assert list(found["model"].layers) == ["input_layer", "c", "f", "d"]
    assert "g-1of2.bin, g-2of2.bin: put them into a ZIP" in found["notes"][0].message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r["weightsManifest"][0]["weights"][0].update(shape=[2**31, 2**31]), "damaged"),
        (lambda r: r["weightsManifest"][0]["weights"][3].update(shape=[30]), "beyond the end"),
        (lambda r: r["weightsManifest"][0]["weights"][0].update(dtype="object"), "damaged"),
        (lambda r: r["weightsManifest"][0].update(paths=["../../secret"]), "not in the ZIP"),
    ],
)
def test_weights_that_lie_are_left_out_and_told(change: Any, said: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "web.zip", browser_parts(change))
    found = model_files.open_model(path, tmp_path / "w.npz")
    assert not found["weights"] and said in found["notes"][-1].message


def test_a_graph_of_tensorflow_js_has_no_layers(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"format": "graph-model", "modelTopology": {"node": []}}))
    with pytest.raises(FileError, match=r"graph model of TensorFlow\.js"):
        model_files.open_model(path)


# --- SavedModel -----------------------------------------------------------------------------------


def message(**fields: Any) -> bytes:
    """A protocol buffer's message: ``f3=b"root"``."""
    made = b""
    for name, value in fields.items():
        made += bytes([int(name[1:]) << 3 | 2])
        length = len(value)
        while length > 127:
            made, length = made + bytes([length & 127 | 128]), length >> 7
        made += bytes([length]) + value
    return made


def node(path: str, record: dict[str, Any]) -> bytes:
    return message(f1=message(f3=path.encode(), f5=json.dumps(record).encode()))


def folder_parts(tmp_path: Path) -> dict[str, bytes]:
    import tensorflow as tf

    class Part(tf.Module):  # type: ignore[misc]
        pass

    root, c, d = (Part(name=f"p{i}") for i in range(3))
    c.kernel, c.bias = (tf.Variable(ARRAYS[f"c/{k}"]) for k in ("kernel", "bias"))
    d.kernel, d.bias = (tf.Variable(ARRAYS[f"d/{k}"]) for k in ("kernel", "bias"))
    for name, part in (("layer_with_weights-0", c), ("layer_with_weights-1", d)):
        setattr(root, name, part)
    tf.train.Checkpoint(root).write(str(tmp_path / "variables"))
    config = stack([6, 6, 1], *ROWS)["config"]
    metadata = (
        node("root", {"class_name": "Sequential", "config": config, "keras_version": "2.8.0",
                      "training_config": {"loss": "mse", "optimizer_config": obj("SGD", lr=0.5)}})
        + node("root.layer_with_weights-0", {"name": "c"})
        + node("root.layer_with_weights-1", {"name": "d"})
    )  # fmt: skip
    return {
        "m/saved_model.pb": b"\x08\x01",
        "m/keras_metadata.pb": metadata,
        **{f"m/variables/{p.name}": p.read_bytes() for p in tmp_path.glob("variables.*")},
    }


def test_a_saved_model_with_keras_metadata(tmp_path: Path) -> None:
    model, found = opened(zipped(tmp_path / "m.zip", folder_parts(tmp_path)))
    has_weights(model)
    assert found["notes"] == () and found["compile"]["optimizer"].config == {"learning_rate": 0.5}


@pytest.mark.parametrize("what", ["metadata", "variables", "cut"])
def test_a_saved_model_that_is_not_whole(what: str, tmp_path: Path) -> None:
    parts = folder_parts(tmp_path)
    if what == "metadata":
        del parts["m/keras_metadata.pb"]
    elif what == "cut":
        parts["m/keras_metadata.pb"] = parts["m/keras_metadata.pb"][:90]
    else:
        parts = {k: v[:40] for k, v in parts.items() if k.startswith("m/variables")} | {
            k: v for k, v in parts.items() if not k.startswith("m/variables")
        }
        found = model_files.open_model(zipped(tmp_path / "m.zip", parts), tmp_path / "w.npz")
        assert not found["weights"] and "missing or damaged" in found["notes"][0].message
        return
    with pytest.raises(FileError) as caught:
        model_files.open_model(zipped(tmp_path / "m.zip", parts))
    assert caught.value.hint


# --- named ----------------------------------------------------------------------------------------


def test_a_zip_around_one_model_is_that_model(tmp_path: Path) -> None:
    """As Teachable Machine hands it out: keras_model.h5 beside labels.txt."""
    weights = {n: [ARRAYS[f"{n}/kernel"], ARRAYS[f"{n}/bias"]] for n in ("c", "d")}
    inner = old.write(tmp_path / "keras_model.h5", stack([6, 6, 1], *ROWS), weights)
    parts = {"keras_model.h5": inner.read_bytes(), "labels.txt": b"0 a\n1 b\n2 c\n"}
    path = zipped(tmp_path / "converted_keras.zip", parts)
    has_weights(opened(path)[0])
    assert open_model.is_model(path, path.name)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("net.onnx", b"\x08\x07\x12\x07pytorch\x1a\x03", "an ONNX model"),
        ("net.pt", b"\x80\x02\x8a\nl\xfc", "a Python pickle, as PyTorch"),
        ("net.tflite", b"\x1c\0\0\0TFL3" + b"\0" * 20, "TensorFlow Lite"),
        ("net.safetensors", (40).to_bytes(8, "little") + b'{"a":{}}', "a file of weights"),
        ("saved_model.pb", b"\x08\x01\x12\xff" + b"a" * 20, "a graph of TensorFlow without"),
        ("g.bin", b"\x11" * 30, "a file of weights without the layers"),
        ("net.gguf", b"GGUF\x03\0\0\0", "GGUF"),
    ],
)
def test_others_are_named_with_what_to_do(
    name: str, data: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert open_model.is_model(path, name)
    with pytest.raises(FileError, match=said) as caught:
        model_files.open_model(path)
    assert caught.value.hint


def test_pytorchs_zip_is_named_and_never_unpickled(tmp_path: Path) -> None:
    path = zipped(tmp_path / "net.zip", {"net/data.pkl": b"\x80\x02.", "net/data/0": b"\0" * 9})
    assert open_model.is_model(path, path.name)
    with pytest.raises(FileError, match="a PyTorch model"):
        model_files.open_model(path)


def test_a_zip_of_pictures_is_no_model(tmp_path: Path) -> None:
    path = zipped(tmp_path / "cats.zip", {"cats/1.png": b"\x89PNG", "dogs/2.png": b"\x89PNG"})
    assert not open_model.is_model(path, path.name)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04")
    assert not open_model.is_model(broken, broken.name)


def test_a_bomb_inside_a_zip_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("model.h5", b"\0" * 30_000_000)
    path = tmp_path / "bomb.zip"
    path.write_bytes(data.getvalue())
    with pytest.raises(FileError, match="would unpack"):
        model_files.open_model(path)


def test_recurrent_layers_of_a_browser(tmp_path: Path) -> None:
    rows = [rnn("LSTM", name="lstm_LSTM1", units=2), row("Dense", name="o", units=1)]
    arrays = {
        "lstm_LSTM1/kernel": RNG.normal(size=(3, 8)),
        "lstm_LSTM1/recurrent_kernel": RNG.normal(size=(2, 8)),
        "lstm_LSTM1/bias": RNG.normal(size=8),
        "o/kernel": RNG.normal(size=(2, 1)),
        "o/bias": RNG.normal(size=1),
    }
    record = {
        "modelTopology": {**stack([4, 3], *rows), "keras_version": "tfjs-layers 4.2.0"},
        "weightsManifest": [{"paths": ["./weights.bin"], "weights": [
            {"name": n, "shape": list(a.shape), "dtype": "float32"} for n, a in arrays.items()]}],
    }  # fmt: skip
    data = b"".join(a.astype("f").tobytes() for a in arrays.values())
    model, _ = opened(
        zipped(tmp_path / "w.zip", {"model.json": json.dumps(record).encode(), "weights.bin": data})
    )
    np.testing.assert_allclose(
        np.asarray(model.get_layer("lstm_LSTM1").weights[1]),
        arrays["lstm_LSTM1/recurrent_kernel"],
        rtol=1e-6,
    )
