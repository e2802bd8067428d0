"""A dropped table is bound to the pasted code that awaits it; the author's model stays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler

from builder import check, code, parse
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.errors import DataError
from builder.facts import Problem
from builder.runs.disk import data_files
from builder.spec import ModelSpec, TrainingSpec
from builder.suggest.bind import bind_data
from builder.suggest.bind.bind_table import BoundData
from builder.tables import table_overview
from tests.builder.tables.small_files import zipped

HEAD = """
import numpy as np, pandas as pd, keras
from keras import layers
from keras.utils import pad_sequences, to_categorical
from keras.preprocessing.text import Tokenizer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, LabelEncoder
"""
STACK = """
net = keras.Sequential([
    keras.Input((WIDTH,)), layers.Dense(8), layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy", ["accuracy"])
net.fit(X_train, y_train, epochs=3, class_weight={0: 1.0, 1: 9.0})
"""
PAYMENTS = f"""{HEAD}
table = pd.read_csv("payments.csv")
X, y = table.drop(columns=["Time", "Class"]), table["Class"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=7)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
{STACK.replace("WIDTH", "2")}"""


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    loading.forget()


def read(source: str) -> TrainingSpec:
    training = parse.parse(source).training
    assert training is not None
    return training


def bind(
    source: str, table: pd.DataFrame | bytes, name: str = "table.csv", **how: object
) -> BoundData:
    training = read(source)
    data = table if isinstance(table, bytes) else table.to_csv(index=False, **how).encode()
    profile = table_overview.overview(data).profile
    assert bind_data.awaits_file(training)
    (dataset,) = bind_data.awaited_datasets(training, data_files.keep(name, data), name, profile)
    return bind_data.bind(training, dataset, loading.describe(dataset))


def severe(training: TrainingSpec) -> list[Problem]:
    facts, built = loading.describe(training.dataset), keras_model.summary(training.model)
    assert built.failure is None
    return [p for p in check.problems(training, facts, built) if p.severe]


def classes(model: ModelSpec) -> list[str]:
    return [getattr(model.layers[n.layer], "class_name", "block") for n in model.nodes]


def payments(rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            **{"Time": range(rows), "V1": rng.normal(3, 2, rows), "V2": rng.normal(-5, 9, rows)},
            "Class": np.arange(rows) % 4 == 0,
        }
    ).astype({"Class": int})


def test_numbers_go_into_the_author_s_own_input_by_name():
    bound = bind(PAYMENTS, payments())
    training = bound.training
    config = training.dataset.config
    assert training.dataset.class_name == "TableFile"
    assert config["inputs"] == {"V1": "number", "V2": "number"}
    assert config["targets"] == {"Class": "category"}
    assert (config["test_split"], config["seed"]) == (0.3, 7)
    assert training.columns["input_layer"] == ("V1", "V2")
    assert training.fit["class_weight"] == {"0": 1.0, "1": 9.0}
    assert classes(training.model) == ["InputLayer", "Normalization", "Dense", "Dense"]
    assert "Normalization" in bound.remarks[0]
    assert severe(training) == []


def test_missing_numbers_are_filled_behind_the_input():
    table = payments()
    table.loc[::7, "V1"] = np.nan
    bound = bind(PAYMENTS, table)
    assert classes(bound.training.model)[:3] == ["InputLayer", "ops.nan_to_num", "Normalization"]
    assert "Missing numbers" in bound.remarks[0]
    assert np.isfinite(loading.describe(bound.training.dataset).input.low)
    assert severe(bound.training) == []


def test_the_test_rows_are_those_of_the_code():
    from sklearn.model_selection import train_test_split

    table = payments()
    data = loading.load(bind(PAYMENTS, table).training.dataset)
    _, held = train_test_split(table, test_size=0.3, stratify=table["Class"], random_state=7)
    assert np.allclose(data.column("V1").test, held["V1"])


def test_columns_by_their_place_in_a_file_without_names():
    source = f"""{HEAD}
data = np.loadtxt("pima.csv", delimiter=",")
X_train, y_train = data[:, 0:3], data[:, 3]
{STACK.replace("WIDTH", "3")}"""
    table = pd.DataFrame(np.random.default_rng(1).normal(0, 9, (50, 3)).round(2))
    table[3] = np.arange(50) % 2
    training = bind(source, table, header=False).training
    assert training.columns["input_layer"] == ("column_1", "column_2", "column_3")
    assert training.columns["dense_1"] == "column_4"
    assert severe(training) == []


def test_how_many_columns_the_code_left_open_the_table_says():
    source = f"""{HEAD}
table = pd.read_csv("houses.csv")
y_train = table.pop("price")
net = keras.Sequential([layers.Dense(8, input_shape=(table.shape[1],)), layers.Dense(1)])
net.compile("adam", "mse")
net.fit(table, y_train)
"""
    table = payments().rename(columns={"V2": "price"})
    bound = bind(source, table)
    assert bound.training.model.layers["input_layer"].config["shape"] == (3,)  # type: ignore[union-attr]
    assert any("3 columns" in remark for remark in bound.remarks)
    assert severe(bound.training) == []


def test_names_are_encoded_by_a_block_and_it_is_said():
    table = payments()
    table["town"] = np.resize(["Ulm", "Jena", "Bonn"], len(table))
    source = PAYMENTS.replace("X, y = table", "table = pd.get_dummies(table)\nX, y = table", 1)
    bound = bind(source, table)
    assert classes(bound.training.model)[-3:] == ["block", "Dense", "Dense"]
    assert "makes numbers of town beforehand" in bound.remarks[0]
    assert severe(bound.training) == []


def test_texts_are_numbered_by_a_layer_in_the_tokenizer_s_place():
    source = f"""{HEAD}
table = pd.read_csv("tweets.csv")
words = Tokenizer(num_words=300)
words.fit_on_texts(table["text"])
X_train = pad_sequences(words.texts_to_sequences(table["text"]), maxlen=12)
y_train = pd.get_dummies(table["mood"]).values
net = keras.Sequential([
    layers.Embedding(300, 8, input_length=12), layers.LSTM(4),
    layers.Dense(2, activation="softmax")])
net.compile("adam", "categorical_crossentropy")
net.fit(X_train, y_train)
"""
    rng = np.random.default_rng(0)
    said = [" ".join(rng.choice(["good", "bad", "soup", "tea", "very"], 9)) for _ in range(60)]
    table = pd.DataFrame({"id": range(60), "text": said, "mood": np.resize(["low", "high"], 60)})
    training = bind(source, table).training
    assert classes(training.model)[:3] == ["InputLayer", "TextVectorization", "Embedding"]
    assert training.dataset.config["labels"] == "one_hot"
    assert training.columns["input_layer"] == "text"
    assert severe(training) == []


def test_pixels_in_columns_get_the_picture_s_shape():
    source = f"""{HEAD}
table = pd.read_csv("digits.csv")
labels, pixels = table["label"], table.drop(labels=["label"], axis=1)
pixels = (pixels / 255.0).values.reshape(-1, 4, 4, 1)
labels = to_categorical(labels, num_classes=3)
net = keras.Sequential([
    layers.Conv2D(2, 2, padding="same", input_shape=(4, 4, 1)), layers.Flatten(),
    layers.Dense(3, activation="softmax")])
net.compile("adam", "categorical_crossentropy")
net.fit(pixels, labels)
"""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.integers(0, 255, (60, 16)), columns=[f"p{i}" for i in range(16)])
    table["p3"] = 0
    table.insert(0, "label", np.arange(60) % 3)
    training = bind(source, table).training
    assert classes(training.model)[:4] == ["InputLayer", "Rescaling", "Reshape", "Conv2D"]
    assert severe(training) == []


def test_several_inputs_read_the_columns_of_their_names():
    source = f"""{HEAD}
table = pd.read_csv("t.csv")
y = table.pop("Class")
late, early = keras.Input((1,), name="V2"), keras.Input((1,), name="v1")
net = keras.Model([late, early], layers.Dense(1, activation="sigmoid", name="answer")(
    layers.Concatenate()([late, early])))
net.compile("adam", "binary_crossentropy")
net.fit(dict(table), y)
"""
    training = bind(source, payments()).training
    assert training.columns == {"V2": "V2", "v1": "V1", "answer": "Class"}
    assert severe(training) == []


def test_what_the_table_cannot_have_is_said():
    source = PAYMENTS.replace(
        "test_size=0.3, stratify=y, random_state=7", "test_size=15, shuffle=False"
    )
    source = source.replace("X, y = table", 'table["sum"] = table.V1 + table.V2\nX, y = table', 1)
    bound = bind(source, payments())
    assert bound.training.dataset.config["test_split"] == 0.25
    assert any("The code makes sum itself" in remark for remark in bound.remarks)
    assert any("takes the last rows" in remark for remark in bound.remarks)


def test_another_table_is_refused_with_the_column_that_is_missing():
    with pytest.raises(DataError, match="reads the column 'Class', which this table does not have"):
        bind(PAYMENTS, payments().rename(columns={"Class": "Kind"}))


@pytest.mark.parametrize(
    "source",
    [
        "import keras\nm = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])",
        f"{HEAD}\nd = keras.utils.image_dataset_from_directory('cats')\n"
        "m = keras.Sequential([keras.Input((256, 256, 3)), layers.Flatten(), layers.Dense(1)])\n"
        "m.compile('adam', 'mse')\nm.fit(d)",
        f"{HEAD}\nX = pd.read_csv('cards.csv').values\n"
        "m = keras.Sequential([keras.Input((9,)), layers.Dense(3), layers.Dense(9)])\n"
        "m.compile('adam', 'mse')\nm.fit(X, X)",
    ],
)
def test_other_data_to_come_are_no_table(source):
    assert not bind_data.awaits_file(read(source))


FOLDER = f"""{HEAD}
train_ds, val_ds = keras.utils.text_dataset_from_directory(
    "aclImdb/train", batch_size=8, validation_split=0.2, subset="both", seed=4)
vectorize = layers.TextVectorization(
    max_tokens=500, output_mode="int", output_sequence_length=12, standardize="lower")
vectorize.adapt(train_ds.map(lambda x, y: x))
def number(text, label):
    return vectorize(text), label
train_ds, val_ds = train_ds.map(number).cache(), val_ds.map(number).prefetch(2)
net = keras.Sequential([
    layers.Embedding(500, 8), layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy", ["accuracy"])
net.fit(train_ds, validation_data=val_ds, epochs=2)
"""


def folder(*parts: str) -> bytes:
    return zipped(
        {
            f"reviews/{part}/{mood}/{i}.txt": f"a {mood} film, number {i} of {part}".encode()
            for part in parts
            for mood in ("neg", "pos")
            for i in range(20)
        }
    )


def test_a_folder_of_texts_finishes_the_author_s_own_model():
    bound = bind(FOLDER, folder("train", "test"), "reviews.zip")
    training, config = bound.training, bound.training.dataset.config
    assert (config["inputs"], config["targets"]) == ({"text": "text"}, {"class": "category"})
    assert (config["split"], config["by"]) == ("column", "part")
    assert classes(training.model)[:3] == ["InputLayer", "TextVectorization", "Embedding"]
    words = training.model.layers["textvectorization"].config  # type: ignore[union-attr]
    assert (words["max_tokens"], words["output_sequence_length"]) == (500, 12)
    assert words["standardize"] == "lower"
    assert (training.fit["batch_size"], training.fit["validation_split"]) == (8, 0.2)
    assert severe(training) == []


def test_a_model_that_takes_texts_itself_is_bound_as_it_is():
    first = "keras.Input((1,), dtype='string'), vectorize, layers.Embedding"
    source = FOLDER.replace("layers.Embedding", first)
    source = source.replace("train_ds, val_ds = train_ds.map", "a, b = train_ds.map")
    training = bind(source, folder("train"), "reviews.zip").training
    assert classes(training.model) == classes(read(source).model)
    assert training.columns["input_layer"] == "text"
    assert severe(training) == []


@pytest.mark.parametrize(
    ("written", "scaler"),
    [
        ("MinMaxScaler()", MinMaxScaler()),
        ("MaxAbsScaler()", MaxAbsScaler()),
        ("RobustScaler()", RobustScaler()),
    ],
)
def test_columns_are_scaled_as_scikit_learn_does(written, scaler):
    source = PAYMENTS.replace("StandardScaler()", written)
    source = source.replace("import StandardScaler", f"import {written[:-2]}, StandardScaler")
    training = bind(source, payments()).training
    assert classes(training.model)[:2] == ["InputLayer", "Rescaling"]
    data = loading.load(training.dataset)
    rows = np.stack([data.column(name).train for name in ("V1", "V2")], axis=1)
    layer = keras_model.build(training.model).get_layer("rescaling")
    np.testing.assert_allclose(layer(rows), scaler.fit_transform(rows), atol=1e-5)


def test_scaled_answers_come_back_in_the_units_of_the_table():
    source = f"""{HEAD}
from sklearn.preprocessing import MinMaxScaler
table = pd.read_csv("houses.csv")
X, y = table[["V1"]].values, table[["V2"]].values
y = MinMaxScaler().fit_transform(y)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=7)
net = keras.Sequential([layers.Dense(8, input_shape=(1,)), layers.Dense(1)])
net.compile("adam", "mse")
net.fit(X_train, y_train)
"""
    bound = bind(source, payments())
    target = loading.load(bound.training.dataset).column("V2").train
    back = keras_model.build(bound.training.model).layers[-1]
    low, high = (float(back(np.array([[end]], "float32"))[0, 0]) for end in (0.0, 1.0))
    assert (low, high) == (pytest.approx(target.min()), pytest.approx(target.max()))
    assert any("units of the table" in remark for remark in bound.remarks)
    assert severe(bound.training) == []


def test_the_author_s_names_stay_in_the_script():
    training = bind(PAYMENTS, payments()).training
    text = code.script(training, loading.source(training.dataset))
    assert "X_train" in text and "x_train" not in text.replace("X_train", "")


def test_what_the_code_left_open_the_texts_say():
    source = f"""{HEAD}
table = pd.read_csv("tweets.csv")
words = Tokenizer(num_words=300)
words.fit_on_texts(table["text"])
X_train = pad_sequences(words.texts_to_sequences(table["text"]))
y_train = to_categorical(LabelEncoder().fit_transform(table["mood"]))
net = keras.Sequential([
    layers.Embedding(300, 8, input_length=X_train.shape[1]), layers.LSTM(4),
    layers.Dense(y_train.shape[1], activation="softmax")])
net.compile("adam", "categorical_crossentropy")
net.fit(X_train, y_train)
"""
    rng = np.random.default_rng(0)
    said = [" ".join(rng.choice(["good", "bad", "tea"], 5 + i % 9)) for i in range(60)]
    table = pd.DataFrame({"text": said, "mood": np.resize(["low", "high", "none"], 60)})
    training = bind(source, table).training
    words, end = (training.model.layers[n].config for n in ("textvectorization", "dense"))  # type: ignore[union-attr]
    assert (words["output_sequence_length"], end["units"]) == (13, 3)
    assert severe(training) == []
