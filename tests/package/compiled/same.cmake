# SPDX-License-Identifier: MIT
# Two builds of one trainer end with the same losses: cmake -D HEADERS=program -D COMPILED=program -D SCRATCH=folder -P same.cmake

cmake_minimum_required(VERSION 3.24)

foreach(how IN ITEMS HEADERS COMPILED)
    file(REMOVE_RECURSE ${SCRATCH}/${how})
    file(MAKE_DIRECTORY ${SCRATCH}/${how})
    execute_process(COMMAND ${${how}} WORKING_DIRECTORY ${SCRATCH}/${how} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
    string(REGEX MATCHALL "loss [0-9.]+  reconstruction [0-9.]+  kl [0-9.]+" ${how}_losses "${text}")
    list(LENGTH ${how}_losses lines)
    if(NOT status EQUAL 0 OR lines LESS 5 OR NOT EXISTS ${SCRATCH}/${how}/samples.png)
        message(FATAL_ERROR "${${how}} ended with ${status}:\n${text}")
    endif()
    list(GET ${how}_losses -1 ${how}_last)
endforeach()
if(NOT HEADERS_last STREQUAL COMPILED_last)
    message(FATAL_ERROR "of headers alone:\n${HEADERS_losses}\ncompiled once:\n${COMPILED_losses}")
endif()
message("${COMPILED_last}")
