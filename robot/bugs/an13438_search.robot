*** Settings ***
Documentation       AN13438's listing begins its search for the highest score with ``max_val = 0``. An int8 score is
...                 negative below one half: a digit of which the model is not sure has ten negative scores, and is
...                 read as 0. The firmware is our own program of that shape (``firmware/bugs/first_maximum.c``).

Resource            ../resources/rig.resource
Resource            bugs.resource
Suite Setup         Choose Boards Of The Gallery


*** Variables ***
${UNSURE}           ink:1:2:5    # all ten scores are negative; the highest is that of 7


*** Test Cases ***
An Unsure Digit Is Read As Zero And The Reference Tells
    [Template]    The Search From Zero Should Be Found
    FOR    ${board}    IN    @{GALLERY BOARDS}
        ${board}
    END

A Search From The First Score Is Right
    [Template]    The Search From The First Score Should Pass
    FOR    ${board}    IN    @{GALLERY BOARDS}
        ${board}
    END


*** Keywords ***
The Search From Zero Should Be Found
    [Arguments]    ${board}
    ${elf}=    Build Program    ${BUGS}/first_maximum.c    ${board}    model=${MODEL}
    ${sure}=    Digit By Adapter    ${board}    ${elf}    an13438    ink:7
    Should Be Equal As Integers    ${sure}    7
    ${unsure}=    Digit By Adapter    ${board}    ${elf}    an13438    ${UNSURE}
    Should Be Equal As Integers    ${unsure}    0
    ${found}=    Run Keyword And Expect Error    *
    ...    Answers By Adapter Should Match Reference    ${board}    ${elf}    an13438    model=${MODEL}    limit=622
    Should Match Regexp    ${found}    1 of 622 images differ from .* reference kernels: image 621, top1: expected 7, found 0

The Search From The First Score Should Pass
    [Arguments]    ${board}
    ${elf}=    Build Program    ${BUGS}/first_maximum.c    ${board}    SEARCH_FROM_THE_FIRST    model=${MODEL}
    ${unsure}=    Digit By Adapter    ${board}    ${elf}    an13438    ${UNSURE}
    Should Be Equal As Integers    ${unsure}    7
    Answers By Adapter Should Match Reference    ${board}    ${elf}    an13438    model=${MODEL}    limit=40
