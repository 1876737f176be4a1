"""Digit images and pen strokes: data sets, files, conversion, download."""

from digitrig.digits.arrays import GreyImage, GreyImages, Labels, as_images, as_labels
from digitrig.digits.datasets import Dataset, default_dataset, load_dataset
from digitrig.digits.fetch import fetch_mnist
from digitrig.digits.formats import read_images, write_images
from digitrig.digits.ink import Ink, Point, ink, style_names
from digitrig.digits.placing import Area, on_glass
from digitrig.digits.sources import convert, load_ink, load_source
from digitrig.digits.strokes import format_strokes, parse_strokes, read_strokes, write_strokes
from digitrig.digits.tracing import trace_image

__all__ = [
    "Area",
    "Dataset",
    "GreyImage",
    "GreyImages",
    "Ink",
    "Labels",
    "Point",
    "as_images",
    "as_labels",
    "convert",
    "default_dataset",
    "fetch_mnist",
    "format_strokes",
    "ink",
    "load_dataset",
    "load_ink",
    "load_source",
    "on_glass",
    "parse_strokes",
    "read_images",
    "read_strokes",
    "style_names",
    "trace_image",
    "write_images",
    "write_strokes",
]
