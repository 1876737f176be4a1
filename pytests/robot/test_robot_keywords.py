"""Keywords about firmware, console input, pins and health, each where it passes and where it fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digitrig.evaluation.baseline import write_baseline
from digitrig.evaluation.budget import measure_budget
from digitrig.firmware_build import build_program
from digitrig.firmware_files import firmware_path

BOARD = "frdm_ke16z"
OPEN = f"    Open Board    {BOARD}\n"
PROGRAMS = Path(__file__).parents[1] / "firmware" / "programs"


@pytest.fixture(scope="module")
def fault() -> Path:
    """A program that reads where the board has nothing."""
    return build_program(PROGRAMS / "fault.c", BOARD)


def test_other_firmware_is_loaded_on_an_open_board(suite, fault):
    run = suite(
        OPEN
        + f"""
    Send Digit Image    ink:7
    Load Firmware    weights=ram
    Run Keyword And Expect Error    frdm_ke16z has predicted nothing yet*    Prediction Should Be    7
    Send Digit Image    ink:7
    Prediction Should Be    7
    Load Firmware    {fault}
    Should Have Faulted    0x30000000
    Load Firmware
    Should Not Have Faulted
    Board Should Be Alive
    Load Firmware    {fault.parent}/nothing.elf
"""
    )
    assert run.only[0] == "FAIL" and run.only[1].startswith(f"firmware file '{fault.parent}/nothing.elf' not found")


def test_a_board_that_could_not_get_its_firmware_leaves_its_name_free(suite):
    run = suite(
        """
    Run Keyword And Expect Error    *not found*    Open Board    frdm_ke16z    elf=nothing.elf
    Open Board    frdm_ke16z
    Board Should Be Alive
"""
    )
    assert run.only == ("PASS", "")


def test_two_boards_of_one_kind_have_lives_of_their_own(suite):
    run = suite(
        """
    Open Board    frdm_ke16z    alias=left
    Open Board    frdm_ke16z    alias=right
    Send Digit Image    ink:1
    ${before}=    Choose Board    left
    Should Be Equal    ${before}    right
    Send Digit Image    ink:2
    Prediction Should Be    2
    Close Board    left
    Prediction Should Be    1
    Close Board
    Close Board
"""
    )
    assert run.only == ("PASS", "")


def test_reset_leads_to_the_banner_and_forgets_the_answer(suite):
    run = suite(
        OPEN
        + """
    Send Digit Image    ink:7
    Wait For Line On Uart    Inference time
    Reset Board
    Wait For Line On Uart    ready
    Prediction Should Be    7
"""
    )
    assert run.only == (
        "FAIL",
        "frdm_ke16z has predicted nothing yet; use Send Digit Image or Inject Digit Image first",
    )


def test_bytes_are_sent_as_hexadecimal_or_as_they_are(suite):
    run = suite(
        OPEN
        + """
    Wait For Line On Uart    ready
    ${count}=    Send Bytes To Uart    68 65 6c 70 0x0a
    Should Be Equal As Integers    ${count}    5
    Wait For Line On Uart    commands:
    Send Bytes To Uart    ${{ b'help' + bytes([10]) }}    gap_bits=20
    Wait For Line On Uart    commands:
    Write To Uart    he
    Write To Uart    lp\\n
    Wait For Line On Uart    commands:
"""
    )
    assert run.only == ("PASS", "")


def test_default_timeout_is_set_and_the_old_one_returned(suite):
    run = suite(
        OPEN
        + """
    ${before}=    Set Default Uart Timeout    30 ms
    Should Be Equal    ${before.total_seconds()}    ${3}
    Wait For Line On Uart    nonsense
""",
        arguments="    timeout=3 s",
    )
    assert run.only[0] == "FAIL" and "not seen in 30 of 30 ms" in run.only[1]


def test_echo_is_waited_for_when_asked(suite):
    """The console app does not echo, so the wait ends at its limit."""
    run = suite(OPEN + "    Set Default Uart Timeout    20 ms\n    Write Line To Uart    info    waitForEcho=True\n")
    assert run.only[0] == "FAIL"
    assert run.only[1].startswith("the echo of 'info' not seen in 20 of 20 ms")


def test_led_and_button_follow_the_board(suite):
    run = suite(
        OPEN
        + """
    Run For    1 ms
    Led Should Be On    led_green
    Led Should Be Off    led_red
    Send Digit Image    ink:6
    Wait For Line On Uart    Inference time
    Press Button    sw3
    Wait For Line On Uart    Top1 class = 6
    Release Button    sw3
    Run Keyword And Expect Error    button of frdm_ke16z 'sw4' unknown; known: sw2, sw3*    Press Button    sw4
    Led Should Be On    led_red
