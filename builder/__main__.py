"""``python -m builder``: the verbs of ``builder/cli``."""

import sys

from builder.cli import main

if __name__ == "__main__":
    sys.exit(main())
