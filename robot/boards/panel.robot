*** Settings ***
Documentation       The LED says how the board feels, the button asks for the last image again.

Resource            ../resources/rig.resource
Resource            ../resources/panel.resource
Suite Setup         Choose Boards


*** Test Cases ***
The LED Is Lit While The Board Is Ready
    [Template]    LED Should Be Lit When Ready
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

The LED Is Dark After A Fault
    [Template]    LED Should Be Dark After A Fault
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

The Button Asks For The Last Image Again
    [Setup]    Choose Boards With A Button
    [Template]    Button Should Predict Once
    FOR    ${board}    IN    @{WITH BUTTON}
        ${board}
    END

A Bouncing Contact Is No Press
    [Setup]    Choose Boards With A Button
    [Template]    Short Contact Should Be Ignored
    FOR    ${board}    IN    @{WITH BUTTON}
        ${board}
    END


*** Keywords ***
LED Should Be Lit When Ready
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Run For    1 ms
    Led Should Be On    ${READY LED}[${board}]
    [Teardown]    Close Board

LED Should Be Dark After A Fault
    [Arguments]    ${board}
    ${elf}=    Build Program    ${CURDIR}/../../pytests/firmware/programs/fault.c    ${board}
    Open Board    ${board}    elf=${elf}
    Should Have Faulted
    Led Should Be Off    ${READY LED}[${board}]
    [Teardown]    Close Board

Button Should Predict Once
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Send Digit Image    ink:6
    Wait For Line On Uart    Inference time
    Press Button    ${BUTTON}[${board}]
    Wait For Line On Uart    Top1 class = 6    timeout=500 ms
    Wait For Line On Uart    Inference time
    Should Not Be On Uart    class    timeout=500 ms
    Release Button    ${BUTTON}[${board}]
    Should Not Be On Uart    class    timeout=500 ms
    [Teardown]    Close Board

Short Contact Should Be Ignored
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Run For    50 ms
    Press Button    ${BUTTON}[${board}]
    Run For    3 ms
    Release Button    ${BUTTON}[${board}]
    Should Not Be On Uart    class    timeout=500 ms
    [Teardown]    Close Board
