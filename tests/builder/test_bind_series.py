"""A dropped series is bound to the pasted code that awaits it; the author's model stays."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from builder import check, code, parse
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.errors import DataError
from builder.runs.disk import data_files
from builder.spec import ModelSpec, TrainingSpec
from builder.suggest.bind import bind_data
from builder.suggest.bind.bind_table import BoundData
from builder.tables import table_overview

ROWS = 200
HEAD = """
import numpy as np, pandas as pd, keras
from keras import layers
from sklearn.preprocessing import MinMaxScaler, StandardScaler, RobustScaler, MaxAbsScaler
"""
PRICES = f"""{HEAD}
df = pd.read_csv("prices.csv", usecols=["Close"])
scaler = MinMaxScaler(feature_range=(0, 1))
data = scaler.fit_transform(df.values.astype("float32"))
n = int(len(data) * 0.7)
train, test = data[:n, :], data[n:, :]
def windows(rows, look_back):
    X, Y = [], []
    for i in range(len(rows) - look_back - 1):
        X.append(rows[i:(i + look_back), 0])
        Y.append(rows[i + look_back, 0])
    return np.array(X), np.array(Y)
trainX, trainY = windows(train, 12)
testX, testY = windows(test, 12)
trainX = np.reshape(trainX, (trainX.shape[0], trainX.shape[1], 1))
testX = np.reshape(testX, (testX.shape[0], testX.shape[1], 1))
model = keras.Sequential()
model.add(layers.LSTM(8, input_shape=(trainX.shape[1], 1)))
model.add(layers.Dense(1))
model.compile(loss="mean_squared_error", optimizer="adam")
model.fit(trainX, trainY, epochs=3, batch_size=1)
model.evaluate(testX, testY)
"""


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    loading.forget()


def prices(**columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    days = pd.date_range("2022-03-01", periods=ROWS).strftime("%Y-%m-%d")
    walk = (50 + rng.normal(0, 2, ROWS).cumsum()).round(3)
    table = {"Date": days, "Volume": rng.integers(100, 900, ROWS), "Close": walk}
    return pd.DataFrame(table | columns)


def bind(source: str, table: pd.DataFrame) -> BoundData:
    training = parse.parse(source).training
    assert training is not None
    assert bind_data.awaits_file(training)
    data = table.to_csv(index=False).encode()
    profile = table_overview.overview(data).profile
    file = data_files.keep("prices.csv", data)
    datasets = bind_data.awaited_datasets(training, file, "prices.csv", profile)
    facts = [loading.describe(d) for d in datasets]
    best = bind_data.choose(facts)
    assert best is not None
    return bind_data.bind(training, datasets[best], facts[best])


def classes(model: ModelSpec) -> list[str]:
    return [getattr(model.layers[n.layer], "class_name", "block") for n in model.nodes]


def severe(training: TrainingSpec) -> list[str]:
    facts, built = loading.describe(training.dataset), keras_model.summary(training.model)
    assert built.failure is None, built.failure
    return [p.message for p in check.problems(training, facts, built) if p.severe]


def test_the_author_s_model_reads_the_author_s_windows():
    bound = bind(PRICES, prices())
    config = bound.training.dataset.config
    assert bound.training.dataset.class_name == "SeriesFile"
    assert (config["window"], config["horizon"], config["test_split"]) == (12, 1, 0.3)
    assert (config["values"], config["time"]) == ({"Close": "number"}, "Date")
    assert classes(bound.training.model) == [
        *("InputLayer", "Rescaling", "LSTM", "Dense", "Rescaling")
    ]
    assert bound.training.columns == {"input_layer": "past", "rescaling_1": "Close"}
    assert bound.training.fit["batch_size"] == 1
    assert severe(bound.training) == []


@pytest.mark.parametrize(
    ("written", "scaler"),
    [
        ("MinMaxScaler(feature_range=(0, 1))", MinMaxScaler()),
        ("MinMaxScaler((-1, 1))", MinMaxScaler((-1, 1))),
        ("StandardScaler()", StandardScaler()),
        ("RobustScaler()", RobustScaler()),
    ],
)
def test_what_the_model_reads_and_answers_is_scaled_as_scikit_learn_does(written, scaler):
    bound = bind(PRICES.replace("MinMaxScaler(feature_range=(0, 1))", written), prices())
    model = keras_model.build(bound.training.model)
    data = loading.load(bound.training.dataset)
    # mean and quarters are those of the steps that are read; the last one is only asked
    read = prices()[["Close"]].to_numpy()[: round(ROWS * 0.7) - ("MinMax" not in written)]
    scaler.fit(read)
    past = np.asarray(data.column("past").train)
    expected = scaler.transform(past.reshape(-1, 1)).reshape(past.shape)
    np.testing.assert_allclose(model.layers[0](past), expected, atol=2e-5)
    back = model.layers[-1](np.array([[0.25]], "float32"))
    np.testing.assert_allclose(back, scaler.inverse_transform([[0.25]]), rtol=1e-4)


def test_the_author_s_names_stay_in_the_script():
    training = bind(PRICES, prices()).training
    text = code.script(training, loading.source(training.dataset))
    assert "(trainX, trainY), (testX, testY) = parts" in text
    assert "x_train" not in text


SEVERAL = f"""{HEAD}
df = pd.read_csv("prices.csv")
data = df[["Volume", "Close"]].values
X, y = [], []
for i in range(5, len(data) - 2):
    X.append(data[i - 5:i])
    y.append(data[i:i + 3, 1])
