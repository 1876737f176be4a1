*** Settings ***
Documentation       Firmware that goes wrong: the run ends by itself and the report says where and why.

Resource            ../resources/rig.resource
Suite Setup         Choose Boards


*** Variables ***
${PROGRAMS}         ${CURDIR}/../../pytests/firmware/programs


*** Test Cases ***
A Read Of Nothing Is Reported With Its Place
    [Documentation]    The firmware reads an address where the board has nothing, and takes a fault.
    [Template]    Faulting Program Should Be Reported
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}    fault    main
    END

A Stack Overflow Faults At Once
    [Documentation]    The stack lies at the end of the memory: what overflows it never overwrites variables unseen.
    [Template]    Faulting Program Should Be Reported
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}    overflow    descend
    END

A Program That Hangs Ends At The Virtual Time Limit
    [Template]    Hanging Program Should End At The Limit
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

A Program That Never Prints Ends As Soon As Nothing Can Happen Any More
    [Template]    Silent Program Should End Early
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END

Our Firmware Does Not Fault
    [Template]    Good Firmware Should Not Fault
    FOR    ${board}    IN    @{EACH BOARD}
        ${board}
    END


*** Keywords ***
Program Is On The Board
    [Arguments]    ${board}    ${program}
    ${elf}=    Build Program    ${PROGRAMS}/${program}.c    ${board}
    Open Board    ${board}    elf=${elf}

Faulting Program Should Be Reported
    [Arguments]    ${board}    ${program}    ${function}
    Program Is On The Board    ${board}    ${program}
    ${report}=    Should Have Faulted    (${function}
    Should Contain    ${report}    pc 0x
    Should Contain    ${report}    lr 0x
    Wait For Line On Uart    fault:    timeout=100 ms
    [Teardown]    Close Board

Hanging Program Should End At The Limit
    [Arguments]    ${board}
    Program Is On The Board    ${board}    hang
    ${message}=    Run Keyword And Expect Error    *
    ...    Wait For Line On Uart    never printed    timeout=50 ms
    Should Start With    ${message}    a line with 'never printed' not seen in 50 of 50 ms
    Should Contain    ${message}    (main
    Should Contain    ${message}    last console lines:
    [Teardown]    Close Board

Silent Program Should End Early
    [Arguments]    ${board}
    Program Is On The Board    ${board}    mute
    ${message}=    Run Keyword And Expect Error    *
    ...    Wait For Next Line On Uart    timeout=100 s
    Should Contain    ${message}    nothing was printed on the console
    ${time}=    Virtual Time
    Should Be True    $time.total_seconds() < 1
    [Teardown]    Close Board

Good Firmware Should Not Fault
    [Arguments]    ${board}
    Open Board    ${board}    model=${MODEL}
    Send Digit Image    ink:7
    Run For    100 ms
    Should Not Have Faulted
    Board Should Be Alive
    [Teardown]    Close Board
