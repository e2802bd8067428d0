"""Multi-input and multi-output scripts: which arrays the model reads and learns, by name."""

from __future__ import annotations

from builder import binding
from builder.code.syntax import Call, Name, render, render_flat
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
    lines = ["# Hand over the columns that the model reads and learns"]
    for part in ("train", "test"):
        for side, columns in (("x", x), ("y", y)):
            lines.append(
                render(f"{side}_{part} = ", _pick_columns(f"{side}_{part}", side, columns))
            )
    return "\n".join(line for line in lines if len(set(line.split(" = "))) > 1 or "#" in line)


def _pick_columns(variable: str, plain: str, columns: dict[str, tuple[str, ...]]) -> Name | Call:
    picked = {k: _column(variable, plain, c) for k, c in columns.items()}
    if len(picked) == 1:
        return next(iter(picked.values()))
    return Call("", tuple(picked.items()), "{", "}")


def _column(variable: str, plain: str, names: tuple[str, ...]) -> Name | Call:
    if len(names) > 1:
        parts = Call("", tuple(("", _column(variable, plain, (n,))) for n in names), "[", "]")
        return Call("np.stack", (("", parts), ("axis", 1)))
    column = names[0]
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
