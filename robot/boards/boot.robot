*** Settings ***
Documentation       A board that is switched on says what it is.

Resource            ../resources/rig.resource
Suite Setup         Choose Boards


*** Test Cases ***
Banner Names App, Board, Model And Clock
    [Documentation]    The first lines after power-up are for people and for scripts alike.
    [Template]    Banner Should Be Complete
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Reset Starts The Firmware Again
    [Template]    Reset Should Lead To The Banner
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Info Repeats The Banner
    [Template]    Info Should Repeat The Banner
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Help Lists The Commands
    [Template]    Help Should List The Commands
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END


*** Keywords ***
Banner Should Be Complete
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    The Banner Appears    ${board}
    Board Should Be Alive
    [Teardown]    Close Board

Reset Should Lead To The Banner
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    The Banner Appears    ${board}
    Reset Board
    The Banner Appears    ${board}
    Board Still Recognises Digits
    [Teardown]    Close Board

Info Should Repeat The Banner
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    The Banner Appears    ${board}
    Write Line To Uart    info
    The Banner Appears    ${board}
    [Teardown]    Close Board

Help Should List The Commands
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Write Line To Uart    help
    Wait For Line On Uart    commands: help info image predict    timeout=100 ms
    [Teardown]    Close Board

The Banner Appears
    [Arguments]    ${board}
    Wait For Line On Uart    ^digitrig console \\d+\\.\\d+\\.\\d+$    treatAsRegex=True
    Wait For Line On Uart    board = ${board}    matchNextLine=True
    Wait For Line On Uart    ^model = ${MODEL} [0-9a-f]{8}$    treatAsRegex=True    matchNextLine=True
    Wait For Line On Uart    ^core clock = \\d+ \\(Hz\\)$    treatAsRegex=True    matchNextLine=True
    Wait For Line On Uart    ready    matchNextLine=True
