"""How each argument of a layer is asked for: every name once, exceptions in ``OVERRIDES``.

``catalog.param(entry, arg)`` looks in the entry's own ``extra["params"]``, then in ``OVERRIDES``
under (kind, class, argument), then in ``PARAMS``.
"""

from __future__ import annotations

from builder.catalog.params.layer_overrides import OVERRIDES, SECOND_NAMES, SPELLINGS
from builder.catalog.params.names import BY_RANK, PARAMS, POLICY

__all__ = ["BY_RANK", "OVERRIDES", "PARAMS", "POLICY", "SECOND_NAMES", "SPELLINGS"]
