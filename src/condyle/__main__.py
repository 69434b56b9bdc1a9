"""Runs the command line as ``python -m condyle``."""

import sys

from condyle.cli import main

if __name__ == "__main__":
    sys.exit(main())
