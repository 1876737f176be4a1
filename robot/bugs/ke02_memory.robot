*** Settings ***
Documentation       AN13438's table has no figures for the KE02 with the weights in RAM: with 4 KB of RAM they do not fit.
...                 The build says so in words; nothing runs over the end of the memory unseen.

Resource            ../resources/rig.resource
Resource            bugs.resource
Suite Setup         Choose Boards


*** Test Cases ***
Published Sizes Do Not Fit The KE02 And The Linker Says So
    Skip If    'frdm_ke02z40m' not in $EACH_BOARD    this run does not cover frdm_ke02z40m
    ${found}=    Run Keyword And Expect Error    *
    ...    Build Program    ${BUGS}/weights_in_ram.c    frdm_ke02z40m    model=${MODEL}
    Should Contain    ${found}    do not fit into the RAM of this part

The Same Program Runs Where There Is Room
    Skip If    'frdm_ke16z' not in $EACH_BOARD    this run does not cover frdm_ke16z
    ${elf}=    Build Program    ${BUGS}/weights_in_ram.c    frdm_ke16z    model=${MODEL}
    Open Board    frdm_ke16z    elf=${elf}
    Wait For Line On Uart    sum of three = 6
    [Teardown]    Close Board
