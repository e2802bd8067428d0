"""The model a script makes on its own is Keras's very model of ours, in every style."""

from __future__ import annotations

import json
from collections.abc import Mapping

import keras
import numpy as np
import pytest

from builder import code, edit
from builder.engine.build import keras_model
from builder.spec import ModelSpec
from tests import forks, zoo
from tests.builder.test_styles import CASES, GRAPHS, MODELS, ROWS

BUILT = [
    (name, style)
    for name, style in CASES
    if (name in GRAPHS and name != "operations")
    or (style != "sequential" and name in ("tutorial", "nested_choices"))
]

MADE_LATE = [(name, "subclass") for name in ("attention", "translator", "called")]
"""MultiHeadAttention draws its seeds when it is first called: a class has made all layers by then,
so that its random weights are others."""

RUNNER = """
import json
import keras
import numpy as np
from keras import ops
counts, arrays = {}, {}
for case, names in json.load(open("cases.json")).items():
    given = np.load(case.split(" ")[0] + ".npz")
    x = {n: given[n] for n in names}
    scope = {}
    exec(compile(open(case + ".py").read(), case, "exec"), scope)
    listed = list(x.values()) if len(x) > 1 else x[names[0]]
    y = scope["model"](x if len(x) > 1 and case.endswith("subclass") else listed)
    y = list(y.values()) if isinstance(y, dict) else y if isinstance(y, (list, tuple)) else [y]
    counts[case] = scope["model"].count_params()
    arrays |= {f"{case}|{i}": np.asarray(ops.cast(v, "float32")) for i, v in enumerate(y)}
np.savez("theirs.npz", **arrays)
print(json.dumps(counts))
"""


def examples(model: ModelSpec) -> dict[str, np.ndarray]:
    """Three rows for every Input: whole numbers, small enough for any table of words."""
    chance = np.random.default_rng(0)
    found = {}
    for node in model.nodes:
        if edit.is_input(model, node.name):
            config = edit.layer_of(model, node.name).config
            shape = (3, *config["shape"])
            found[node.name] = chance.integers(0, 9, shape).astype(config.get("dtype", "float32"))
    return found


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, int], Mapping[str, np.ndarray]]:
    """Parameters, and outputs by place, of the models that the scripts make on their own."""
    folder = tmp_path_factory.mktemp("built")
    for name, style in BUILT:
        imports, parts = code.parts(zoo.training(MODELS[name], zoo.DIGITS), ROWS, style)
        text = "\n\n\n".join(part.text for part in parts if part.topic in ("custom", "model"))
        (folder / f"{name} {style}.py").write_text(
            f"{code.script_head('', imports)}\n{text}\n", "utf-8"
        )
        np.savez(folder / f"{name}.npz", **examples(MODELS[name]))
    names = {f"{name} {style}": list(examples(MODELS[name])) for name, style in BUILT}
    (folder / "cases.json").write_text(json.dumps(names), "utf-8")
    counts = json.loads(forks.run("-c", RUNNER, cwd=folder).splitlines()[-1])
    return counts, np.load(folder / "theirs.npz")


@pytest.mark.parametrize(("name", "style"), BUILT)
def test_the_script_builds_the_very_model(name: str, style: str, built) -> None:
    counts, theirs = built
    model = MODELS[name]
    keras.utils.set_random_seed(1)
    ours = keras_model.build(model)
    x = list(examples(model).values())
    y = ours(x if len(x) > 1 else x[0])
    y = y if isinstance(y, list | tuple) else [y]
    assert counts[f"{name} {style}"] == ours.count_params()
    assert len(y) == len(model.outputs)
    for place, value in enumerate(y):
        if (name, style) in MADE_LATE:
            assert theirs[f"{name} {style}|{place}"].shape == value.shape
            continue
        expected = np.asarray(keras.ops.cast(value, "float32"))
        np.testing.assert_array_equal(theirs[f"{name} {style}|{place}"], expected)
