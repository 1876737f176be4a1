*** Settings ***
Documentation       The lock with a screen: a PIN of four digits, drawn one after the other. The console never shows a digit.

Resource            ../resources/rig.resource
Resource            lock.resource
Suite Setup         Open The Lock
Test Setup          Restore Snapshot    new


*** Test Cases ***
A PIN Is Set, Locks And Unlocks
    Lcd Text Should Be    status    set a PIN of 4 digits
    Lcd Text Should Be    slots    ____
    Draw PIN    1    2    3    4
    Push    enter    PIN set, open
    Led Should Be On    user_led
    Push    lock    locked
    Led Should Be Off    user_led
    Draw PIN    1    2    3    4
    Push    enter    open
    The Console Tells No Digit

A Digit Is Shown For A Moment And Then Hidden
    Draw One    7    crossed
    Lcd Text Should Be    slots    7___    timeout=200 ms
    Run For    1600 ms
    Lcd Text Should Be    slots    *___
    Draw One    4
    Lcd Text Should Be    slots    *4__    timeout=200 ms

A Digit Is What The Reference Sees
    FOR    ${digit}    IN RANGE    10
        Restore Snapshot    new
        Draw One    ${digit}
        Lcd Text Should Be    slots    ${digit}___    timeout=200 ms
        Kept Image Should Be    ${digit}
    END

Clear Takes Back A Digit, Or What Is Being Drawn
    Draw One    1
    Draw One    2
    Push    clear    digit cleared, 1 of 4
    Lcd Text Should Be    slots    *___    timeout=200 ms
    Draw Digit    3
    Tap Button    clear
    Run For    1 s
    Lcd Text Should Be    slots    *___
    Push    clear    digit cleared, 0 of 4
    Push    clear    no digit to clear

A PIN That Is Too Short Is No PIN, And A Fifth Digit Is Not Taken
    Draw One    1
    Draw One    2
    Push    enter    a PIN has 4 digits, not 2
    Draw PIN    3    4
    Draw Digit    5
    Wait For Line On Uart    4 digits are there: enter or clear
    Lcd Text Should Be    status    4 digits are there: enter or clear    timeout=200 ms
    Push    enter    PIN set, open

The PIN Is Kept Over A Reset
    Set The PIN
    Restart
    Lcd Text Should Be    status    locked    timeout=200 ms
    Draw PIN    5    6    7    8
    Push    enter    wrong PIN, 2 tries left
    Draw PIN    1    2    3    4
    Push    enter    open
    The Console Tells No Digit

Three Wrong Ones Lock It For 30 Seconds
    Set The PIN
    Push    lock    locked
    Three Wrong PINs
    Lcd Text Should Be    status    locked out for 30 s
    Run For    20 s
    Lcd Text Should Be    status    locked out for 10 s
    Lcd Text Should Be    slots    10 s
    Draw Digit    1
    Run For    800 ms
    Run For    8900 ms
    Lcd Text Should Be    status    locked    timeout=1 s
    Draw PIN    1    2    3    4
    Push    enter    open

A Reset Does Not End The Lock-Out
    Set The PIN
    Push    lock    locked
    Three Wrong PINs
    Run For    20 s
    Restart
    Lcd Text Should Be    status    locked out for 30 s
    Run For    28 s
    Lcd Text Should Be    status    locked out for 2 s
    Lcd Text Should Be    status    locked    timeout=3 s

Wrong Ones Before And After A Reset Count Together
    Set The PIN
    Push    lock    locked
    Draw PIN    0    0    0    0
    Push    enter    wrong PIN, 2 tries left
    Restart
    Draw PIN    0    0    0    0
    Push    enter    wrong PIN, 1 try left

The PIN Is Changed By Who Knows The Old One
    Set The PIN
    Push    change    enter the old PIN
    Draw PIN    4    3    2    1
    Push    enter    wrong PIN, 2 tries left
    Draw PIN    1    2    3    4
    Push    enter    enter the new PIN
    Draw PIN    9    0    6    5
    Push    enter    PIN changed, open
    Push    lock    locked
    Draw PIN    1    2    3    4
    Push    enter    wrong PIN, 2 tries left
    Draw PIN    9    0    6    5
    Push    enter    open

The Pad Takes Nothing While The Lock Is Open
    Set The PIN
    Draw Digit    8
    Should Not Be On Uart    digit taken    timeout=1 s
    Lcd Text Should Be    slots    OPEN


*** Keywords ***
Open The Lock
    Suite Needs Board    mimxrt1060_evk
    Open Board    mimxrt1060_evk    app=lock
    Wait For Line On Uart    set a PIN of 4 digits
    Run For    400 ms
    Save Snapshot    new

Restart
    [Documentation]    The reset button; passes over the banner and the line about the state.
    Reset Board
    Wait For Line On Uart    core clock
    Wait For Line On Uart    ready
    Wait For Next Line On Uart
    Run For    400 ms

Draw One
    [Documentation]    Draws a digit and waits until the lock has taken it.
    [Arguments]    ${digit}    ${style}=0
    Draw Digit    ${digit}    ${style}
    Wait For Line On Uart    digit taken

Draw PIN
    [Arguments]    @{digits}
    FOR    ${digit}    IN    @{digits}
        Draw One    ${digit}
    END

Push
    [Documentation]    Pushes a button; the LCD and the console tell the same of it.
    [Arguments]    ${button}    ${told}
    Tap Button    ${button}
    ${line}=    Wait For Next Line On Uart
    Should Be Equal    ${line.Line}    ${told}
    Lcd Text Should Be    status    ${told}    timeout=200 ms

Set The PIN
    Draw PIN    1    2    3    4
    Push    enter    PIN set, open

Three Wrong PINs
    FOR    ${told}    IN    wrong PIN, 2 tries left    wrong PIN, 1 try left    locked out for 30 s
        Draw PIN    0    9    8    7
        Push    enter    ${told}
    END

Kept Image Should Be
    [Documentation]    The reference sees this digit in the image that the firmware has seen.
    [Arguments]    ${digit}
    ${seen}=    Classify Kept Image
    Should Be Equal As Integers    ${seen}    ${digit}
