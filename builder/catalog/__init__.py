"""What Keras offers, as tables: layers, optimizers, losses …, and how each argument is asked."""

from __future__ import annotations

from builder.catalog import ops
from builder.catalog.canonical_values import (
    canonical,
    canonical_argument,
    minimal,
    minimal_config,
)
from builder.catalog.completeness import require_complete
from builder.catalog.entry import REQUIRED, Entry, Param, signature
from builder.catalog.lookup import (
    COMPILE_OBJECTS,
    KINDS,
    by_alias,
    entries,
    entry,
    every_entry,
    find,
    groups,
    joins,
    layer_states,
    new,
    operations,
    palette,
    param,
    second_outputs,
    traits_of,
    why_not_offered,
)
from builder.catalog.traits import Traits

require_complete(every_entry(), param)

__all__ = [
    "COMPILE_OBJECTS",
    "KINDS",
    "REQUIRED",
    "Entry",
    "Param",
    "Traits",
    "by_alias",
    "canonical",
    "canonical_argument",
    "entries",
    "entry",
    "find",
    "groups",
    "joins",
    "layer_states",
    "minimal",
    "minimal_config",
    "new",
    "operations",
    "ops",
    "palette",
    "param",
    "second_outputs",
    "signature",
    "traits_of",
    "why_not_offered",
]
