*** Settings ***
Documentation       The digit demo: digits drawn on the glass, results on the LCD and on the console.

Resource            ../resources/rig.resource
Suite Setup         Open The Demo
Test Setup          Restore Snapshot    awake


*** Variables ***
${STYLES}           5
# Of all digits that are drawn, in per cent.
${WANTED}           95


*** Test Cases ***
Every Digit In Five Styles Is Recognised, And Every Result Is That Of The Reference
    ${right}=    Set Variable    ${0}
    FOR    ${digit}    IN RANGE    10
        FOR    ${style}    IN RANGE    ${STYLES}
            ${found}=    Draw And Predict    ${digit}    ${style}
            ${right}=    Evaluate    $right + ($found == $digit)
        END
    END
    ${percent}=    Evaluate    100 * $right / (10 * ${STYLES})
    Set Test Message    ${right} of ${{ 10 * ${STYLES} }} digits recognised: ${percent} %
    Should Be True    $percent >= ${WANTED}    only ${percent} % recognised

The Picture Of The Drawing Stands Beside The Result
    Draw Digit    7    crossed
    Tap Button    predict
    Read Prediction
    Lcd Text Should Be    result    7    timeout=200 ms
    Take Lcd Screenshot

Clear Takes Away Drawing And Result
    Draw Digit    3
    Tap Button    predict
    Read Prediction
    Lcd Text Should Be    result    3    timeout=200 ms
    Tap Button    clear
    Lcd Text Should Be    result    ${EMPTY}    timeout=200 ms
    Lcd Text Should Be    confidence    ${EMPTY}
    Tap Button    predict
    Wait For Line On Uart    nothing drawn
    Lcd Text Should Be    message    nothing drawn    timeout=200 ms

A Tap Between Buttons Does Nothing
    Draw Digit    1
    Tap    384    236
    Tap    300    200
    Tap    470    10
    Should Not Be On Uart    class    timeout=200 ms
    Lcd Text Should Be    result    ${EMPTY}

A Button Is Pushed Only Where The Finger Came Down And Left
    Draw Digit    1
    Draw Strokes    ${{ [[(320, 230, 0), (320, 150, 60)]] }}
    Draw Strokes    ${{ [[(320, 150, 0), (320, 230, 60)]] }}
    Should Not Be On Uart    class    timeout=200 ms

A Stroke That Leaves The Input Area Ends At Its Edge
    Draw Strokes    ${{ [[(128, 100, 0), (128, 200, 60), (400, 220, 120), (128, 240, 180)]] }}
    Tap Button    predict
    Read Prediction
    Outputs Should Match Reference

A Second Finger Does Not Disturb The First
    Touch Screen    128    60
    Run For    40 ms
    Touch Screen    430    236    point=1
    Run For    40 ms
    Touch Screen    128    140
    Run For    40 ms
    Lift Finger    point=1
    Run For    40 ms
    Touch Screen    128    220
    Run For    40 ms
    Lift Finger
    Run For    40 ms
    Tap Button    predict
    Read Prediction
    Prediction Should Be    1
    Outputs Should Match Reference

The Console Has Commands Of Its Own
    Write Line To Uart    help
    Wait For Line On Uart    commands: help info predict clear
    Draw Digit    6
    Write Line To Uart    predict
    Read Prediction
    Outputs Should Match Reference
    Write Line To Uart    clear
    Lcd Text Should Be    result    ${EMPTY}    timeout=200 ms
    Write Line To Uart    image
    One Error Line Appears    error: unknown command 'image'; try help


*** Keywords ***
Open The Demo
    Suite Needs Board    mimxrt1060_evk
    Open Board    mimxrt1060_evk    app=touch
    Run For    400 ms
    Save Snapshot    awake

Draw And Predict
    [Arguments]    ${digit}    ${style}
    Tap Button    clear
    Draw Digit    ${digit}    ${style}
    Tap Button    predict
    ${found}=    Read Prediction
    Outputs Should Match Reference
    Lcd Text Should Be    result    ${found}    timeout=200 ms
    ${scores}=    Get Scores
    ${tenths}=    Evaluate    ((max($scores) + 128) * 1000 + 128) // 256
    Lcd Text Should Be    confidence    ${{ $tenths // 10 }}.${{ $tenths % 10 }} %
    RETURN    ${found}
