"""Steps of a series, the same numbers in each: ``(n, steps, columns)``, scaled by column."""

from __future__ import annotations

from builder import formatting
from builder.facts import ColumnFacts
from builder.kinds.array import AnyArray
from builder.kinds.contract import ScalingAdvice


class Steps(AnyArray):
    """What was cut out of a series already, a window an example."""

    name = "steps"
    title = "Series"
    task = ""
    axis = (0, 1)
    advice = ScalingAdvice(50.0, "numbers", "near -1 to 1", "Standardize the columns", "standard")

    def describe(self, column: ColumnFacts) -> str:
        return f"steps {formatting.short(column.shape)}"

    def describe_example(self, column: ColumnFacts) -> str:
        steps, width = column.shape
        return f"a series of {steps} steps of {formatting.plural(width or 0, 'number')}"


KIND = Steps()
