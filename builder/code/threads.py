"""The lines with which a script sums as the run did: with one thread, where the run had one."""

from __future__ import annotations

from builder.check import speed
from builder.spec import TrainingSpec

NAME = "TF_NUM_INTRAOP_THREADS"
"""What TensorFlow reads when it first calculates; later it changes nothing, and raises nothing."""

LINES = (
    "# One thread, as in the training this repeats: more may change the last digits of sums\n"
    f'os.environ["{NAME}"] = "1"'
)
"""On some processors (an EPYC with AVX2 alone) TensorFlow's products of matrices end in other bits
on several threads than on one; on others they do not."""


def wanted(training: TrainingSpec) -> bool:
    """Whether the script needs the lines: without a seed it repeats nothing."""
    return training.seed is not None and speed.threads(training) == 1
