"""What our own script says is read back whole: every stack of the zoo and every starter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from builder import catalog, code, edit, parse, starters
from builder.code import data_source, threads
from builder.datasets.contract import resolve_settings
from builder.datasets.registry import all_datasets, find_dataset, program_sources
from builder.facts import DataFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec
from tests import zoo

RESHUFFLED = {
    f"{name} reshuffled": zoo.STACKS[name].with_fit(shuffle="epoch", batch_size=30)
    for name in ("tutorial", "regression", "toy")
}
DATASETS = dict.fromkeys(
    ("Mnist", "FashionMnist", "Cifar10", "Cifar100", "NpzFile"), zoo.STACKS["sparse_logits"].model
)
ALL: Mapping[str, TrainingSpec] = {
    **zoo.STACKS,
    **RESHUFFLED,
    **{s.name: s.training for s in starters.all_starters() if edit.is_chain(s.training.model)},
}


def facts(dataset: ObjectSpec) -> DataFacts:
    """What preparation_source asks for, without loading anything; of a file, it is like digits."""
    if known := data_source.expected_facts(dataset):
        return known
    given = resolve_settings(find_dataset(dataset.class_name).ENTRY, dataset.config)
    return zoo.facts(ObjectSpec("Digits", given))


def script_source(training: TrainingSpec) -> str:
    """The data's lines as the engine writes them, without loading anything."""
    dataset = training.dataset
    lines = str(find_dataset(dataset.class_name).source(dataset.config)).rstrip("\n")
    prepared = data_source.preparation_source(dataset, facts(dataset))
    return f"{lines}\n\n{prepared}"


def script(training: TrainingSpec, title: str = "") -> str:
    return code.script(training, script_source(training), title)


def plain(training: TrainingSpec) -> TrainingSpec:
    """Without defaults."""
    entry = find_dataset(training.dataset.class_name).ENTRY
    config = Config({k: v for k, v in training.dataset.config.items() if k in entry.args})
    dataset = ObjectSpec(training.dataset.class_name, catalog.minimal_config(entry, config))
    return replace(
        training,
        model=_plain_model(training.model),
        dataset=dataset,
        compile=Config({k: _plain(k, v) for k, v in training.compile.items()}),
        fit=Config({k: _plain(k, v) for k, v in training.fit.items()}),
    )


def _plain_model(model: ModelSpec) -> ModelSpec:
    layers = {
        k: _plain_model(v) if isinstance(v, ModelSpec) else catalog.minimal("layers", v)
        for k, v in model.layers.items()
    }
    return replace(model, layers=Config(layers))


KINDS = {
    "optimizer": "optimizers",
    "loss": "losses",
    "metrics": "metrics",
    "callbacks": "callbacks",
}


def _plain(key: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_plain(key, v) for v in value)
    return catalog.minimal(KINDS[key], value) if isinstance(value, ObjectSpec) else value


@pytest.mark.parametrize("name", ALL)
def test_a_script_is_read_back_whole(name: str) -> None:
    training = ALL[name]
    read = parse.parse(script(training))
    assert read.training is not None
    assert plain(read.training) == plain(training)
    assert {n.severity for n in read.notes} <= {parse.NOTED}


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("scale", ["unit", "standard", "none"])
def test_every_preparation_of_pictures_is_read_back(name: str, scale: str) -> None:
    config = {"scale": scale, "labels": "one_hot"} | (
        {"file": "a.npz"} if name == "NpzFile" else {}
    )
    training = replace(zoo.STACKS["tutorial"], dataset=ObjectSpec(name, Config(config)))
    read = parse.parse(script(training)).training
    assert read is not None
    assert plain(read) == plain(training)


@pytest.mark.parametrize("scale", ["unit", "standard", "none"])
@pytest.mark.parametrize("name", ["Iris", "Wine", "BreastCancer", "Diabetes", "CaliforniaHousing"])
def test_every_preparation_of_tables_is_read_back(name: str, scale: str) -> None:
    dataset = ObjectSpec(name, Config(scale=scale, test_split=0.3))
    training = replace(zoo.STACKS["nested_choices"], dataset=dataset)
    read = parse.parse(script(training)).training
    assert read is not None
    assert plain(read) == plain(training)


