*** Settings ***
Documentation       Every output byte of the board equals that of the host reference.

Resource            ../resources/rig.resource
Suite Setup         Choose Boards


*** Variables ***
${IMAGES}           40


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
        ${board}    ram
    END

Every Layer Equals The Reference
    [Template]    Layers Should Equal The Reference
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END


*** Keywords ***
Scores Should Equal The Reference
    [Arguments]    ${board}    ${weights}=flash
    Open Board    ${board}    model=${MODEL}    weights=${weights}
    ${share}=    Dataset Should Match Reference    limit=${IMAGES}    inject=memory    accuracy=0.9
    Log    ${board}: ${{round(100 * $share, 1)}} % of ${IMAGES} images recognised, every byte equal to the reference
    [Teardown]    Close Board

Layers Should Equal The Reference
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Layers Should Match Reference    ink:5
    [Teardown]    Close Board
