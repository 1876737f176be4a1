*** Settings ***
Documentation       Inference in a thread, beside a shell and a blinking LED, on a small preemptive kernel.

Resource            ../resources/rig.resource
Resource            ../resources/panel.resource
Suite Setup         Choose Boards
Test Template       On Every Board
Test Teardown       Close Board


*** Variables ***
@{RTOS BOARDS}      frdm_k32l2b    mimxrt1060_evk
${SAMPLES}          10


*** Test Cases ***
Every Sample Is Recognised As The Reference Does
    Samples Should Match Reference

An Image That Is Sent Is Recognised As The Reference Does
    Sent Images Should Match Reference

The LED Blinks On Time During Inferences
    LED Should Blink Beside Inferences

The Shell Lists Threads And Memory
    Lists Should Be Complete

Bad Commands Get One Error Line Each
    Bad Commands Should Be Refused

A Stack Overflow Is Found And Named
    Overflow Should Be Named


*** Keywords ***
On Every Board
    [Arguments]    ${check}
    @{covered}=    Evaluate    sorted(set($RTOS_BOARDS) & set($EACH_BOARD))
    Skip If    not $covered    this run covers none of ${{ ', '.join($RTOS_BOARDS) }}
    FOR    ${board}    IN    @{covered}
        Log    ${board}
        Open Board    ${board}    app=rtos
        Set Test Variable    ${BOARD}    ${board}
        Run Keyword    ${check}
        Close Board
    END

Samples Should Match Reference
    FOR    ${digit}    IN RANGE    ${SAMPLES}
        Write Line To Uart    mnist ${digit}
        Read Prediction
        Prediction Should Be    ${digit}
        Outputs Should Match Reference
    END

Sent Images Should Match Reference
    FOR    ${image}    IN    ink:2:swan    ink:5    ink:9:2
        Send Digit Image    ${image}
        Outputs Should Match Reference
    END

LED Should Blink Beside Inferences
    [Documentation]    The worker computes for a tenth of a second and more while the LED comes on twice.
    ${led}=    Set Variable    ${READY LED}[${BOARD}]
    Run For    150 ms
    Write Line To Uart    mnist 3 ${{ 1000 if $BOARD == 'mimxrt1060_evk' else 400 }}
    ${mean}=    Led Should Blink    ${led}    times=3    within=3 s    period=500 ms    tolerance=0.001
    Should Be True    abs($mean - 500) < 0.1
    Read Prediction
    Prediction Should Be    3

Lists Should Be Complete
    Write Line To Uart    ps
    Wait For Line On Uart    thread
    FOR    ${thread}    IN    idle    blink    shell    worker
        Wait For Line On Uart    ^${thread} +\\d+ +(ready|running|waiting) +\\d+ +\\d+ +\\d+$    treatAsRegex=True
    END
    Write Line To Uart    free
    Wait For Line On Uart    total ram =
    Wait For Line On Uart    used ram =
    Wait For Line On Uart    free ram =
    Write Line To Uart    help
    Wait For Line On Uart    commands: help info image predict mnist ps free overflow

Bad Commands Should Be Refused
    FOR    ${command}    IN    mnist    mnist 10    mnist x    mnist 3 0    mnist 3 4 5    Mnist 3    ps 1    list
        Write Line To Uart    ${command}
        One Error Line Appears    error: (mnist takes|unknown command)
    END
    Write Line To Uart    mnist 4
    Read Prediction
    Prediction Should Be    4

Overflow Should Be Named
    Write Line To Uart    overflow
    Wait For Line On Uart    fault: stack overflow in thread 'probe'
