"""Every kind of bad input ends as an error that says what was found and what to do, with the documented exit code."""

from __future__ import annotations

import gzip
import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from conftest_firmware import ARM, X86_64, elf32, thumb_program

from digitrig.resources import root

BOARD = "frdm_ke16z"
