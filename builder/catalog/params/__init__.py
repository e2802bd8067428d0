"""How each argument of a layer is asked for: every name once, exceptions in ``OVERRIDES``.

``catalog.param(entry, arg)`` looks in the entry's own ``extra["params"]``, then in ``OVERRIDES``
under (kind, class, argument), then in ``PARAMS``, where a name with several meanings is found by
the classes of ``SEVERAL_MEANINGS`` only.
"""

from __future__ import annotations

from builder.catalog.params.layer_overrides import OVERRIDES, SECOND_NAMES, SPELLINGS
from builder.catalog.params.names import BY_RANK, PARAMS, POLICY
from builder.catalog.params.several_meanings import SEVERAL_MEANINGS

__all__ = [
    "BY_RANK",
    "OVERRIDES",
    "PARAMS",
    "POLICY",
    "SECOND_NAMES",
    "SEVERAL_MEANINGS",
    "SPELLINGS",
]
