"""Script lines that limit TensorFlow to one thread, where the run had one."""

from __future__ import annotations

from builder.check.training import performance
from builder.spec import TrainingSpec

SET_THREADS = ("TF_NUM_INTRAOP_THREADS", "1")
"""What TensorFlow reads from the environment when it first calculates, and one thread; set later it
changes nothing, and raises nothing."""

LINES = (
    "# One thread, as in the training this repeats: more may change the last digits of sums\n"
    f'os.environ["{SET_THREADS[0]}"] = "{SET_THREADS[1]}"'
)
"""On some processors (an EPYC with AVX2 alone) TensorFlow's products of matrices end in other bits
on several threads than on one; on others they do not."""


def is_needed(training: TrainingSpec) -> bool:
    """Whether the script needs the lines: without a seed it repeats nothing."""
    return training.seed is not None and performance.threads(training) == 1
