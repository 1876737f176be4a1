"""Keywords about guarded memory and about firmware of others, each where it passes and where it fails."""

from __future__ import annotations

from digitrig.firmware_files import firmware_path

BOARD = "frdm_ke16z"
OPEN = f"    Open Board    {BOARD}\n"


def test_a_byte_beside_a_guarded_variable_is_named(suite):
    """The console app's image: what lies around it is written as a debugger would, as a stray pointer might."""
    run = suite(
        OPEN
        + """
    ${library}=    Get Library Instance    digitrig.robot.DigitRig
    ${board}=    Set Variable    ${library.rig.current.board}
    Guard Memory Around Symbol    digitrig_request    bytes=4
    Set Memory Symbol    digitrig_request    0
    Memory Around Symbol Should Be Unchanged    digitrig_request
    Evaluate    $board.write_memory($board.symbol('digitrig_request')[0] - 1, bytes([0x5a]))
    Memory Around Symbol Should Be Unchanged    digitrig_request
"""
    )
    status, message = run.only
    assert status == "FAIL"
    assert message.startswith(f"{BOARD}: 1 bytes beside 'digitrig_request' were written: 0x")
    assert message.splitlines()[0].endswith("-> 0x5a")


def test_what_is_not_guarded_and_what_is_not_in_ram_is_told(suite):
    run = suite(
        OPEN
        + """
    Run Keyword And Expect Error    symbol 'digitrig_image' is not guarded; use first: Guard Memory Around Symbol*
    ...    Memory Around Symbol Should Be Unchanged    digitrig_image
    Run Keyword And Expect Error    symbol 'board_name' of frdm_ke16z at 0x* is not in RAM
    ...    Guard Memory Around Symbol    board_name
    Guard Memory Around Symbol    digitrig_imgae
"""
    )
    assert run.only[0] == "FAIL"
    assert "symbol 'digitrig_imgae' unknown" in run.only[1] and "did you mean 'digitrig_image'?" in run.only[1]


def test_firmware_of_others_answers_by_its_adapter(suite):
    elf = firmware_path(BOARD)
    run = suite(
        f"""
    ${{digit}}=    Digit By Adapter    {BOARD}    {elf}    console    ink:6
    Should Be Equal As Integers    ${{digit}}    6
    ${{part}}=    Answers By Adapter Should Match Reference    {BOARD}    {elf}    console    limit=3
    Should Be Equal As Numbers    ${{part}}    1
    Digit By Adapter    {BOARD}    {elf}    consol    ink:6
"""
    )
    assert run.only[0] == "FAIL"
    assert "adapter 'consol' unknown" in run.only[1] and "did you mean 'console'?" in run.only[1]
