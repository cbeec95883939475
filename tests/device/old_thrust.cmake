# SPDX-License-Identifier: MIT
# Older headers of Thrust on the path, as a system package puts them there: the first error says so in one sentence.
#     cmake -D COMPILER=g++ -D INCLUDE=include -D SCRATCH=folder -P old_thrust.cmake
cmake_minimum_required(VERSION 3.24)
file(WRITE ${SCRATCH}/thrust/version.h "#define THRUST_VERSION 101702\n")
foreach(header IN ITEMS execution_policy.h for_each.h iterator/counting_iterator.h)
    file(WRITE ${SCRATCH}/thrust/${header} "")
endforeach()
file(WRITE ${SCRATCH}/user.cpp "#include <elbo/device.hpp>\n")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -Wfatal-errors -I${SCRATCH} -I${INCLUDE} ${SCRATCH}/user.cpp RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
string(FIND "${text}" "elbo: Thrust 2.2 or newer is needed and older headers were found" said)
if(status EQUAL 0 OR said EQUAL -1)
    message(FATAL_ERROR "old headers are not told by name:\n${text}")
endif()
