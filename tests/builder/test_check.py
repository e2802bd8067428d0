"""The checker: good specs pass, each broken one says exactly what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from builder import check
from builder.document import decode_training, encode
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.facts import ModelFacts, Problem
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, chain
from tests import broken, zoo
from tests.zoo import DIGITS, TUTORIAL, dense, given, layer

ROOM = 10**11


def problems(training: TrainingSpec, available: int = ROOM) -> tuple[Problem, ...]:
    facts = keras_model.summary(training.model)
    return check.problems(training, zoo.facts(training.dataset), facts, available)


@pytest.mark.parametrize("name", ["tutorial", "nested_choices", "toy", "regression"])
def test_the_zoo_knows_its_data(name: str) -> None:
    dataset = zoo.STACKS[name].dataset
    real, written = loading.describe(dataset), zoo.facts(dataset)
    assert (real.n_train, real.n_test) == (written.n_train, written.n_test)
    for ours, theirs in zip(written.columns, real.columns, strict=True):
        for field in ("name", "role", "kind", "shape", "dtype", "task", "labels"):
            assert getattr(ours, field) == getattr(theirs, field), (ours.name, field)
        assert len(ours.classes) == len(theirs.classes)


@pytest.mark.parametrize("name", zoo.STACKS)
def test_good_specs_have_no_problem(name: str) -> None:
    assert problems(zoo.STACKS[name]) == ()


@pytest.mark.parametrize("name", broken.BROKEN)
def test_broken_specs_say_exactly_what_is_wrong(name: str) -> None:
    row = broken.BROKEN[name]
    found = problems(row.training)
    assert (found[0].where, found[0].message) == (row.where, row.message)
    assert found[0].severe == row.severe
    assert all(p.hint for p in found)


def told(training: TrainingSpec) -> dict[tuple[str, str], Problem]:
    return {(p.where, p.message): p for p in problems(training)}


@pytest.mark.parametrize("name", broken.BROKEN)
def test_every_fix_leaves_less_to_mend_and_nothing_new(name: str) -> None:
    """Followed to the end, over every fix that is offered on the way."""
    waiting, seen = [broken.BROKEN[name].training], set()
    while waiting:
        training = waiting.pop()
        found = told(training)
        for problem in found.values():
            assert problem.fixes, f"a mechanical remedy is expected: {problem.message}"
            for fix in problem.fixes:
                left = told(fix.training)
                label = f"{problem.message} / {fix.label}"
                assert set(left) < set(found), f"{label}: {set(left) - set(found)}"
                assert (problem.where, problem.message) not in left, label
                if fix.training not in seen:
                    seen.add(fix.training)
                    waiting.append(fix.training)


def test_all_problems_are_told_at_once() -> None:
    training = zoo.training(
        chain("many", given(28, 28), layer("Flatten"), dense(12, "relu")),
        DIGITS.with_(labels="integers"),
        optimizer=layer("Adam", learning_rate=-1.0),
        epochs=0,
        batch_size=10**6,
    )
    places = [p.where for p in problems(training)]
    assert places.count("compile.optimizer") == 1, "the rate is refused once"
    assert set(places) >= {
        "compile.loss",
        "compile.optimizer",
        "fit.epochs",
        "fit.batch_size",
        "model.dense",
    }


@pytest.mark.parametrize(
    "wrap",
    [
        lambda words: words,
        lambda words: layer("TimeDistributed", layer=words),
        lambda words: layer("StackedRNNCells", cells=(layer("GRUCell", units=1), words)),
        lambda words: chain("block", words),
    ],
)
def test_a_file_is_no_vocabulary_wherever_the_layer_stands(
    wrap: Callable[[ObjectSpec], ObjectSpec | ModelSpec],
) -> None:
    def of(vocabulary: object) -> TrainingSpec:
        spec = chain("m", given(4), dense(1))
        inner = wrap(layer("IntegerLookup", vocabulary=vocabulary, mask_token=0))
        return TrainingSpec(replace(spec, layers=spec.layers.with_(dense=inner)), DIGITS)

    [path, *_] = check.problems(of("/etc/shadow"))
    assert path.where == "model.dense" and path.severe
    assert "IntegerLookup's 'vocabulary' must be a list of its values but is a text" in path.message
    assert [fix.label for fix in path.fixes] == ["Remove 'vocabulary'"]
    assert "shadow" not in str(path.fixes[0].training)
    [words, *_] = check.problems(of("4, 7,-1 4"))
    assert words.fixes[0].label == "Take its words as the list"
    assert words.fixes[0].training == of((4, 7, -1))


def test_a_schedule_may_warm_up_from_nothing() -> None:
    rate = layer("CosineDecay", initial_learning_rate=0.0, decay_steps=100)
    cold, warm = (
        zoo.STACKS["tutorial"].with_compile(optimizer=layer("Adam", learning_rate=given))
        for given in (rate, rate.with_(warmup_target=0.01, warmup_steps=10))
    )
    assert "the weights never change" in problems(cold)[0].message
    assert not problems(warm)


def test_severe_problems_come_first() -> None:
    training = replace(zoo.STACKS["tutorial"], dataset=DIGITS.with_(scale="none"))
    found = problems(training.with_fit(epochs=0))
    assert [p.severe for p in found] == [True, False]


def test_without_facts_only_what_is_sure_is_said() -> None:
    assert check.problems(zoo.STACKS["tutorial"]) == ()
    assert check.problems(broken.BROKEN["units"].training) == ()
    assert check.problems(broken.BROKEN["epochs"].training)[0].where == "fit.epochs"


@pytest.mark.parametrize("dataset", zoo.DATA)
def test_what_is_sensible_has_no_problem(dataset: str) -> None:
    data_facts = zoo.DATA[dataset]
    for labels in {data_facts.target.labels, "one_hot", "integers"}:
        if (labels == "values") != (data_facts.target.task == "regression"):
            continue
        spec = layer(dataset, labels=labels)
        facts = zoo.facts(spec)
        loss, metrics, reason = check.recommend_loss(facts)
        empty = TrainingSpec(ModelSpec("m"), spec)
        [start] = [p for p in check.problems(empty, facts) if p.where == "model"]
        training = start.fixes[0].training.with_compile(optimizer=ObjectSpec("Adam"))
        assert training.compile["loss"] == loss and training.compile["metrics"] == metrics
        assert check.problems(training, facts, keras_model.summary(training.model)) == ()
        assert reason.endswith(".")


def labels_of(name: str) -> list[str]:
    return [fix.label for fix in problems(broken.BROKEN[name].training)[0].fixes]


def test_the_most_sensible_fix_stands_first() -> None:
    """Two classes with labels 0 and 1: the loss that leaves the last layer as it is."""
    assert labels_of("categorical_of_two") == [
        "Use binary_crossentropy",
        "Use sparse_categorical_crossentropy with 2 units and softmax",
        "Set the labels to one_hot with 2 units and softmax",
    ]
    assert labels_of("categorical_of_two_units") == [
        "Use sparse_categorical_crossentropy",
        "Use binary_crossentropy with 1 unit and sigmoid",
        "Set the labels to one_hot",
    ]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("learning_rate_range", "Set it to 0.001"),
        ("learning_rate_negative", "Set it to 0.01"),
        ("name_of_a_model", "Name it 'model_2'"),
        ("name_of_a_layer", "Name it 'danse'"),
        ("units_of_a_planet", "Set units to 64"),
        ("half_a_unit", "Set units to 32"),
        ("wrong_type", "Set units to 10"),  # the last layer: one for each class
        ("missing_argument", "Set units to 10"),
        ("epochs_huge", "Set 'epochs' to 10"),
        ("batch_negative", "Set 'batch_size' to 11"),  # a tenth of 120 flowers is left
        ("no_bins_at_all", "Set num_bins to 10"),
        ("unknown_last_layer", "Replace it by Dense"),
        ("pool_of_sequence", "Set return_sequences=True on 'lstm', Flatten before 'dense'"),
        ("too_few_tokens", "Set num_tokens to 10000"),
        ("rows_of_unknown_width", "Keep at most 1000 values"),
        ("wrapped_normalization", "Use Normalization by itself"),
        ("text_and_embedding", "Remove 'text_vectorization' and 'embedding'"),
    ],
)
def test_a_fix_puts_a_value_that_works(name: str, label: str) -> None:
    assert labels_of(name)[0] == label


def test_whole_numbers_in_a_table_may_be_looked_up() -> None:
    training = broken.BROKEN["embedding_of_decimals"].training
    iris = zoo.DATA["Iris"]
    codes = replace(iris, columns=(replace(iris.input, low=0, high=7, whole=True), *iris.targets))
    assert check.problems(training, codes, keras_model.summary(training.model)) == ()
    below = replace(codes, columns=(replace(codes.input, low=-1), *codes.targets))
    [problem] = check.problems(training, below, keras_model.summary(training.model))
    assert "goes down to -1" in problem.message


@pytest.mark.parametrize(("rows", "split", "fixed"), [(9, 0.95, 0.2), (1, 0.5, 0.0)])
def test_a_split_that_leaves_nothing_to_train_on(rows: int, split: float, fixed: float) -> None:
    few = replace(zoo.DATA["Circles"], n_train=rows)
    training = zoo.STACKS["toy"].with_fit(validation_split=split, batch_size=1)
    [problem] = check.problems(training, few)
    assert problem.message == f"A validation split of {split} leaves no example to train on."
    assert problem.fixes[0].training.fit["validation_split"] == fixed
    assert check.problems(problem.fixes[0].training, few) == ()
    assert check.problems(training.with_fit(validation_split=0.005), few)[1:] == ()


# --- memory ------------------------------------------------------------------------------------


def test_memory_is_what_was_measured() -> None:
    training = zoo.STACKS["tutorial"]
    facts = keras_model.summary(training.model)
    need = check.estimate_memory(training, None, facts)
    assert need.weights == facts.weight_bytes == 101_770 * 4
    assert need.weights + need.optimizer == pytest.approx(6.4 * facts.weight_bytes, rel=0.001)
    assert need.activations == pytest.approx(1.7 * facts.output_bytes * 32, abs=1)
    assert need.saving == pytest.approx(1.6 * 3 * facts.weight_bytes, rel=0.001)
    assert need.total == need.weights + need.optimizer + need.activations + need.saving
    plain = training.with_compile(optimizer=ObjectSpec("SGD"))
    assert check.estimate_memory(plain, None, facts).optimizer < need.optimizer


def test_the_examples_count_as_often_as_they_are_in_memory() -> None:
    training = zoo.STACKS["tutorial"]
    data, facts = zoo.facts(training.dataset), keras_model.summary(training.model)
    handed_over = data.n_train * (28 * 28 + 10) * 4
    assert check.estimate_memory(training, data, facts).data == data.bytes + 2 * handed_over


def test_impossible_sizes_are_refused_with_the_largest_batch_that_fits() -> None:
    training = zoo.STACKS["cnn"].with_fit(batch_size=9000)
    facts = keras_model.summary(training.model)
    need = check.estimate_memory(training, None, facts)
    room = need.total // 2 + check.estimate_memory(training, zoo.DATA["Digits"], facts).data
    [problem] = problems(training, room)
    assert problem.where == "fit.batch_size"
    assert "are free" in problem.message and "The largest batch size that fits is" in problem.hint
    fitting = problem.fixes[0].training
    assert 1 <= fitting.fit["batch_size"] < 9000
    assert problems(fitting, room) == ()
    one_more = fitting.with_fit(batch_size=fitting.fit["batch_size"] + 1)
    assert problems(one_more, room) != ()


def test_a_model_that_never_fits_names_its_biggest_layer() -> None:
    model = chain("huge", given(28, 28), layer("Flatten"), dense(10**8, "relu"), dense(10))
    facts = keras_model.summary(model)
    training = replace(zoo.STACKS["sparse_logits"], model=model)
    [problem] = check.problems(training, zoo.facts(training.dataset), facts, ROOM)
    assert problem.where == "model.dense"
    assert "No batch size fits" in problem.hint and "78,500,000,000" in problem.hint


# --- tampered files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("compile", {"optimizer": "adam!"}, "The optimizer is 'adam!'"),
        ("compile", {"loss": 3}, "The loss is 3"),
        ("compile", {"metrics": ["accuracy", 7]}, "7 is not one of Keras's metrics"),
        ("compile", {"metrics": [1] * 20_000}, "There are 20,000 metrics; at most 100 are taken."),
        (
            "compile",
            {"optimizer": {"class_name": "Adam", "config": {"learning_rate": "fast"}}},
            "Adam's 'learning_rate' must be",
        ),
        (
            "fit",
            {"callbacks": [{"class_name": "LambdaCallback", "config": {}}]},
            "Keras's LambdaCallback is not offered here",
        ),
    ],
)
def test_tampered_settings_are_named(part: str, value: dict[str, object], message: str) -> None:
    doc = encode(zoo.STACKS["tutorial"])
    doc[part] = doc[part] | value
    training = decode_training(doc)
    found = problems(training)
    assert any(message in p.message for p in found), [p.message for p in found]


def test_short_strings_are_understood() -> None:
    training = zoo.STACKS["tutorial"].with_compile(
        optimizer="adam", loss="categorical_crossentropy", metrics=("accuracy",)
    )
    assert problems(training) == ()
    assert problems(training.with_compile(loss="mse"))[0].where == "compile.loss"


def test_graphs_are_checked_without_a_traceback() -> None:
    for model in zoo.GRAPHS.values():
        training = replace(zoo.STACKS["tutorial"], model=model)
        found = problems(training)
        assert all(isinstance(p, Problem) for p in found)


def test_explain_says_nothing_of_a_model_that_can_be_built() -> None:
    training = zoo.training(TUTORIAL, DIGITS)
    assert check.explain_refusal(training, None, keras_model.summary(TUTORIAL)) == ()
    assert check.explain_refusal(training, None, ModelFacts()) == ()


def test_config_is_the_type_of_every_fixed_part() -> None:
    for row in broken.BROKEN.values():
        for problem in problems(row.training):
            for fix in problem.fixes:
                assert isinstance(fix.training.compile, Config)
                assert decode_training(encode(fix.training)) == fix.training


def test_an_output_of_a_model_without_layers_is_said_and_mended() -> None:
    spec = replace(zoo.STACKS["tutorial"], model=ModelSpec("bare", outputs=("gone",)))
    told = next(p for p in check.problems(spec) if "returns 'gone'" in p.message)
    mended = told.fixes[0].training
    assert mended.model.outputs == ()
    assert not [p for p in check.problems(mended) if "returns" in p.message]
