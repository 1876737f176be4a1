"""The keyword library: its documentation, how it fails, and how boards live and die with suites."""

from __future__ import annotations

import pytest
from robot.libdocpkg import LibraryDocumentation

OPEN = "    Open Board    frdm_ke16z\n"


@pytest.fixture(scope="module")
def documentation():
    return LibraryDocumentation("digitrig.robot.DigitRig")


def test_the_promised_keywords_are_there(documentation):
    promised = """Open Board, Close Board, Load Firmware, Reset Board, Send Digit Image, Inject Digit Image,
        Prediction Should Be, Scores Should Be, Outputs Should Match Reference, Layers Should Match Reference,
        Wait For Line On Uart, Wait For Next Line On Uart, Write To Uart, Write Line To Uart, Send Bytes To Uart,
        Inference Cycles Should Be Below, Inference Time Should Be Below, Stack Use Should Be Below,
        Flash Use Should Be Below, Ram Use Should Be Below, Led Should Be On, Led Should Be Off, Press Button,
        Release Button, Run For, Virtual Time, Board Should Be Alive, Should Have Faulted, Set Memory Symbol,
        Get Memory Symbol, Save Snapshot, Restore Snapshot, Budgets Should Not Regress, Places Of Weights"""
    names = {keyword.name for keyword in documentation.keywords}
    assert {" ".join(name.split()) for name in promised.split(",")} <= names


def test_every_keyword_is_documented_and_has_a_source(documentation):
    for keyword in documentation.keywords:
        assert len(keyword.doc) > 30, keyword.name
        assert str(keyword.source).endswith(".py") and keyword.lineno > 1, keyword.name


def test_renode_keywords_keep_their_arguments(documentation):
    """Names and order as in Renode's own keyword of 1.16 (UartKeywords.WaitForLineOnUart)."""
    (keyword,) = (k for k in documentation.keywords if k.name == "Wait For Line On Uart")
    names = [argument.name for argument in keyword.args]
    renode = "content timeout testerId treatAsRegex includeUnfinishedLine pauseEmulation matchNextLine"
    assert names == renode.split()


def test_introduction_and_import_are_documented(documentation):
    assert "Time" in documentation.doc and "virtual" in documentation.doc
    (init,) = documentation.inits
    assert "DIGITRIG_ENGINE" in init.doc and {argument.name for argument in init.args} >= {"engine", "timeout"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("    Send Digit Image    ink:7\n", "no board is open; use: Open Board    frdm_ke16z"),
        ("    Open Board    frdm_ke16\n", "board 'frdm_ke16' unknown"),
        (OPEN + "    Open Board    frdm_ke16z\n", "board 'frdm_ke16z' is open already"),
        (OPEN + "    Prediction Should Be    7\n", "frdm_ke16z has predicted nothing yet"),
        (OPEN + "    Restore Snapshot    lunch\n", "snapshot 'lunch' unknown"),
        (OPEN + "    Choose Board    mimxrt1060_evk\n", "open board 'mimxrt1060_evk' unknown"),
        (OPEN + "    Led Should Be On    disco\n", "LED of frdm_ke16z 'disco' unknown"),
        (OPEN + "    Send Bytes To Uart    no hex\n", "'no hex' is not a row of bytes in hexadecimal"),
        (OPEN + "    Get Memory Symbol    digitrig_imag\n", "symbol 'digitrig_imag' unknown"),
        (OPEN + "    Scores Should Be    1    2\n", "ten scores expected, one for each digit; found 2"),
        (OPEN + "    Wait For Line On Uart    (    treatAsRegex=True\n", "'(' is no regular expression"),
    ],
)
def test_misuse_is_told_in_a_sentence_without_the_name_of_an_exception(suite, body, message):
    status, found = suite(body).only
    assert status == "FAIL"
    assert found.startswith(message)


def test_renode_engine_is_refused_when_a_board_is_opened(suite):
    status, message = suite(OPEN, arguments="    engine=renode").only
    assert status == "FAIL" and "no Renode engine yet" in message


def test_empty_engine_means_the_default_one(suite):
    assert suite(OPEN, arguments="    engine=${EMPTY}").only[0] == "PASS"


def test_a_board_of_a_test_ends_with_it_and_one_of_a_suite_lives_on(suite):
    run = suite(
        """*** Test Cases ***
First
    Open Board    mimxrt1060_evk
    Choose Board    frdm_ke16z
Second
    Send Digit Image    ink:7
    Prediction Should Be    7
    Choose Board    mimxrt1060_evk
""",
        settings="Suite Setup    Open Board    frdm_ke16z",
    )
    assert run.tests["First"][0] == "PASS"
    status, message = run.tests["Second"]
    assert status == "FAIL" and message.startswith("open board 'mimxrt1060_evk' unknown; known: frdm_ke16z")


def test_failure_attaches_the_board_once(suite):
    run = suite(
        OPEN + "    Send Digit Image    ink:7\n    Run Keyword And Ignore Error    Prediction Should Be    1\n"
        "    Prediction Should Be    2\n"
    )
    assert run.only[0] == "FAIL" and "predicts 7, expected 2; scores " in run.only[1]
    assert run.log.count("registers: ") == 1
    assert "last 25 console lines:" in run.log and "Top1 class = 7" in run.log


def test_lines_are_read_in_order_with_renodes_results(suite):
    run = suite(
        OPEN
        + r"""
    Wait For Line On Uart    board = frdm_ke16z
    ${line}=    Wait For Line On Uart    ^core clock = (\\d+) \\((Hz)\\)$    treatAsRegex=True
    Should Be Equal    ${line.Groups}[0]    48000000
    Should Be Equal    ${line.Groups}[1]    Hz
    Should Be True    0 < ${line.Timestamp} < 100
    ${next}=    Wait For Next Line On Uart
    Should Be Equal    ${next.Line}    ready
    Write Line To Uart    help
    Wait For Line On Uart    commands:    matchNextLine=True
    Write Line To Uart    help
    Wait For Line On Uart    ready    timeout=50 ms    matchNextLine=True
"""
    )
    status, message = run.only
    assert status == "FAIL"
    assert message.startswith(
        "the next line on the console is 'commands: help info image predict', expected a line with"
    )


