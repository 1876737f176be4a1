"""Digit images and pen strokes: data sets, files, conversion."""