X, y = np.array(X), np.array(y)
net = keras.Sequential([
    layers.LSTM(4, input_shape=(5, 2)), layers.Dense(3)])
net.compile("adam", "mae")
net.fit(X, y, epochs=1)
"""
FROM_KERAS = f"""{HEAD}
frame = pd.read_csv("prices.csv", index_col="Date")
past, future, step = 24, 6, 2
values = frame[["Volume", "Close"]]
values = (values - values.mean()) / values.std()
start = past + future
ready = keras.preprocessing.timeseries_dataset_from_array(
    values[:-start], values["Close"][start:], sequence_length=past // step, sampling_rate=step,
    batch_size=16)
i = keras.Input((past // step, 2))
net = keras.Model(i, layers.Dense(1)(layers.LSTM(4)(i)))
net.compile("adam", "mse")
net.fit(ready, epochs=1)
"""
BOTH = f"""{HEAD}
data = pd.read_csv("prices.csv", usecols=["Volume", "Close"]).values
data = MinMaxScaler().fit_transform(data)
X, y = [], []
for i in range(len(data) - 6):
    X.append(data[i:i + 6, :])
    y.append(data[i + 6, :])
X, y = np.array(X), np.array(y)
net = keras.Sequential([layers.GRU(4, input_shape=(X.shape[1], X.shape[2])), layers.Dense(2)])
net.compile("adam", "mse", metrics=["mae"])
net.fit(X, y, epochs=1)
"""


def test_several_columns_are_read_and_several_steps_asked_of_one():
    training = bind(SEVERAL, prices()).training
    config = training.dataset.config
    assert (config["window"], config["horizon"]) == (5, 3)
    assert (dict(config["values"]), dict(config["others"])) == (
        {"Close": "number"},
        {"Volume": "number"},
    )
    assert severe(training) == []


def test_every_second_step_is_read_and_one_some_steps_later_asked():
    training = bind(FROM_KERAS, prices()).training
    config = training.dataset.config
    assert (config["window"], config["horizon"], config["delay"]) == (23, 1, 7)
    assert classes(training.model)[:3] == ["InputLayer", "ops.get_item", "Normalization"]
    data = loading.load(training.dataset)
    close = prices()["Close"].to_numpy("float32")
    assert np.asarray(data.column("Close").train)[0] == close[30]  # values[start:] in the code
    model = keras_model.build(training.model)
    cut = keras.Model(model.inputs[0], model.get_layer("normalization").input)
    read = cut(np.asarray(data.column("past").train)[:1])
    np.testing.assert_array_equal(read[0, :, 0], close[0:24:2])
    assert severe(training) == []


def test_one_answer_for_all_columns_becomes_an_output_for_each():
    training = bind(BOTH, prices()).training
    assert training.columns == {"input_layer": "past", "Volume": "Volume", "Close": "Close"}
    weights, spread = training.compile["loss_weights"], prices()[["Volume", "Close"]]
    train = spread[: round(ROWS * 0.8)]
    span = train.max() - train.min()
    assert weights["Close"] == pytest.approx(0.5 / span["Close"] ** 2, rel=1e-3)
    assert weights["Volume"] == pytest.approx(0.5 / span["Volume"] ** 2, rel=1e-3)
    assert severe(training) == []


@pytest.mark.parametrize("shape", ["(1, 12)", "(3, 4, 1)", "(12,)"])
def test_windows_in_another_shape_are_brought_to_it(shape):
    layer = {"(12,)": "Dense(8", "(3, 4, 1)": "Conv2D(4, 2"}.get(shape, "LSTM(8")
    source = PRICES.replace("trainX.shape[1], 1))\ntestX", f"{shape[1:-1]}))\ntestX", 1)
    source = source.replace("LSTM(8", layer).replace("(trainX.shape[1], 1)", shape)
    last = "model.add(layers.Dense(1))"
    source = source.replace(last, f"model.add(layers.Flatten())\n{last}")
    training = bind(source, prices()).training
    assert classes(training.model)[:3] == ["InputLayer", "Rescaling", "Reshape"]
    assert severe(training) == []


def test_rows_with_gaps_in_time_stay_the_author_s_windows():
    table = prices().drop(index=[20, 90, 91])
    bound = bind(PRICES, table)
    assert "time" not in bound.training.dataset.config
    assert any("order of the rows" in remark for remark in bound.remarks)


def test_a_series_without_the_column_is_refused():
    with pytest.raises(DataError, match="reads the column 'Close'"):
        bind(PRICES, prices().rename(columns={"Close": "Last"}))


@pytest.mark.parametrize("source", [PRICES, SEVERAL, FROM_KERAS])
def test_the_script_cuts_the_very_same_windows(source, tmp_path, monkeypatch):
    dataset = bind(source, prices()).training.dataset
    prices().to_csv(tmp_path / "prices.csv", index=False)
    monkeypatch.chdir(tmp_path)
    names: dict[str, dict[str, np.ndarray]] = {}
    exec(loading.source(dataset), names)  # noqa: S102 - our own lines, as a script would run them
    for column in loading.load(dataset).columns:
        side = "x" if column.facts.role == "input" else "y"
        for part in ("train", "test"):
            given = names[f"{side}_{part}"][column.facts.name]
            np.testing.assert_array_equal(given, np.asarray(getattr(column, part)))
