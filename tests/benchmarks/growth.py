"""What each verb takes of a model at the limit of 5,000 nodes: the processor's seconds and memory.

    python -m tests.benchmarks.growth [--nodes 5000] [--models NAME …]

Prints the slowest verb and the greediest of each form of model. That steps grow no faster than
n log n is a test (tests/builder/test_growth.py); this says what they come to.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc

from tests.zoo import growth


def seconds(verb: str, model: object) -> float:
    """Of the processor, once."""
    began = time.process_time()
    growth.use(verb, model)  # type: ignore[arg-type]
    return time.process_time() - began


def megabytes(verb: str, model: object) -> float:
    """Of Python's objects, taken at most at once."""
    tracemalloc.start()
    try:
        growth.use(verb, model)  # type: ignore[arg-type]
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def main() -> None:
    """Prints a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--nodes", type=int, default=5000)
    options.add_argument("--models", nargs="*", default=list(growth.MODELS))
    given = options.parse_args()
    print(f"| model of {given.nodes:,} nodes | slowest | check | most memory |\n|---|---|---|---|")
    for name in given.models:
        model = growth.MODELS[name](given.nodes)
        took = {verb: seconds(verb, model) for verb in growth.VERBS}
        slow = max(took, key=took.__getitem__)
        memory = {verb: megabytes(verb, model) for verb in {slow, "check", "write and read"}}
        most = max(memory, key=memory.__getitem__)
        row = (f"{took[slow]:.1f} s ({slow})", f"{took['check']:.1f} s")
        print(f"| {name} | {' | '.join(row)} | {memory[most]:.0f} MB ({most}) |", flush=True)


if __name__ == "__main__":
    main()
