*** Settings ***
Documentation       The RT1060 interprets `.tflite` files: the one in its flash, and others that it is sent.

Library             digitrig.robot.DigitRig    engine=${ENGINE}


*** Variables ***
${ENGINE}           ${EMPTY}
${MODELS}           ${CURDIR}/../../models


*** Test Cases ***
A Model In Flash Is Interpreted Exactly
    Open Board    mimxrt1060_evk    runtime=interpreter
    Send Digit Image    ink:7
    Prediction Should Be    7
    Outputs Should Match Reference
    ${layers}    Layers Should Match Reference
    Should Be True    ${layers} >= 8

A Model Is Sent Over The UART And Used Until The Reset
    Open Board    mimxrt1060_evk    runtime=interpreter
    Load Model    ${MODELS}/tinylock.tflite    preprocess=binarise
    Send Digit Image    ink:4
    Outputs Should Match Reference
    Reset Board
    Send Digit Image    ink:4
    Outputs Should Match Reference

A Large Model Is Written As A Debugger Would
    Open Board    mimxrt1060_evk    runtime=interpreter
    Load Model    ${MODELS}/lenet.tflite    inject=memory
    Inject Digit Image    ink:2
    Outputs Should Match Reference
    Layers Should Match Reference

A File That Is No Model Gives One Line And The Board Lives
    Open Board    mimxrt1060_evk    runtime=interpreter
    Run Keyword And Expect Error    *error: not a .tflite model: the identifier TFL3 is missing
    ...    Load Model    ${MODELS}/manifest.json
    Send Digit Image    ink:9
    Outputs Should Match Reference
