"""Specs become the very objects Keras would make, and nothing but Keras's own classes."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

from builder import catalog
from builder.catalog.entry import REQUIRED
from builder.engine.build import keras_objects
from builder.engine.build.backend import keras
from builder.errors import BuildError
from builder.spec import Config, ObjectSpec
from tests.builder.engine.keras_openers import opened_arguments
from tests.zoo import layer

OPENS = re.compile(r"gfile|\bopen\(|load_model\(|saved_model\.load\(|get_file\(|urlopen")
"""How Keras's code opens files and addresses."""

KINDS = tuple(keras_objects.SOURCES)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_catalogue_offers_can_be_made(kind: str) -> None:
    for entry in catalog.entries(kind):
        if kind == "metrics" and entry.class_name == "accuracy":
            continue
        spec = catalog.new(kind, entry.class_name)
        made = keras_objects.make(kind, spec)
        assert type(made) is keras_objects.classes(kind)[entry.class_name]
        assert all(k in spec.config for k, v in entry.args.items() if v is REQUIRED)


def test_nested_objects_are_made_all_the_way_down() -> None:
    spec = layer(
        "Bidirectional",
        layer=layer(
            "LSTM",
            units=3,
            kernel_initializer=layer("HeNormal", seed=1),
            kernel_regularizer=layer("L2", l2=0.5),
            bias_constraint="max_norm",
            recurrent_activation="sigmoid",
        ),
        merge_mode="sum",
    )
    made = keras_objects.make("layers", spec, name="both")
    inner = made.forward_layer
    assert made.name == "both" and made.merge_mode == "sum"
    assert isinstance(inner.cell.kernel_initializer, keras.initializers.HeNormal)
    assert inner.cell.kernel_regularizer.l2 == 0.5
    assert isinstance(inner.cell.bias_constraint, keras.constraints.MaxNorm)


def test_an_optimizer_takes_its_schedule() -> None:
    schedule = layer("ExponentialDecay", initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)
    made = keras_objects.make("optimizers", layer("SGD", learning_rate=schedule, momentum=0.9))
    made.build([keras.Variable(1.0)])
    made.iterations.assign(10)
    assert float(made.learning_rate) == pytest.approx(0.05)


def test_metrics_keep_keras_names_in_the_history() -> None:
    specs = (ObjectSpec("accuracy"), "mae", ObjectSpec("SparseCategoricalAccuracy"))
    made = keras_objects.make("metrics", specs)
    assert made[:2] == ["accuracy", "mae"]
    assert made[2].name == "sparse_categorical_accuracy"


def test_several_outputs_have_several_losses() -> None:
    made = keras_objects.make("losses", {"a": ObjectSpec("MeanSquaredError"), "b": "huber"})
    assert isinstance(made["a"], keras.losses.MeanSquaredError)
    assert made["b"] == "huber"


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (layer("StepDecay", factor=0.5, every=2), [1, 1, 0.5, 0.5, 0.25]),
        (layer("Warmup", epochs=4), [0.25, 0.5, 0.75, 1, 1]),
        (layer("ExpDecay", rate=0.0, start_epoch=1), [1, 1, 1, 1, 1]),
    ],
)
def test_keras_follows_our_epoch_schedules(schedule: ObjectSpec, rates: list[float]) -> None:
    callback = keras_objects.make("callbacks", layer("LearningRateScheduler", schedule=schedule))
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    callback.set_model(model)
    seen = []
    for epoch in range(5):
        callback.on_epoch_begin(epoch)
        seen.append(float(model.optimizer.learning_rate))
    assert seen == pytest.approx(rates)


def test_callbacks_write_inside_the_run_folder_whatever_they_say(tmp_path) -> None:
    made = keras_objects.make(
        "callbacks",
        (
            layer("ModelCheckpoint", filepath="/etc/passwd.keras", save_best_only=True),
            layer("ModelCheckpoint", filepath="../x.weights.h5", save_weights_only=True),
            layer("CSVLogger", filename="/etc/log.csv"),
        ),
        folder=tmp_path,
    )
    assert made[0].filepath == str(tmp_path / "model.best.keras")
    assert made[1].filepath == str(tmp_path / "model.best.weights.h5")
    assert made[2].filename == str(tmp_path / "log.csv")


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("layers", layer("Lambda"), "'Lambda' is not allowed here."),
        ("layers", layer("TFSMLayer", filepath="/x"), "'TFSMLayer' is not allowed here."),
        ("callbacks", layer("RemoteMonitor"), "'RemoteMonitor' is not allowed here."),
        ("layers", layer("Dence", units=3), "'Dence' is no layer of Keras."),
        ("losses", layer("Dense", units=3), "'Dense' is no loss of Keras."),
        ("layers", layer("deserialize"), "'deserialize' is no layer of Keras."),
        ("layers", layer("__class__"), "'__class__' is no layer of Keras."),
        ("initializers", "os.system", "'os.system' is no name among Keras's initializers."),
        ("losses", "mean_squared", "'mean_squared' is no name among Keras's losses."),
        ("spoons", layer("Dense"), "There is no kind of Keras object called 'spoons'."),
        ("layers", 3, "A spec of layers is expected, not int (3)."),
        (
            "layers",
            layer("Dense", units=3, activation="rellu"),
            "'rellu' is no name among Keras's activations.",
        ),
        (
            "layers",
            layer("Dense", units=3, bias_initializer="wild"),
            "'wild' is no name among Keras's initializers.",
        ),
        (
            "layers",
            layer("Dense", units=layer("Dense", units=1)),
            "'units' takes no object, but is Dense.",
        ),
    ],
)
def test_what_is_not_keras_is_refused_in_a_sentence(kind, value, message) -> None:
    with pytest.raises(BuildError) as caught:
        keras_objects.make(kind, value)
    assert caught.value.message == message


