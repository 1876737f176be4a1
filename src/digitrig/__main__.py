"""`python -m digitrig`: the command line."""

from digitrig.cli import main

if __name__ == "__main__":
    main()
