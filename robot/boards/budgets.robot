*** Settings ***
Documentation       The firmware stays within what the real part has, and within the time that was published for it.

Resource            ../resources/rig.resource
Suite Setup         Choose Boards


*** Test Cases ***
Firmware Fits Flash, RAM And Stack
    [Documentation]    The limits stand in the board's description: they are those of the part.
    [Template]    Firmware Should Fit
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Inference Is As Quick As Published
    [Documentation]    Not slower than the figure that the application note gives for this board.
    [Template]    Inference Should Be Quick
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Budgets Have Not Regressed
    [Documentation]    Flash, RAM, stack, cycles and instructions are those of budgets/baseline.json, or better.
    [Template]    Firmware Should Keep Its Budgets
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END


*** Keywords ***
Firmware Should Fit
    [Arguments]    ${board}
    @{places}=    Places Of Weights    ${board}    ${MODEL}
    FOR    ${weights}    IN    @{places}
        Open Board    ${board}    model=${MODEL}    weights=${weights}
        Send Digit Image    ink:2
        Flash Use Should Be Below    budget
        Ram Use Should Be Below    budget
        Stack Use Should Be Below    budget
        Close Board
    END
    [Teardown]    Close Board

Firmware Should Keep Its Budgets
    [Arguments]    ${board}
    @{places}=    Places Of Weights    ${board}    ${MODEL}
    FOR    ${weights}    IN    @{places}
        Open Board    ${board}    model=${MODEL}    weights=${weights}
        Budgets Should Not Regress
        Close Board
    END
    [Teardown]    Close Board

Inference Should Be Quick
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Inject Digit Image    ink:2
    Inference Time Should Be Below    published
    Inference Cycles Should Be Below    published
    [Teardown]    Close Board
