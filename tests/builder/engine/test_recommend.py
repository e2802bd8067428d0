"""A model of ratings says what somebody would like next, and what is alike, as Keras answers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import tensorflow as tf

from builder.engine.data import loading
from builder.engine.inference import model_cache, recommend
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import DataError
from builder.spec import Config, ObjectSpec
from builder.suggest import table_model

DATASET = ObjectSpec("FilmRatings", Config(ratings=2000))


def train(tmp_path_factory, size, epochs):
    training = table_model.suggest(loading.describe(DATASET), DATASET, size)
    training = training.with_fit(epochs=epochs, callbacks=())
    result = train_run.train(training, tmp_path_factory.mktemp(size), NullSink(), lambda: None)
    return str(result["artefact"]), training


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train(tmp_path_factory, "small", 12)


def columns():
    data = loading.load(DATASET)
    return data.column("person").raw, data.column("film").raw


def keras_says(artefact, people, films):
    x = [tf.constant(names)[:, None] for names in (people, films)]
    return model_cache.get_model(artefact).predict(x, verbose=0).ravel()


def test_the_best_films_somebody_has_not_rated(trained):
    artefact, training = trained
    person, film = columns()
    said = recommend.recommend(artefact, training, "person", "Ada A.")
    seen = set(film.train[person.train == "Ada A."])
    rest = [name for name in film.classes if name not in seen]
    expected = keras_says(artefact, ["Ada A."] * len(rest), rest)
    assert said["rated"] == len(seen) > 0
    assert [name for name, _, _ in said["best"]] == [rest[i] for i in np.argsort(-expected)[:10]]
    assert [value for _, value, _ in said["best"]] == pytest.approx(np.sort(expected)[:-11:-1])
    assert all(count == (film.train == name).sum() for name, _, count in said["best"])


def test_films_are_alike_whose_answers_go_together(trained):
    artefact, training = trained
    person, film = columns()
    said = recommend.find_alike(artefact, training, "film", film.classes[0])["alike"]
    pairs = [(p, f) for f in film.classes for p in person.classes]
    answers = keras_says(artefact, *zip(*pairs, strict=True)).reshape(len(film.classes), -1)
    left = answers - answers.mean(1, keepdims=True) - answers.mean(0) + answers.mean()
    likeness = np.corrcoef(left)[0]
    order = [film.classes[i] for i in np.argsort(-likeness)[1:4]]
    assert [name for name, _, _ in said[:3]] == order
    assert said[0][1] == pytest.approx(np.sort(likeness)[-2], abs=1e-3)
    assert all(a >= b for (_, a, _), (_, b, _) in itertools.pairwise(said))


def test_without_tastes_nothing_is_more_alike(tmp_path_factory):
    artefact, training = train(tmp_path_factory, "linear", 1)
    assert recommend.find_alike(artefact, training, "film", "The Last Clock") == {"alike": []}


def test_a_stranger_and_another_column_are_told(trained):
    with pytest.raises(DataError, match="There is no 'Zoe"):
        recommend.recommend(*trained, "person", "Zoe Z.")
    with pytest.raises(DataError, match="does not read 'stars'"):
        recommend.recommend(*trained, "stars", "Ada A.")
