# SPDX-License-Identifier: MIT
# README snippets are example files: after every `<!-- examples/NAME.cpp -->` the code is that file's, letter by letter.
#     cmake -D ROOT=. -P cmake/readme.cmake

cmake_minimum_required(VERSION 3.24)
file(READ ${ROOT}/README.md page)
string(REGEX MATCHALL "<!-- examples/[a-z_]+\\.cpp -->" marks "${page}")
if(NOT marks)
    message(FATAL_ERROR "README.md shows no example file")
endif()
foreach(mark IN LISTS marks)
    string(REGEX REPLACE "<!-- (.*) -->" "\\1" file "${mark}")
    file(READ ${ROOT}/${file} code)
    string(REGEX REPLACE "^// SPDX[^\n]*\n" "" code "${code}")
    string(STRIP "${code}" code)
    string(FIND "${page}" "${mark}\n```cpp\n${code}\n```" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "README.md: the code after ${mark} is not ${file}")
    endif()
endforeach()
message(STATUS "README.md shows its example files as they are")
