"""Does a script in this style reproduce the run's numbers exactly, and if not, why not?"""

from __future__ import annotations

from builder import catalog, edit
from builder.code import sequential
from builder.spec import ModelSpec, TrainingSpec, active


def explain_difference(training: TrainingSpec, style: str) -> str:
    """In a sentence why the script's numbers are others than the run's; "" where they are not."""
    model = training.model
    if style == "subclass" and sets_training_flag(model):
        return (
            "Some calls here are told training=True or False. While a functional model trains,"
            " Keras takes no notice of it; a class does, so that its numbers are others."
        )
    # Layers that draw seeds when they are first called: a class, and a Sequential, have made all
    # their layers by then; a functional model makes one after the other.
    late = sorted({k for k in edit.layer_classes(model) if catalog.traits_of(k).late_seeds})
    if late and (style == "functional") is sequential.is_stack(model):
        return (
            f"In this style {late[0]} may draw other random starting weights than here, so that"
            " the numbers differ; the first style of the list gives the same."
        )
    return ""


def sets_training_flag(model: ModelSpec) -> bool:
    """Whether some call in it, or in a model inside, says ``training=``."""
    shown = active(model)
    if any("training" in node.call for node in shown.nodes):
        return True
    inside = [v for v in shown.layers.values() if isinstance(v, ModelSpec)]
    return any(sets_training_flag(inner) for inner in inside)
