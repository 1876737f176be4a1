"""The embedded engine: our C core and the peripheral models, assembled from a board's `.repl` and YAML."""

from digitrig.engines.embedded.machine import EmbeddedMachine

__all__ = ["EmbeddedMachine"]
