*** Settings ***
Documentation       The drawing code of a published touch lock: a 3x3 brush that writes outside its 28x28 array at the
...                 border, and axes that are exchanged. The firmware is our own program with both faults
...                 (``firmware/bugs/touch_lock.c``).

Resource            ../resources/rig.resource
Resource            bugs.resource
Suite Setup         Choose Boards Of The Gallery


*** Variables ***
# A stroke downwards in the middle: columns 13 to 15, rows 4 to 23 with the brush around it.
${STROKE}           ${{ [(14, y) for y in range(5, 23)] }}
${DRAWN}            ${{ [255 * (13 <= x <= 15 and 4 <= y <= 23) for y in range(28) for x in range(28)] }}


*** Test Cases ***
A Brush At The Border Destroys Its Neighbours And The Guard Tells
    [Template]    The Brush Should Be Found
    FOR    ${board}    IN    @{GALLERY BOARDS}
        ${board}
    END

A Brush That Stays Inside Leaves Its Neighbours Alone
    [Template]    The Brush Should Stay Inside
    FOR    ${board}    IN    @{GALLERY BOARDS}
        ${board}
    END

Exchanged Axes Are Seen In The Picture And In The Answer
    [Template]    The Axes Should Be Found
    FOR    ${board}    IN    @{GALLERY BOARDS}
        ${board}
    END

A Stroke Downwards Is A One When Rows Come First
    [Template]    The Axes Should Be Right
    FOR    ${board}    IN    @{GALLERY BOARDS}
        ${board}
    END


*** Keywords ***
Touch Lock Is On The Board
    [Arguments]    ${board}    @{defines}
    ${elf}=    Build Program    ${BUGS}/touch_lock.c    ${board}    @{defines}    model=${MODEL}
    Open Board    ${board}    elf=${elf}
    Wait For Line On Uart    ready for places

Touch
    [Documentation]    One place, and the time that the firmware needs to take it.
    [Arguments]    ${x}    ${y}
    Write To Uart    ${x} ${y}\n
    Run For    1 ms

Draw At The Borders
    Guard Memory Around Symbol    canvas    bytes=32
    Touch    14    0
    Touch    0    14
    Touch    27    14
    Touch    14    27

The Brush Should Be Found
    [Documentation]    With x as the first index it is the left and the right border that reach out of the array.
    [Arguments]    ${board}
    Touch Lock Is On The Board    ${board}
    Draw At The Borders
    ${found}=    Run Keyword And Expect Error    *    Memory Around Symbol Should Be Unchanged    canvas
    Should Match Regexp    ${found}    6 bytes beside 'canvas' were written: .*\\(pin_code\\+17\\): 0x07 -> 0xff.*\\(attempts_left\\+13\\): 0x03 -> 0xff
    [Teardown]    Close Board

The Brush Should Stay Inside
    [Arguments]    ${board}
    Touch Lock Is On The Board    ${board}    BRUSH_STAYS_INSIDE    ROWS_FIRST
    Draw At The Borders
    Memory Around Symbol Should Be Unchanged    canvas
    [Teardown]    Close Board

Draw The Stroke
    FOR    ${place}    IN    @{STROKE}
        Touch    ${place}[0]    ${place}[1]
    END

Canvas Should Show The Stroke
    ${seen}=    Get Memory Symbol    canvas    type=uint8
    Should Be Equal    ${seen}    ${DRAWN}    the picture in memory is not what was drawn    values=False

The Axes Should Be Found
    [Arguments]    ${board}
    Touch Lock Is On The Board    ${board}    BRUSH_STAYS_INSIDE
    Draw The Stroke
    Run Keyword And Expect Error    the picture in memory is not what was drawn    Canvas Should Show The Stroke
    ${seen}=    Get Memory Symbol    canvas    type=uint8
    ${turned}=    Evaluate    numpy.reshape($seen, (28, 28)).T.ravel().tolist()    modules=numpy
    Should Be Equal    ${turned}    ${DRAWN}    values=False
    Write To Uart    ?\n
    ${answer}=    Wait For Line On Uart    Top1 class =
    Should Not Be Equal    ${answer.Line}    Top1 class = 1
    [Teardown]    Close Board

The Axes Should Be Right
    [Arguments]    ${board}
    Touch Lock Is On The Board    ${board}    BRUSH_STAYS_INSIDE    ROWS_FIRST
    Draw The Stroke
    Canvas Should Show The Stroke
    Write To Uart    ?\n
    Wait For Line On Uart    Top1 class = 1
    [Teardown]    Close Board
