*** Settings ***
Documentation       Whatever arrives on the UART, the board answers with one error line and goes on.

Resource            ../resources/rig.resource
Suite Setup         Choose Boards


*** Test Cases ***
A Wrong CRC Is Refused
    [Template]    Wrong CRC Should Be Refused
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Half A Frame Is Refused After A Pause
    [Template]    Half A Frame Should Be Refused
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

A Burst Faster Than The Baud Rate Is Refused
    [Template]    Too Fast A Burst Should Be Refused
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}    ${153600}    ^error: (framing|overrun)
    END

A Burst At Twice The Baud Rate Is Refused
    [Documentation]    Two characters in the time of one still have a stop bit in the right place: the board takes them
    ...    for one, and half of the frame is missing.
    [Template]    Too Fast A Burst Should Be Refused
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}    ${230400}    ^error: (framing|overrun|short frame)
    END

Random Bytes Are Refused
    [Template]    Random Bytes Should Be Refused
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

An Unknown Command Is Refused
    [Template]    Unknown Command Should Be Refused
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Too Long A Line Is Refused
    [Template]    Too Long A Line Should Be Refused
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END


*** Keywords ***
Wrong CRC Should Be Refused
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Send Image Frame    ink:7    crc=${0x1234}
    One Error Line Appears    ^error: crc 0x1234, expected 0x[0-9a-f]{4}$
    Board Still Recognises Digits
    [Teardown]    Close Board

Half A Frame Should Be Refused
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Send Image Frame    ink:7    cut=${312}
    One Error Line Appears    ^error: short frame, 312 of 786 bytes$
    Board Still Recognises Digits
    [Teardown]    Close Board

Too Fast A Burst Should Be Refused
    [Arguments]    ${board}    ${baud}    ${error}
    Open Board    ${board}    model=${MODEL}
    Send Image Frame    ink:7    baud=${baud}
    One Error Line Appears    ${error}
    Board Still Recognises Digits
    [Teardown]    Close Board

Random Bytes Should Be Refused
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Send Bytes To Uart    8f 03 d2 51 fe 60 0c 9a 33 e7 5d 81 f4 18 b6 0a
    One Error Line Appears    ^error: unknown command
    Board Still Recognises Digits
    [Teardown]    Close Board

Unknown Command Should Be Refused
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Write Line To Uart    imgae
    One Error Line Appears    ^error: unknown command 'imgae'; try help$
    Board Still Recognises Digits
    [Teardown]    Close Board

Too Long A Line Should Be Refused
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Write Line To Uart    ${{'x' * 100}}
    One Error Line Appears    ^error: line too long$
    Board Still Recognises Digits
    [Teardown]    Close Board
