*** Settings ***
Documentation       Every output byte of the board equals that of the host reference.

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
    [Template]    Scores Should Equal The Reference
    FOR    ${board}    IN    @{EACH BOARD}
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