@pytest.mark.parametrize("name", ["Circles", "Xor", "Gaussians", "Spiral"])
def test_settings_of_the_toys_are_read_back(name: str) -> None:
    dataset = ObjectSpec(name, Config(samples=450, noise=0.25, scale="standard", test_split=0.3))
    training = replace(zoo.STACKS["toy"], dataset=dataset)
    read = parse.parse(script(training)).training
    assert read is not None
    assert plain(read) == plain(training)


def test_settings_of_our_digits_are_read_back() -> None:
    dataset = zoo.DIGITS.with_(variants=3, distortion=0.5)
    read = parse.parse(script(replace(zoo.STACKS["tutorial"], dataset=dataset))).training
    assert read is not None
    assert plain(read).dataset == plain(replace(zoo.STACKS["tutorial"], dataset=dataset)).dataset


def test_the_title_comes_back() -> None:
    starter = starters.find_starter("digits_cnn")
    text = script(starter.training, starter.title)
    assert parse.parse(text).title == starter.title
    assert parse.parse(text, "Mine").title == "Mine"


def test_a_changed_function_is_not_taken_for_ours() -> None:
    text = script(starters.find_starter("spiral").training).replace("1.75 * 2", "3.5 * 2")
    read = parse.parse(text)
    assert any("are not here" in n.message for n in read.notes)


@pytest.mark.parametrize("name", [n for n, m in all_datasets().items() if hasattr(m, "PROGRAM")])
def test_a_script_carries_the_functions_it_is_recognised_by(name: str) -> None:
    plugin = find_dataset(name)
    lines = plugin.source(Config())
    sources = program_sources(plugin)
    assert sources
    assert all(text in lines for text in sources.values())


def test_every_dataset_of_ours_says_what_it_holds() -> None:
    for name, plugin in all_datasets().items():
        contents = plugin.CONTENTS
        if contents.is_guess and not contents.inputs:
            continue  # its settings say what it holds
        assert contents.inputs and contents.targets, name
        if not contents.is_named:
            kind, _ = contents.targets["y"]
            assert (find_kind(kind).task,) == plugin.ENTRY.tasks, name


def test_a_model_keeps_its_shape_through_reading() -> None:
    assert isinstance(zoo.TUTORIAL, ModelSpec)
    renamed = {k: f"my_{k}" for k in zoo.TUTORIAL.layers}
    nodes = tuple(
        replace(n, name=renamed[n.name], layer=renamed[n.layer],
                inbound=tuple(renamed[i] for i in n.inbound))
        for n in zoo.TUTORIAL.nodes
    )  # fmt: skip
    layers = Config({renamed[k]: v for k, v in zoo.TUTORIAL.layers.items()})
    model = ModelSpec("model", layers, nodes, (nodes[-1].name,))
    read = parse.parse(script(replace(zoo.STACKS["tutorial"], model=model))).training
    assert read is not None
    assert read.model == model


@pytest.mark.parametrize("style", ["functional", "subclass"])
@pytest.mark.parametrize("name", ["covered_digits", "digit_pairs", "reviews", "witness"])
def test_several_columns_are_read_back_in_every_style(name: str, style: str) -> None:
    training = starters.find_starter(name).training
    dataset = training.dataset.with_(scale="standard", labels="one_hot")
    training = replace(training, dataset=dataset)
    read = parse.parse(code.script(training, script_source(training), "", style))
    assert read.training is not None
    assert plain(read.training) == plain(training)


def test_a_series_is_read_back() -> None:
    training = starters.find_starter("museum").training
    training = replace(training, dataset=training.dataset.with_(days=800, horizon=5))
    read = parse.parse(script(training))
    assert read.training is not None
    assert plain(read.training) == plain(training)
    assert not [n for n in read.notes if n.severity == "not understood"]


def test_columns_that_were_made_otherwise_are_not_taken_for_ours() -> None:
    text = script(starters.find_starter("reviews").training)
    for changed in (text.replace("'lovely': 2", "'lovely': -2"), text.replace("0.04", "0.4")):
        read = parse.parse(changed)
        assert any("are not here" in n.message for n in read.notes)


@pytest.mark.parametrize(("number", "told"), [("1", False), ("4", True)])
def test_another_number_of_threads_than_a_scripts_own_is_told(number: str, told: bool) -> None:
    training = ALL["tutorial"]
    line, value = threads.SET_THREADS
    text = code.script(training, script_source(training)).replace(
        f'["{line}"] = "{value}"', f'["{line}"] = "{number}"'
    )
    said = [n for n in parse.parse(text).notes if "no part in the project" in n.message]
    assert bool(said) == told
