*** Settings ***
Documentation       A board recognises handwritten digits, whichever way the image reaches it.

Resource            ../resources/rig.resource
Suite Setup         Choose Boards


*** Test Cases ***
Digits Sent Over The UART Are Recognised
    [Documentation]    Every byte passes the emulated UART at 115200 baud and the firmware's own driver.
    [Template]    Every Digit Should Be Recognised Over The UART
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Digits Written Into Memory Are Recognised
    [Documentation]    As a debugger does it: the image lies in RAM and the firmware is asked to look at it.
    [Template]    Every Digit Should Be Recognised From Memory
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Both Ways Give The Same Answer
    [Template]    Both Ways Should Agree
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Predict Repeats The Last Answer
    [Template]    Predict Should Repeat The Answer
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

An Answer Is The Same From The Same State
    [Documentation]    Emulation is deterministic, cycle for cycle.
    [Template]    Snapshot Should Bring Back The Same Answer
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END


*** Keywords ***
Every Digit Should Be Recognised Over The UART
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    FOR    ${digit}    IN RANGE    10
        Send Digit Image    ink:${digit}
        Prediction Should Be    ${digit}
    END
    [Teardown]    Close Board

Every Digit Should Be Recognised From Memory
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    FOR    ${digit}    IN RANGE    10
        Inject Digit Image    ink:${digit}
        Prediction Should Be    ${digit}
    END
    [Teardown]    Close Board

Both Ways Should Agree
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Send Digit Image    ink:3
    @{scores}=    Get Scores
    Inject Digit Image    ink:3
    Scores Should Be    @{scores}
    [Teardown]    Close Board

Predict Should Repeat The Answer
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Send Digit Image    ink:4
    Write Line To Uart    predict
    Wait For Line On Uart    Inference time
    Wait For Line On Uart    Top1 class = 4
    Wait For Line On Uart    Inference time
    [Teardown]    Close Board

Snapshot Should Bring Back The Same Answer
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Save Snapshot
    Send Digit Image    ink:8
    ${time}=    Virtual Time
    @{scores}=    Get Scores
    Restore Snapshot
    Send Digit Image    ink:8
    Scores Should Be    @{scores}
    ${again}=    Virtual Time
    Should Be Equal    ${time}    ${again}
    [Teardown]    Close Board
