"""A test rig for handwritten-digit firmware that needs no hardware."""

__version__ = "0.1.0"
