*** Settings ***
Documentation       Every output byte of the board equals that of the host reference.

Library             Collections
Resource            ../resources/rig.resource
Suite Setup         Choose Boards


*** Variables ***
${IMAGES}           100


*** Test Cases ***
Scores Equal The Reference
    [Documentation]    MNIST test images where DIGITRIG_MNIST names a folder, else the built-in ink digits; the log says which.
    [Template]    Scores Should Equal The Reference
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Scores Equal The Reference With Weights In RAM
    [Setup]    Choose Boards With Room For Weights
    [Template]    Scores Should Equal The Reference
    FOR    ${board}    IN    @{WITH ROOM}
        ${board}    weights=ram
    END

Scores Equal The Reference When Every Byte Comes Over The UART
    [Template]    Scores Should Equal The Reference
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}    inject=uart
    END

Every Layer Equals The Reference
    [Template]    Layers Should Equal The Reference
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END


*** Keywords ***
Scores Should Equal The Reference
    [Arguments]    ${board}    ${weights}=flash    ${inject}=memory
    Open Board    ${board}    model=${MODEL}    weights=${weights}
    Dataset Should Match Reference    limit=${IMAGES}    inject=${inject}    accuracy=0.9
    [Teardown]    Close Board

Layers Should Equal The Reference
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Layers Should Match Reference    ink:5
    [Teardown]    Close Board

Choose Boards With Room For Weights
    [Documentation]    Fills WITH ROOM; the message of the test names the boards that are left out.
    @{found}=    Create List
    FOR    ${board}    IN    @{EACH BOARD}
        @{places}=    Places Of Weights    ${board}    ${MODEL}
        IF    "ram" in $places
            Append To List    ${found}    ${board}
        ELSE
            Set Test Message    ${board} is left out: its RAM has no room for the weights.${SPACE}    append=True
        END
    END
    Skip If    not $found    no RAM has room for the weights: ${{ ', '.join($EACH_BOARD) }}
    Set Test Variable    @{WITH ROOM}    @{found}