def test_wait_that_ends_at_its_limit_tells_pattern_time_and_last_lines(suite):
    status, message = suite(OPEN + "    Wait For Line On Uart    nonsense    timeout=20 ms\n").only
    assert status == "FAIL"
    assert message.startswith("a line with 'nonsense' not seen in 20 of 20 ms")
    assert "pc 0x" in message and "lr 0x" in message and "ready" in message


def test_waits_count_virtual_time(suite):
    run = suite(
        OPEN
        + """
    ${before}=    Virtual Time
    Run Keyword And Expect Error    *not seen*    Wait For Line On Uart    nonsense    timeout=250 ms
    Run For    1 s
    ${after}=    Virtual Time
    Should Be Equal    ${{ ($after - $before).total_seconds() }}    ${1.25}
"""
    )
    assert run.only == ("PASS", "")


def test_should_not_be_on_uart_fails_on_the_line(suite):
    run = suite(
        OPEN + "    Wait For Line On Uart    ready\n    Write Line To Uart    help\n"
        "    Should Not Be On Uart    commands:    timeout=50 ms\n"
    )
    assert run.only[0] == "FAIL" and run.only[1].startswith("'commands: help info image predict' is on the console at ")


def test_terminal_testers_have_positions_of_their_own(suite):
    run = suite(
        OPEN
        + """
    ${first}=    Create Terminal Tester    sysbus.lpuart0
    ${second}=    Create Terminal Tester    lpuart0    timeout=5
    Wait For Line On Uart    ready    testerId=${first}
    Wait For Line On Uart    board = frdm_ke16z    testerId=${second}
    Run Keyword And Expect Error    *unknown; known: lpuart0*    Create Terminal Tester    sysbus.uart9
    Run Keyword And Expect Error    terminal tester 7 unknown*    Write To Uart    x    testerId=7
"""
    )
    assert run.only == ("PASS", "")


def test_unfinished_line_matches_when_asked_for(suite):
    run = suite(
        OPEN
        + """
    Wait For Line On Uart    ready
    Write Line To Uart    help
    ${line}=    Wait For Line On Uart    comm    includeUnfinishedLine=True
    Should Be True    len($line.Line) < len('commands: help info image predict')
"""
    )
    assert run.only == ("PASS", "")


def test_snapshot_brings_back_time_and_answers(suite):
    run = suite(
        OPEN
        + """
    Save Snapshot    before
    Send Digit Image    ink:4
    ${time}=    Virtual Time
    @{scores}=    Get Scores
    Restore Snapshot    before
    Send Digit Image    ink:4
    Scores Should Be    @{scores}
    ${again}=    Virtual Time
    Should Be Equal    ${time}    ${again}
    Scores Should Be    1    2    3    4    5    6    7    8    9    10
"""
    )
    assert run.only[0] == "FAIL" and "of 10 scores differ; first: class 0 is " in run.only[1]


def test_memory_symbols_are_read_and_written(suite):
    run = suite(
        OPEN
        + """
    ${pixels}=    Get Memory Symbol    digitrig_image    type=uint8
    Length Should Be    ${pixels}    784
    ${before}=    Set Memory Symbol    digitrig_request    0
    Should Be Equal As Integers    ${before}    0
    Get Memory Symbol    digitrig_request    expected=0
    Get Memory Symbol    digitrig_request    expected=5
"""
    )
    assert run.only == ("FAIL", "symbol 'digitrig_request' of frdm_ke16z is 0, expected 5")


def test_first_layer_that_differs_is_named(suite):
    run = suite(
        OPEN
        + """
    ${count}=    Layers Should Match Reference    ink:5
    Should Be True    ${count} > 5
    @{bias}=    Get Memory Symbol    layer5_bias    type=int32
    Set Memory Symbol    layer5_bias    ${bias}[0]    ${{ $bias[1] + 1000 }}    ${bias}[2]    ${bias}[3]    type=int32
    Layers Should Match Reference
"""
    )
    assert run.only[0] == "FAIL"
    assert run.only[1].startswith("frdm_ke16z differs from ") and "element" in run.only[1]


def test_budgets_compare_with_numbers_and_with_the_board(suite):
    run = suite(
        OPEN
        + """
    Inject Digit Image    ink:7
    ${cycles}=    Inference Cycles Should Be Below    100_000_000
    Should Be True    ${cycles} > 10000
    Stack Use Should Be Below    budget
    Flash Use Should Be Below    budget
    Ram Use Should Be Below    budget
    Run Keyword And Expect Error    inference time of frdm_ke16z*expected below 0.001 ms
    ...    Inference Time Should Be Below    1 us
    Run Keyword And Expect Error    *roomy*    Stack Use Should Be Below    roomy
    Flash Use Should Be Below    100
"""
    )
    assert run.only[0] == "FAIL" and run.only[1].startswith("flash use in bytes of frdm_ke16z: ")


def test_boards_are_named_by_all_or_by_a_list(suite):
    run = suite("""
    @{all}=    Board Names
    Should Contain    ${all}    mimxrt1060_evk
    @{two}=    Board Names    frdm_ke16z, mimxrt1060_evk
    Length Should Be    ${two}    2
    Board Names    frdm_ke16y
""")
    assert run.only[0] == "FAIL" and run.only[1].startswith("board 'frdm_ke16y' unknown")
