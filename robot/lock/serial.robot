*** Settings ***
Documentation       The lock without a screen: on the small boards, operated over the serial line. A digit is sent as an image.
...
...                 The whole story on one board; on the others what differs between parts: memory, clocks, what a reset keeps.

Resource            ../resources/rig.resource
Resource            lock.resource
Suite Setup         Choose Small Boards
Test Teardown       Close Board


*** Variables ***
${LOCK MODEL}       tinylock
${STORY BOARD}      frdm_ke16z


*** Test Cases ***
A PIN Is Set, Kept Over A Reset, And Unlocks On Every Board
    FOR    ${board}    IN    @{SMALL BOARDS}
        Open The Lock    ${board}
        Set The PIN
        Restart    locked
        Send PIN    5    6    7    8
        Say    enter    wrong PIN, 2 tries left
        Send PIN    1    2    3    4
        Say    enter    open
        The Console Tells No Digit
        Close Board
    END

A Digit Is Taken From The Image That Was Sent
    Open The Lock    ${STORY BOARD}
    FOR    ${digit}    IN RANGE    4
        Send Digit    ${digit}
        ${seen}=    Classify Kept Image
        Should Be Equal As Integers    ${seen}    ${digit}
    END

Three Wrong Ones Lock It For 30 Seconds
    Open The Lock    ${STORY BOARD}
    Set The PIN
    Say    lock    locked
    Three Wrong PINs
    Say    image    error: locked out for 30 s
    Run For    20 s
    Say    status    locked out for 10 s
    Restart    locked out for 30 s
    Run For    29 s
    Say    status    locked out for 1 s
    Wait For Line On Uart    locked    timeout=2 s
    Send PIN    1    2    3    4
    Say    enter    open

The PIN Is Changed By Who Knows The Old One
    Open The Lock    ${STORY BOARD}
    Set The PIN
    Say    change    enter the old PIN
    Send PIN    4    3    2    1
    Say    enter    wrong PIN, 2 tries left
    Send PIN    1    2    3    4
    Say    enter    enter the new PIN
    Send PIN    9    0    6    5
    Say    enter    PIN changed, open
    Say    lock    locked
    Send PIN    1    2    3    4
    Say    enter    wrong PIN, 2 tries left
    Say    unlock    send 4 images, then enter
    Send PIN    9    0    6    5
    Say    enter    open

What Does Not Go Now Is Refused With A Reason
    [Template]    Say
    [Setup]    Open The Lock    ${STORY BOARD}
    lock    error: set a PIN of 4 digits first
    change    error: set a PIN of 4 digits first
    unlock    error: the lock is not locked
    clear    error: no digit to clear
    enter    error: a PIN has 4 digits, not 0
    open    error: unknown command 'open'; try help
    status    set a PIN of 4 digits
    set    send 4 images, then enter
    help    commands: help info image set enter clear lock unlock change status

A Digit Is Cleared, And A Fifth Is Not Taken
    Open The Lock    ${STORY BOARD}
    Send PIN    1    2
    Say    clear    digit cleared, 1 of 4
    Send PIN    2    3    4
    Send Image Frame    ink:5
    Wait For Line On Uart    error: 4 digits are there: enter or clear
    Say    enter    PIN set, open
    Say    set    error: there is a PIN already: unlock and change
    Say    image    error: the lock is open
    Say    lock    locked
    Say    lock    error: locked already
    Send PIN    1    2    3    4
    Say    enter    open

A Broken Frame Counts For Nothing
    Open The Lock    ${STORY BOARD}
    Send Digit    1
    Send Image Frame    ink:2    cut=100
    One Error Line Appears    error: short frame, 100 of 786 bytes
    Send Image Frame    ink:2    crc=0
    One Error Line Appears    error: crc 0x0000
    Say    clear    digit cleared, 0 of 4


*** Keywords ***
Choose Small Boards
    Suite Needs Board    ${STORY BOARD}
    @{small}=    Create List
    FOR    ${board}    IN    @{EACH BOARD}
        IF    $board != 'mimxrt1060_evk'    Append To List    ${small}    ${board}
    END
    Set Suite Variable    @{SMALL BOARDS}    @{small}

Open The Lock
    [Arguments]    ${board}
    Open Board    ${board}    app=lock    model=${LOCK MODEL}
    Wait For Line On Uart    set a PIN of 4 digits

Restart
    [Arguments]    ${told}
    Reset Board
    Wait For Line On Uart    core clock
    Wait For Line On Uart    ready
    ${line}=    Wait For Next Line On Uart
    Should Be Equal    ${line.Line}    ${told}

Say
    [Documentation]    Sends a command; the next line is the answer.
    [Arguments]    ${command}    ${answer}
    Write Line To Uart    ${command}
    ${line}=    Wait For Next Line On Uart
    Should Be Equal    ${line.Line}    ${answer}
    IF    $answer.startswith('error: unknown')    Run For    30 ms

Send Digit
    [Arguments]    ${digit}
    Send Image Frame    ink:${digit}
    Wait For Line On Uart    digit taken

Send PIN
    [Arguments]    @{digits}
    FOR    ${digit}    IN    @{digits}
        Send Digit    ${digit}
    END

Set The PIN
    Send PIN    1    2    3    4
    Say    enter    PIN set, open

Three Wrong PINs
    FOR    ${told}    IN    wrong PIN, 2 tries left    wrong PIN, 1 try left    locked out for 30 s
        Send PIN    0    9    8    7
        Say    enter    ${told}
    END
