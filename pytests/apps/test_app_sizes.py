"""The limits that firmware/README.md states for the apps hold for the images."""

from __future__ import annotations

import re

import pytest
from elftools.elf.elffile import ELFFile

from digitrig.board import Board
from digitrig.errors import UnknownNameError
from digitrig.firmware_build import memory_use
from digitrig.firmware_files import app_variants, firmware_path
from digitrig.platform import load_board
from digitrig.resources import firmware_dir

ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| (\d+) KiB \| (\d+) KiB \|$", re.MULTILINE)
LIMITS = ROW.findall((firmware_dir() / "README.md").read_text())


def frame_bytes(elf: object) -> int:
    with open(str(elf), "rb") as stream:
        section = ELFFile(stream).get_section_by_name(".ocram")
        return 0 if section is None else int(section["sh_size"])


@pytest.mark.parametrize(("app", "board", "flash", "ram"), LIMITS)
def test_an_app_keeps_within_its_limits(app: str, board: str, flash: str, ram: str) -> None:
    for model, weights in app_variants(app, load_board(board).models):
        elf = firmware_path(board, app, model, weights)
        flash_bytes, ram_bytes = memory_use(elf)
        assert flash_bytes <= int(flash) * 1024
        assert ram_bytes - frame_bytes(elf) <= int(ram) * 1024


def test_every_app_but_the_console_has_a_limit_on_every_board() -> None:
    """The console's figures are in docs/table.md and budgets/, the interpreter takes what there is."""
    boards = ["frdm_k32l2b", "frdm_ke02z40m", "frdm_ke16z", "frdm_kv11z", "lpc845_brk", "mimxrt1060_evk"]
    wanted = {(app, name) for name in boards for app in load_board(name).apps} - {
        (app, name) for app in ("console", "interpreter") for name in boards
    }
    assert {(app, board) for app, board, _, _ in LIMITS} == wanted


def test_two_frames_fit_where_the_lcd_reads_them() -> None:
    assert frame_bytes(firmware_path("mimxrt1060_evk", "touch")) == 2 * 480 * 272 * 2


def test_a_model_that_an_app_does_not_take_is_named_with_those_that_it_does() -> None:
    with pytest.raises(UnknownNameError, match=r"model of the app rtos on mimxrt1060_evk 'lenet'.*an13438"):
        Board("mimxrt1060_evk", app="rtos", model="lenet")
