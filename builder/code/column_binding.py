"""Multi-input and multi-output scripts: which arrays the model reads and learns, by name."""

from __future__ import annotations

from builder import binding
from builder.code.syntax import Call, Name, render, render_flat
from builder.datasets.registry import find_dataset
from builder.errors import SpecError
from builder.spec import TrainingSpec

Names = dict[str, str]
"""Output → what it is called where losses, metrics and answers go by name."""


def is_named(training: TrainingSpec) -> bool:
    """Whether columns go by name: several Inputs or outputs, or some that are bound."""
    return not binding.is_single_column(training)


def output_names(training: TrainingSpec, style: str) -> Names:
    """The outputs' names: Keras's own, or those that a class returns."""
    outputs = binding.outputs(training.model)
    if style == "subclass":
        return {ref: ref for ref in outputs}
    return {ref: binding.keras_name(training.model, ref) for ref in outputs}


def select_columns(training: TrainingSpec, called: Names) -> str:
    """The lines that leave in ``x_train`` … only what the model reads and learns; "" for x and y.

    Raises:
        SpecError: an order of its own every epoch was asked for, which is for one array.
    """
    if not is_named(training):
        return ""
    if training.fit.get("shuffle") == "epoch" and training.seed is not None:
        raise SpecError(
            "A script cannot take the examples of several columns in another order every epoch.",
            "Set the order of the examples back to Keras's own on the Train page.",
            "fit.shuffle",
        )
    model = training.model
    x = {binding.keras_name(model, n): c for n, c in binding.bound_columns(training).items()}
    y: dict[str, tuple[str, ...]] = {
        called[ref]: (c,) for ref, c in binding.output_columns(training).items()
    }
    again = read_again(training)
    lines = ["# Hand over the columns that the model reads and learns"]
    for part in ("train", "test"):
        sides = [("x", x), ("y", y)]
        for side, columns in reversed(sides) if again else sides:  # while x has all its columns
            picked = _pick_columns(part, side, columns, again if side == "y" else frozenset())
            lines.append(render(f"{side}_{part} = ", picked))
    return "\n".join(line for line in lines if len(set(line.split(" = "))) > 1 or "#" in line)


def read_again(training: TrainingSpec) -> frozenset[str]:
    """The columns that outputs answer and that stand among the dataset's inputs."""
    contents = find_dataset(training.dataset.class_name).CONTENTS
    inputs = {binding.X, *contents.inputs, *binding.read_columns(training)}
    return frozenset(binding.output_columns(training).values()) & inputs


def _pick_columns(
    part: str, side: str, columns: dict[str, tuple[str, ...]], again: frozenset[str]
) -> Name | Call:
    picked = {k: _column(part, side, c, again) for k, c in columns.items()}
    if len(picked) == 1:
        return next(iter(picked.values()))
    return Call("", tuple(picked.items()), "{", "}")


def _column(part: str, side: str, names: tuple[str, ...], again: frozenset[str]) -> Name | Call:
    if len(names) > 1:
        parts = Call("", tuple(("", _column(part, side, (n,), again)) for n in names), "[", "]")
        return Call("np.stack", (("", parts), ("axis", 1)))
    column = names[0]
    plain = binding.X if column in again else side
    variable = f"{plain}_{part}"
    return Name(variable if column == plain else f"{variable}[{render_flat(column)}]")


def print_predictions(called: Names, style: str) -> str:
    """The lines that print the first answers of every output."""
    if style == "subclass":
        loop = "for name, values in predictions.items():"
    else:
        listed = Call("", tuple(("", name) for name in called.values()), "[", "]")
        named = render("names = ", listed)
        loop = f"{named}\nfor name, values in zip(names, predictions, strict=True):"
    return f"{loop}\n    print(name, values[:5])"
