"""Every edit of a model as a pure function: a ModelSpec in, a new ModelSpec out."""

from builder.edit.fine_tuning import can_fine_tune, fine_tune
from builder.edit.follow import follow_edit
from builder.edit.groups import group, nested_model, replace_nested_model, ungroup
from builder.edit.inbound import argument_wires
from builder.edit.naming import is_name
from builder.edit.nodes import add, append, branch, copy, delete, duplicate_nodes, paste, splice
from builder.edit.ports import INPUT, Inlets, count_outputs, layer_inlets, node_inlets
from builder.edit.queries import (
    dependencies,
    dependents,
    is_chain,
    is_input,
    last_layer,
    layer_classes,
    layer_of,
    readers_of,
    source_of,
    split_reference,
    topological_order,
)
from builder.edit.stack import (
    configure,
    duplicate,
    freeze,
    insert,
    is_frozen,
    move,
    remove,
    rename,
    switch,
)
from builder.edit.wires import call_again, connect, disconnect, reconnect, refusal, set_returned

__all__ = [
    "INPUT",
    "Inlets",
    "add",
    "append",
    "argument_wires",
    "branch",
    "call_again",
    "can_fine_tune",
    "configure",
    "connect",
    "copy",
    "count_outputs",
    "delete",
    "dependencies",
    "dependents",
    "disconnect",
    "duplicate",
    "duplicate_nodes",
    "fine_tune",
    "follow_edit",
    "freeze",
    "group",
    "insert",
    "is_chain",
    "is_frozen",
    "is_input",
    "is_name",
    "last_layer",
    "layer_classes",
    "layer_inlets",
    "layer_of",
    "move",
    "nested_model",
    "node_inlets",
    "paste",
    "readers_of",
    "reconnect",
    "refusal",
    "remove",
    "rename",
    "replace_nested_model",
    "set_returned",
    "source_of",
    "splice",
    "split_reference",
    "switch",
    "topological_order",
    "ungroup",
]
