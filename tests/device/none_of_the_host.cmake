# SPDX-License-Identifier: MIT
# What a device trainer includes, as nvcc sees it, has no header of the host machine: those are for host compilers alone.
#     cmake -D NVCC=nvcc -D INCLUDE=include -D SCRATCH=folder -P none_of_the_host.cmake
cmake_minimum_required(VERSION 3.24)
file(WRITE ${SCRATCH}/all_of_a_trainer.cu "#include <elbo/device.hpp>\n#include <elbo/eval.hpp>\n#include <elbo/io.hpp>\n#include <elbo/train.hpp>\n")
execute_process(COMMAND ${NVCC} -std=c++20 --expt-relaxed-constexpr -I${INCLUDE} -M ${SCRATCH}/all_of_a_trainer.cu RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE complained)
if(NOT status EQUAL 0 OR NOT said MATCHES "machine/device/device.hpp")
    message(FATAL_ERROR "nvcc -M: ${status}\n${said}\n${complained}")
endif()
string(REGEX MATCH "[^ ]*machine/host/[^ ]*" found "${said}")
if(found)
    message(FATAL_ERROR "nvcc reads ${found}")
endif()
