"""`python -m digitrig`: the command line."""

import sys

from digitrig.cli import main

if __name__ == "__main__":
    sys.exit(main())
