"""C text: what a compiler takes between braces."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digitrig.digits.carray import parse_carray, read_carray, write_carray
from digitrig.errors import FileFormatError

IMAGE = (np.arange(784) * 7 % 256).astype(np.uint8).reshape(28, 28)
BARE = ", ".join(map(str, IMAGE.reshape(-1)))


@pytest.mark.parametrize(
    "text",
    [
        BARE,
        BARE + ",\n",
        "/* a digit, 28 x 28 */\n" + BARE,
        "// a 7\n" + BARE.replace(", ", ",\n"),
        ", ".join(f"0x{value:02X}" for value in IMAGE.reshape(-1)),
        "#include <stdint.h>\nconst uint8_t image[784] = {" + BARE + "};\n",
        "static const uint8_t i[28][28] = {\n" + ",\n".join("{" + ", ".join(map(str, r)) + "}" for r in IMAGE) + "};",
        ", ".join(f"{value}u" for value in IMAGE.reshape(-1)),
    ],
)
def test_forms_that_c_has(text: str) -> None:
    assert np.array_equal(parse_carray(text, "x.inc"), IMAGE[None])


def test_several_images_in_one_file() -> None:
    assert parse_carray(f"{BARE}, {BARE}", "x.inc").shape == (2, 28, 28)


def test_written_file_reads_back(tmp_path: Path) -> None:
    write_carray(tmp_path / "x.inc", IMAGE)
    assert np.array_equal(read_carray(tmp_path / "x.inc")[0][0], IMAGE)


def test_written_file_compiles_to_the_image(tmp_path: Path) -> None:
    write_carray(tmp_path / "x.inc", IMAGE)
    source = tmp_path / "x.c"
    source.write_text(
        '#include <stdint.h>\n#include <stdio.h>\nstatic const uint8_t image[] = {\n#include "x.inc"\n};\n'
        "int main(void) { return fwrite(image, 1, sizeof image, stdout) != sizeof image; }\n"
    )
    program = tmp_path / "x"
    subprocess.run([sys.executable, "-m", "ziglang", "cc", "-o", str(program), str(source)], check=True)
    assert subprocess.run([str(program)], capture_output=True, check=True).stdout == IMAGE.tobytes()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "0 numbers; expected 784 for each image"),
        ("1, 2, 3", "3 numbers; expected 784 for each image"),
        (BARE + ", 9", "785 numbers; expected 784"),
        ("1, 2,\n3, 256", "line 2: '256'; expected grey values 0..255, decimal or 0x hexadecimal"),
        ("/* two\nlines */ 1,\n0.5f", "line 3: '0.5f'; expected grey values"),
        ("uint8_t a[] =\n{\n1, -2};", "line 3: '-2'; expected grey values"),
        ("hello", "line 1: 'hello'; expected grey values"),
    ],
)
def test_errors_name_line_or_count(text: str, error: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        parse_carray(text, "x.inc")
    assert f"x.inc: {error}" in str(caught.value)
