"""The whole script, part by part, with its imports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.code import (
    adapt,
    blocks,
    column_binding,
    custom_layer_source,
    functional,
    reshuffle,
    sequential,
    subclass,
    threads,
    versions,
)
from builder.code.author_names import author_names, rename
from builder.code.fragment import Part, Row, Script, part
from builder.code.syntax import Name, render, render_flat
from builder.code.training_part import (
    class_decoder,
    compile_call,
    epoch_rules,
    evaluation,
    fit_call,
    load_initial_weights,
)
from builder.code.variable_names import Names, assigned_names
from builder.errors import SpecError
from builder.spec import ModelSpec, TrainingSpec

BLOCKS = ("def ", "class ", "@")
"""What two empty lines stand around."""

LAYERS = re.compile(r"(?<![.\w])layers\.")
"""What needs ``from keras import layers``."""

STYLES = {
    "sequential": "Sequential: a list of layers",
    "functional": "Functional: any graph",
    "subclass": "Subclass: a class with call",
}
"""How a model can be written → for people."""


def styles(training: TrainingSpec) -> tuple[str, ...]:
    """The styles that can say this model, the usual one first."""
    rest = ("functional", "subclass")
    return ("sequential", *rest) if sequential.is_stack(training.model) else rest


def script(training: TrainingSpec, data_source: str, title: str = "", style: str = "") -> str:
    """The whole experiment as Python source that needs Keras and what ``data_source`` imports.

    Args:
        data_source: lines that set ``x_train``, ``y_train``, ``x_test`` and ``y_test``.
        title: what the project is called; becomes the docstring.
        style: a key of ``STYLES``; "" is Sequential for a stack and Functional for a graph.

    Raises:
        SpecError: the style cannot say the model, or the model is not finished or holds what no
            script can.
        CatalogError: it names a class that is not in the catalogue.
    """
    return script_with_rows(training, data_source, title, style).text


def script_with_rows(
    training: TrainingSpec, data_source: str, title: str = "", style: str = ""
) -> Script:
    """The script, and which of its lines speak of which node; raises as ``script``."""
    imports, pieces = parts(training, data_source, style)
    text = script_head(title, imports)
    nodes: dict[str, tuple[tuple[int, int], ...]] = {}
    topics: dict[int, str] = {}
    before = ""
    for piece in pieces:
        wide = piece.text.startswith(BLOCKS) or before.startswith(BLOCKS)
        text += "\n\n\n" if wide else "\n\n"
        first = text.count("\n") + 1
        topics[first] = piece.topic
        for node, start, end in piece.spans:
            nodes[node] = (*nodes.get(node, ()), (first + start, first + end))
        text, before = text + piece.text, piece.text
    return Script(f"{text}\n", nodes, topics)


def script_head(title: str, imports: set[str]) -> str:
    """The docstring, the versions this was made with, and the imports."""
    quoted = f"{chr(34) * 3}{heading(title)}.{chr(34) * 3}\n\n" if title else ""
    return f"{quoted}{code_header(imports)}"


def code_header(imports: set[str]) -> str:
    """The versions and the imports."""
    return f"{versions.requirements_comment(imports)}\n\n{_imports(imports)}"


def parts(training: TrainingSpec, data_source: str, style: str = "") -> tuple[set[str], list[Part]]:
    """The import lines and the pieces of the script, in order; raises as ``script``."""
    blocks.require_finished(training.model)
    imports, data = _split_imports(data_source)
    style = style or styles(training)[0]
    called, names = column_binding.output_names(training, style), author_names(training)
    rules = tuple(epoch_rules(training))
    uses = {"import keras", *imports}
    if any("math." in rule for rule in rules):
        uses.add("import math")
    is_reshuffled = reshuffle.is_needed(training)
    if is_reshuffled:
        uses.update(reshuffle.IMPORTS)
    one_thread = threads.is_needed(training)
    if one_thread:
        uses.add("import os")
    pieces = [
        *(Part("threads", text) for text in [threads.LINES] if one_thread),
        Part("data", f"# Load and prepare the data\n{data.strip()}"),
        *(Part("data", text) for text in [column_binding.select_columns(training, called)] if text),
        *definition(training, style, assigned_names(data_source) | set(names.values())),
        *(Part("model", text) for text in [load_initial_weights(training)] if text),
        Part("summary", "model.summary()"),
        *(Part("schedule", rule) for rule in rules),
        Part("compile", "# Compile the model\n" + render("", compile_call(training, called))),
        *(Part("order", text) for text in _order(training) if is_reshuffled and text),
        Part("fit", "# Train the model\n" + render("history = ", fit_call(training))),
        Part("evaluate", f"# Evaluate the model on data it has not seen\n{evaluation(training)}"),
        Part("predict", _prediction(training, called, style)),
        Part("save", '# Save the model\nmodel.save("model.keras")'),
    ]
    if any(LAYERS.search(p.text) for p in pieces if p.topic in ("model", "adapt")):
        uses.add("from keras import layers")
    return uses, rename(pieces, names)


def _order(training: TrainingSpec) -> tuple[str, str]:
    return reshuffle.CLASS, reshuffle.hold_out_validation(training)


def _prediction(training: TrainingSpec, called: column_binding.Names, style: str) -> str:
    said = "predictions" if column_binding.read_again(training) else class_decoder(training)
    shown = f"print({said}[:10])"
    if len(called) > 1:
        shown = column_binding.print_predictions(called, style)
    return f"# Make predictions\npredictions = model.predict(x_test)\n{shown}"


def definition(
    training: TrainingSpec, style: str = "", taken: frozenset[str] = frozenset()
) -> Iterator[Part]:
    """What defines the model, in the order that gives the very weights our own training has.

    Args:
        taken: names that the lines before it use.

    Raises:
        SpecError: as ``script``.
    """
    taken |= frozenset(custom_layer_source.used_custom_layers(training.model))
    style = style or styles(training)[0]
    if style not in STYLES:
        raise SpecError(f"There is no style '{style[:60]}'.", f"Choose one of {', '.join(STYLES)}.")
    blocks.require_finished(training.model)
    policy = training.compile.get("dtype_policy")
    is_wide = policy in (None, "float32")
    if not is_wide:
        call = f"keras.config.set_dtype_policy({render_flat(policy)})"
        yield Part("precision", f"# Calculate with numbers of this kind\n{call}")
    yield from custom_layer_source.parts(training.model)
    seed = "" if training.seed is None else f"\nkeras.utils.set_random_seed({training.seed})"
    if style == "subclass":
        yield from _define_subclass(training, seed, taken)
    else:
        yield from _define_plain(training, style, seed, taken, is_wide)


def _define_plain(
    training: TrainingSpec, style: str, seed: str, taken: frozenset[str], is_wide: bool
) -> Iterator[Part]:
    """Sequential and Functional."""
    model = training.model
    learned = adapt.learners(model, "" if style == "sequential" else "_layer")
    made_by = functional.function_names(model, Names(taken))
    for row in adapt.first_learner(model, learned):
        yield part("adapt", [row])
    for inner, text in functional.functions(model, made_by, taken):
        yield part("model", [(_users(model, inner), text)])
    if style == "sequential":
        sequential.require_stack(model)
        name = Name(render_flat(model.name)) if model.name != "model" else None
        rows = sequential.rows(model, learned, name, made_by)
    else:
        rows = functional.definition(model, taken, learned, made_by)
    start: list[Row] = [((), f"# Define the model{seed}")]
    yield part("model", [*start, *adapt.make_later_learners(model, learned), *rows])
    for row in (
        *adapt.adapt_blocks(model, is_wide),
        *adapt.adapt_later_learners(model, learned, is_wide),
    ):
        yield part("adapt", [row])


def _define_subclass(training: TrainingSpec, seed: str, taken: frozenset[str]) -> Iterator[Part]:
    model = training.model
    learned = adapt.learners(model)
    classes = subclass.class_names(model, Names(taken))
    for inner, text in subclass.inner_classes(model, classes, taken):
        yield part("model", [(_users(model, inner), text)])
    rows, making = subclass.definition(model, taken, classes)
    yield part("model", rows)
    yield Part("model", f"# Make the model{seed}\n{making}")
    for row in subclass.adapt_lines(model, learned):
        yield part("adapt", [row])


def _users(model: ModelSpec, inner: ModelSpec) -> tuple[str, ...]:
    """The nodes that call this model."""
    layers = {k for k, v in model.layers.items() if isinstance(v, ModelSpec)}
    users = (n for n in model.nodes if n.layer in layers)
    return tuple(n.name for n in users if blocks.without_name(model.layers[n.layer]) == inner)


def _split_imports(source: str) -> tuple[list[str], str]:
    """The import lines of ``source`` and the rest."""
    lines = source.splitlines()
    imports = [i for i in lines if i.startswith(("import ", "from "))]
    rest = "\n".join(i for i in lines if i not in imports)
    # Two empty lines belong around functions only; taking out an import leaves them elsewhere.
    return imports, re.sub(r"(\n[^ \n#@][^\n]*)\n{3,}(?!def |class |@)", r"\1\n\n", f"\n{rest}")


def _imports(lines: set[str]) -> str:
    """Sorted as a formatter does: the standard library, then the others; ``import`` first."""
    standard = {"math", "random", "os", "pathlib", "functools", "itertools", "gzip", "json"}
    groups: list[list[str]] = [[], []]
    for line in _merge_imports(lines):
        groups[line.split()[1].partition(".")[0] not in standard].append(line)
    for group in groups:
        group.sort(key=lambda i: (i.startswith("from"), i.split()[1], i))
    return "\n\n".join("\n".join(group) for group in groups if group)


def _merge_imports(lines: set[str]) -> Iterator[str]:
    """``from a import b`` and ``from a import c`` as one line."""
    names: dict[str, set[str]] = {}
    for line in lines:
        if line.startswith("import "):
            yield line
        else:
            module, _, what = line.removeprefix("from ").partition(" import ")
            names.setdefault(module, set()).update(w.strip() for w in what.split(","))
    for module, parts in names.items():
        yield f"from {module} import {', '.join(sorted(parts))}"


def heading(title: str) -> str:
    """A title that cannot end a docstring: one line of letters, digits and spaces."""
    words = "".join(c if c.isprintable() and c not in '\\"' else " " for c in title).split()
    return " ".join(words)[:80].rstrip(".")
