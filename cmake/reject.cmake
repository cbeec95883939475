# SPDX-License-Identifier: MIT
# A program that must not compile, for the reason given, in few words:
#     cmake -D FILE=x.cpp -D COMPILERS=g++,clang++ -D INCLUDE=include -P cmake/reject.cmake
# The first line of FILE is `// rejects: <sentence>`. Every compiler must stop, say the sentence, report exactly one
# error and print at most 20 lines. With -DELBO_ACCEPTED the same file must compile without a word, so that a typo in
# the rest of it cannot pass for a rejection.

cmake_minimum_required(VERSION 3.24)
set(longest 20)
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow)
set(ENV{LC_ALL} C)

file(STRINGS "${FILE}" first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// rejects: (.*[^ ])$")
    message(FATAL_ERROR "${FILE}:1: the first line must be `// rejects: <sentence>`, it is `${first_line}`")
endif()
set(sentence "${CMAKE_MATCH_1}")

string(REPLACE "," ";" COMPILERS "${COMPILERS}")
string(REPLACE "," ";" INCLUDE "${INCLUDE}")
list(TRANSFORM INCLUDE PREPEND "-I")
set(complaints "")
foreach(compiler IN LISTS COMPILERS)
    set(command ${compiler} -std=c++20 -fsyntax-only ${INCLUDE} ${FILE})

    execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
    string(REGEX MATCHALL "\n" lines "${text}")
    list(LENGTH lines line_count)
    string(REGEX MATCHALL "(^|[ :])error: " errors "${text}")
    list(LENGTH errors error_count)
    string(FIND "${text}" "${sentence}" place)

    set(problems "")
    if(status EQUAL 0)
        string(APPEND problems "  it compiles\n")
    else()
        if(NOT status MATCHES "^[0-9]+$")
            string(APPEND problems "  the compiler did not run: ${status}\n")
        endif()
        if(place EQUAL -1)
            string(APPEND problems "  the sentence is not said: ${sentence}\n")
        endif()
        if(NOT error_count EQUAL 1)
            string(APPEND problems "  ${error_count} errors instead of one\n")
        endif()
        if(line_count GREATER longest)
            string(APPEND problems "  ${line_count} lines, more than ${longest}\n")
        endif()
    endif()
    if(problems)
        string(APPEND complaints "\n${FILE}, rejected by ${compiler}:\n${problems}${text}")
    endif()

    execute_process(COMMAND ${command} -DELBO_ACCEPTED ${warnings}
                    RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
    if(NOT status EQUAL 0 OR NOT text STREQUAL "")
        string(APPEND complaints "\n${FILE}, accepted by ${compiler} with -DELBO_ACCEPTED:\n"
                                 "  it must compile without a word\n${text}")
    endif()
endforeach()

if(NOT complaints STREQUAL "")
    message("${complaints}")
    message(FATAL_ERROR "not rejected as it should be")
endif()