def test_keras_says_why_it_refuses_arguments() -> None:
    with pytest.raises(BuildError, match=r"^Dense: .*expected a positive integer.*-1"):
        keras_objects.make("layers", layer("Dense", units=-1))
    with pytest.raises(BuildError, match=r"^Warmup: .*'epoch_count'"):
        keras_objects.make("epoch_schedules", layer("Warmup", epoch_count=3))


def test_a_missing_tensorboard_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BuildError) as caught:
        keras_objects.make("callbacks", layer("TensorBoard"))
    assert "pip install tensorboard" in caught.value.hint


def test_nothing_stays_nothing() -> None:
    assert keras_objects.make("regularizers", None) is None
    assert keras_objects.make("metrics", ()) == []


def test_a_reason_is_one_clean_line() -> None:
    text = (
        "Exception encountered when calling Dense.call().\n\n\x1b[1mBad shape\nhere\x1b[0m\n\n"
        "Arguments received by Dense.call():\n  • inputs=tf.Tensor"
    )
    assert keras_objects.reason(ValueError(text)) == "Bad shape here"
    graph = (
        "Graph execution error:\n\nDetected at node a defined at (most recent call last):\n"
        '  File "/x.py", line 4, in f\n\nReceived a label value of 7\n\t [[{{node a}}]] [Op:b]'
    )
    assert keras_objects.reason(ValueError(graph)) == "Received a label value of 7"


def test_a_reason_names_no_place_of_the_server() -> None:
    error = OSError(2, "No such file or directory", "/home/ann/.keras/models/w.h5")
    assert keras_objects.reason(error) == "[Errno 2] No such file or directory: 'w.h5'"
    for harmless in ("a/b of c / d", "http://keras.io/api/x", "shape (3, 4)/(5, 6)", "int8/int4"):
        assert keras_objects.reason(ValueError(harmless)) == harmless


@pytest.mark.parametrize("name", ["Lambda", "TFSMLayer", "StringLookup"])
def test_keras_advice_to_load_it_nevertheless_reaches_nobody(name: str) -> None:
    config = {"filepath": "/x", "function": {"class_name": "__lambda__"}, "vocabulary": "/x"}
    made = {"class_name": name, "module": "keras.layers", "config": config, "registered_name": None}
    names = {"Lambda": "function", "TFSMLayer": "filepath", "StringLookup": "vocabulary"}
    made["config"] = {names[name]: config[names[name]]}
    with pytest.raises((ValueError, TypeError)) as refused:
        keras.saving.deserialize_keras_object(made, safe_mode=True)
    assert "safe_mode=False" in str(refused.value)
    assert keras_objects.reason(refused.value) == keras_objects.CARRIES_CODE


@pytest.mark.parametrize("kind", ["StringLookup", "IntegerLookup", "TextVectorization"])
def test_a_file_of_the_server_is_never_read_as_a_vocabulary(kind: str, tmp_path: Path) -> None:
    """Keras would open it, and say its lines in the next error ("Key API_KEY=… has 1")."""
    secret = tmp_path / "secret.txt"
    secret.write_text("API_KEY=hunter2\nAPI_KEY=hunter2\n")
    spec = ObjectSpec(kind, {"vocabulary": str(secret)})
    for value in (spec, ObjectSpec("TimeDistributed", {"layer": spec})):
        with pytest.raises(BuildError) as refused:
            keras_objects.make("layers", value)
        assert "must be a list of its values but is a text" in refused.value.message
        assert "hunter2" not in refused.value.message + refused.value.hint


def test_the_catalogue_knows_every_argument_that_opens_a_file_or_an_address() -> None:
    """What Keras's own source opens, writes or fetches: told by a trait, or the class refused."""
    opening = opened_arguments()
    assert opening["TFSMLayer"] and opening["TextVectorization"] and opening["RemoteMonitor"]
    for kind in KINDS:
        for name, made in keras_objects.classes(kind).items():
            traits = catalog.traits_of(name, kind)
            told = {*traits.opens, *(traits.writes or ())[:1]}
            assert told == opening.get(made.__name__, set()), name
            assert not traits.opens or kind == "layers", "the checker looks in layers only"
    kept = {c.__name__ for kind in KINDS for c in keras_objects.classes(kind).values()}
    public = {n for home, _ in keras_objects.SOURCES.values() for n in vars(home)}
    assert opening.keys() & public - kept <= keras_objects.REFUSED


def test_no_operation_of_keras_opens_a_file() -> None:
    for module in pkgutil.iter_modules(keras.src.ops.__path__):
        source = Path(module.module_finder.path, f"{module.name}.py").read_text("utf-8")
        assert module.name.endswith("_test") or not OPENS.search(source), module.name


def test_an_object_that_is_not_written_as_one_is_never_made(tmp_path: Path) -> None:
    """Keras's getters would make any class that such a record names, whatever is refused here."""
    record = {"class_name": "TFSMLayer", "module": "keras.layers", "config": {"filepath": "/"}}
    for name in ("kernel_initializer", "kernel_regularizer", "activation", "dtype"):
        with pytest.raises(BuildError, match=f"'{name}' holds an object that is not written"):
            keras_objects.make("layers", layer("Dense", units=1, **{name: Config(record)}))
