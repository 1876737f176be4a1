"""Keywords about touch panel and LCD, on the touch app, each where it passes and where it fails."""

from __future__ import annotations

import numpy as np
from PIL import Image

from digitrig.digits import ink, write_strokes
from digitrig.firmware_files import firmware_path
from digitrig.screen import areas_of

BOARD = "mimxrt1060_evk"
OPEN = f"    Open Board    {BOARD}    app=touch\n    Run For    400 ms\n"
AREAS = areas_of("touch")


def test_a_digit_is_drawn_and_read_from_the_lcd(suite, tmp_path):
    run = suite(
        OPEN
        + """
    Draw Digit    7    crossed
    Tap Button    predict
    Wait For Line On Uart    Top1 class = 7
    Lcd Text Should Be    result    7    timeout=1 s
    ${path}=    Take Lcd Screenshot    seven.png
    Should End With    ${path}    seven.png
    Lcd Should Match Image    ${path}
    Tap Button    clear
    Lcd Text Should Be    result    ${EMPTY}    timeout=1 s
    Lcd Should Match Image    ${path}    area=predict
    Lcd Should Match Image    ${path}
""",
        outputdir=str(tmp_path),
    )
    status, message = run.only
    assert status == "FAIL"
    assert message.startswith("the LCD differs from '") and "pixels, x " in message
    assert run.log.count('&lt;img src="data:image/png;base64,') + run.log.count('<img src="data:image/png;base64,') >= 3
    picture = np.asarray(Image.open(tmp_path / "seven.png"))
    assert picture.shape == (272, 480, 3)
    x, y, width, height = AREAS["input"]
    assert (picture[y : y + height, x : x + width] == 255).all(axis=2).mean() > 0.03, "ink on the screen"


def test_a_mask_leaves_pixels_out(suite, tmp_path):
    x, y, width, height = AREAS["input"]
    mask = np.full((272, 480, 3), 255, np.uint8)
    mask[y : y + height, x : x + width] = 0
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray(mask[:100]).save(tmp_path / "small.png")
    run = suite(
        OPEN
        + f"""
    ${{path}}=    Take Lcd Screenshot    {tmp_path}/before.png
    Draw Digit    1
    Lcd Should Match Image    ${{path}}    mask={tmp_path}/mask.png
    Run Keyword And Expect Error    the LCD differs*    Lcd Should Match Image    ${{path}}
    VAR    ${{small}}    {tmp_path}/small.png
    Run Keyword And Expect Error    the LCD has 480 x 272 *480 x 100    Lcd Should Match Image    ${{small}}
    Run Keyword And Expect Error    mask *expected 480 x 272    Lcd Should Match Image    ${{path}}    ${{small}}
    Lcd Should Match Image    {tmp_path}/nothing.png
"""
    )
    assert run.only[1].startswith(f"picture '{tmp_path}/nothing.png' not found; Take Lcd Screenshot writes one")


def test_strokes_from_a_file_from_a_picture_and_by_hand(suite, tmp_path):
    write_strokes(tmp_path / "three.json", ink(3))
    Image.fromarray(ink(1, "plain").render()).save(tmp_path / "one.png")
    (tmp_path / "bad.json").write_text('{"strokes": [[[0.1, 0.2, 0],\n [0.1, 2, 5]]]}')
    run = suite(
        OPEN
        + f"""
    Draw Strokes    {tmp_path}/three.json
    Tap Button    predict
    Wait For Line On Uart    Top1 class = 3
    Tap Button    clear
    Draw Digit    {tmp_path}/one.png
    Tap Button    predict
    Wait For Line On Uart    Top1 class = 1
    Tap Button    clear
    ${{stroke}}=    Evaluate    [(128, y, 10 * n) for n, y in enumerate(range(60, 230, 4))]
    ${{strokes}}=    Create List    ${{stroke}}
    Draw Strokes    ${{strokes}}
    Tap    322    236
    Wait For Line On Uart    Top1 class = 1
    Run Keyword And Expect Error    strokes in pixels have their place*    Draw Strokes    ${{strokes}}    area=input
    Run Keyword And Expect Error    *is drawn as it is*    Draw Digit    {tmp_path}/one.png    crossed
    Draw Strokes    {tmp_path}/bad.json
"""
    )
    assert run.only == ("FAIL", f"{tmp_path}/bad.json: strokes[0][1]: y is 2; expected 0..1")


WRONG = [
    ("Tap    480    10", "stroke 0, place 0: (480, 10) is off the glass; x is 0..479, y is 0..271"),
    ("Tap Button    predikt", "area on the screen of 'touch' 'predikt' unknown; known: *"),
    ("Touch Screen    1    1    2", "touch point 2 asked for; the panel tells 2 fingers apart: 0 and 1"),
    ("Lcd Text Should Be    predict    Go    50 ms", "area 'predict' of * shows 'Predict', expected 'Go' within 50 ms"),
    ("Get Lcd Text    input", "in area 'input' of mimxrt1060_evk there is something that is no text"),
    ("Lcd Text Should Be    result    8    0", "area 'result' of * shows '', expected '8' within 0 ms"),
]


def test_what_fails_and_how_it_is_said(suite):
    caught = "".join(f"    Run Keyword And Expect Error    {message}    {line}\n" for line, message in WRONG)
    run = suite(OPEN + f"    Draw Digit    0\n{caught}    {WRONG[0][0]}\n")
    assert run.only == ("FAIL", WRONG[0][1])
    assert "LCD of mimxrt1060_evk" in run.log, "the picture is attached"


def test_a_tap_between_the_buttons_and_two_fingers_do_no_harm(suite):
    run = suite(
        OPEN
        + """
    Tap    384    236
    Touch Screen    100    100
    Touch Screen    200    200    point=1
    Board Should Be Alive
    Lift Finger    1
    Lift Finger
    Tap Button    clear
    Draw Digit    4
    Tap Button    predict
    Wait For Line On Uart    Top1 class = 4
"""
    )
    assert run.only == ("PASS", "")


def test_a_board_without_glass(suite):
    run = suite("    Open Board    frdm_ke16z\n    Tap    1    1\n")
    assert run.only == ("FAIL", f"frdm_ke16z has no touch panel; boards with one: {BOARD}")
    run = suite("    Open Board    frdm_ke16z\n    Take Lcd Screenshot\n")
    assert run.only == ("FAIL", f"frdm_ke16z has no LCD; boards with one: {BOARD}")


def test_an_led_blinks(suite):
    rtos = firmware_path(BOARD, "rtos")
    assert rtos.is_file()
    run = suite(
        f"""
    Open Board    {BOARD}    app=rtos
    ${{period}}=    Led Should Blink    user_led    times=2    within=5 s
    Should Be True    100 < ${{period}} < 3000
    Led Should Blink    user_led    times=2    within=5 s    period=${{period / 1000}}
    Run Keyword And Expect Error    *blinks every*expected 7 ms*    Led Should Blink    user_led    2    period=7 ms
    Run Keyword And Expect Error    1 times asked for*    Led Should Blink    user_led    1    period=1 s
    Led Should Blink    user_led    times=9    within=100 ms
"""
    )
    assert run.only[0] == "FAIL"
    assert "came on" in run.only[1] and run.only[1].endswith("expected 9 in 100 ms")
