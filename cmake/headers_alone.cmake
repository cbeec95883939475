# SPDX-License-Identifier: MIT
# Every header of a room compiles when it is the only one included, without a warning:
#     cmake -D ROOT=include/elbo -D ROOM=core -D COMPILER=g++ -D FLAGS=@file -P cmake/headers_alone.cmake
# An empty ROOM means the files beside the rooms. What only nvcc or Thrust can read is left out: PART=device reads that.

cmake_minimum_required(VERSION 3.24)
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow -Werror)

cmake_path(ABSOLUTE_PATH ROOT)
if(ROOM STREQUAL "")
    file(GLOB headers RELATIVE "${ROOT}" "${ROOT}/*.hpp")
else()
    file(GLOB_RECURSE headers RELATIVE "${ROOT}" "${ROOT}/${ROOM}/*.hpp")
endif()

if(PART STREQUAL "device")
    list(FILTER headers INCLUDE REGEX "device")
else()
    list(FILTER headers EXCLUDE REGEX "device")
endif()

set(broken 0)
foreach(header IN LISTS headers)
    execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${warnings} -I${ROOT}/.. ${FLAGS}
                            -include ${ROOT}/${header} -x c++ /dev/null
                    RESULT_VARIABLE status ERROR_VARIABLE text OUTPUT_VARIABLE text)
    if(NOT status EQUAL 0)
        math(EXPR broken "${broken} + 1")
        message("${header}, alone:\n${text}")
    endif()
endforeach()

list(LENGTH headers count)
if(count EQUAL 0)
    message(FATAL_ERROR "there are no headers in ${ROOT}/${ROOM}")
endif()
if(broken)
    message(FATAL_ERROR "${broken} of ${count} headers do not compile by themselves")
endif()
message("${count} headers compile by themselves")