"""
    )
    assert run.only == ("FAIL", "LED 'led_red' of frdm_ke16z is off, expected on")


def test_fault_keywords_tell_what_they_found(suite, fault):
    run = suite(
        OPEN
        + f"""
    Run Keyword And Expect Error    frdm_ke16z has not faulted within 5 ms*    Should Have Faulted    timeout=5 ms
    Should Not Have Faulted
    Open Board    frdm_ke16z    elf={fault}    alias=bad
    ${{report}}=    Should Have Faulted
    Should Contain    ${{report}}    HardFault
    Run Keyword And Expect Error    *does not contain 'meteorite'*    Should Have Faulted    meteorite
    Run Keyword And Expect Error    a line with 'nonsense' not seen: *    Wait For Line On Uart    nonsense
    Should Not Have Faulted
"""
    )
    assert run.only[0] == "FAIL" and run.only[1].startswith("bad has faulted\n")


def test_a_board_that_does_not_answer_is_not_alive(suite):
    elf = build_program(PROGRAMS / "hang.c", BOARD)
    run = suite(f"    Open Board    {BOARD}    elf={elf}\n    Board Should Be Alive    timeout=50 ms\n")
    assert run.only[0] == "FAIL"
    assert run.only[1].startswith("the line 'ready' as answer to 'info' not seen in 50 of 50 ms")


def test_sizes_need_an_elf_file(suite, tmp_path):
    from elftools.elf.elffile import ELFFile

    with firmware_path(BOARD).open("rb") as stream:
        segments = [(s["p_paddr"], s.data()) for s in ELFFile(stream).iter_segments("PT_LOAD") if s["p_filesz"]]
    size = max(address + len(data) for address, data in segments)
    image = bytearray(b"\xff" * size)
    for address, data in segments:
        image[address : address + len(data)] = data
    (tmp_path / "app.bin").write_bytes(image)
    run = suite(f"    Open Board    {BOARD}    elf={tmp_path}/app.bin\n    Flash Use Should Be Below    budget\n")
    assert run.only[0] == "FAIL" and "is no ELF file" in run.only[1]


def test_data_set_comparison_tells_share_and_refuses_a_missing_one(suite):
    run = suite(
        OPEN
        + """
    ${share}=    Dataset Should Match Reference    ink    limit=20
    Should Be True    ${share} >= 0.9
    Dataset Should Match Reference    ink    limit=20    accuracy=1.01
"""
    )
    assert run.only[0] == "FAIL" and "expected 101.0%" in run.only[1]
    assert "20 images of ink" in run.log


def test_a_regression_of_budgets_is_told_with_old_and_new(suite, tmp_path):
    now = measure_budget("frdm_ke16z")
    lean = write_baseline([replace(now, ram_bytes=now.ram_bytes - 100, cycles=now.cycles // 2)], tmp_path / "lean.json")
    run = suite(f"""{OPEN}
    Budgets Should Not Regress    baseline={lean}    tolerance=110
    Budgets Should Not Regress    baseline={lean}
""")
    status, message = run.only
    assert status == "FAIL"
    assert message.startswith("frdm_ke16z, an13438, weights in flash (zig): budgets, old and new")
    (line,) = (line for line in message.splitlines() if line.startswith("cycles "))
    assert line.split()[1:3] == [f"{now.cycles // 2:,}", f"{now.cycles:,}"] and line.endswith("WORSE")
    assert "regressed: ram_bytes, cycles; if this is meant: digitrig table --write-baseline frdm_ke16z" in message


def test_budgets_of_other_firmware_have_no_baseline(suite):
    run = suite(f"    Open Board    frdm_ke16z    elf={firmware_path('frdm_ke16z')}\n    Budgets Should Not Regress\n")
    assert run.only[0] == "FAIL" and "is not firmware of this rig; there is no baseline for it" in run.only[1]


def test_places_of_weights_are_those_that_have_the_room(suite):
    run = suite("""
    @{places}=    Places Of Weights    frdm_ke16z
    Should Be Equal    ${places}    ${{ ['flash', 'ram'] }}
    @{places}=    Places Of Weights    frdm_ke02z40m
    Should Be Equal    ${places}    ${{ ['flash'] }}
""")
    assert run.only[0] == "PASS", run.only[1]  # the 4 KB part: "does not fit" in AN13438 too


def test_a_session_is_saved_and_comes_out_the_same(suite, tmp_path):
    run = suite(
        f"""
    Open Board    {BOARD}    record=True
    Send Digit Image    ink:7
    ${{file}}=    Save Session    {tmp_path}/seven.session
    Replay Session    ${{file}}
    Open Board    {BOARD}    alias=plain
    Save Session    {tmp_path}/plain.session
"""
    )
    assert run.only[0] == "FAIL"
    assert run.only[1] == f"plain is not recorded; open it with: Open Board    {BOARD}    record=True"
