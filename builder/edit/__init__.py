"""Every edit of a model as a pure function: a ModelSpec in, a new ModelSpec out."""

from builder.edit.follow import follow
from builder.edit.groups import group, inner, put_inner, ungroup
from builder.edit.inbound import named
from builder.edit.naming import is_name
from builder.edit.nodes import add, append, branch, copy, delete, duplicates, paste, splice
from builder.edit.ports import INPUT, Room, room, space, tensors
from builder.edit.queries import (
    index,
    is_chain,
    is_input,
    kinds,
    last,
    layer_of,
    order,
    reads,
    source,
    split,
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
from builder.edit.wires import again, connect, disconnect, reconnect, refusal, returns

__all__ = [
    "INPUT",
    "Room",
    "add",
    "again",
    "append",
    "branch",
    "configure",
    "connect",
    "copy",
    "delete",
    "disconnect",
    "duplicate",
    "duplicates",
    "follow",
    "freeze",
    "group",
    "index",
    "inner",
    "insert",
    "is_chain",
    "is_frozen",
    "is_input",
    "is_name",
    "kinds",
    "last",
    "layer_of",
    "move",
    "named",
    "order",
    "paste",
    "put_inner",
    "reads",
    "reconnect",
    "refusal",
    "remove",
    "rename",
    "returns",
    "room",
    "source",
    "space",
    "splice",
    "split",
    "switch",
    "tensors",
    "ungroup",
]
