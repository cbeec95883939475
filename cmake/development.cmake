# SPDX-License-Identifier: MIT
# How the project builds its own tests, examples and benchmarks. A program that uses elbo inherits none of this.

option(ELBO_BUILD_TESTS    "Build the tests"                                  ON)
option(ELBO_BUILD_EXAMPLES "Build the example trainers"                       ON)
option(ELBO_BUILD_BENCH    "Build the benchmarks"                             ON)
option(ELBO_NATIVE         "Compile our own programs for this very processor" ON)
option(ELBO_FUZZ           "Build the libFuzzer programs (clang only)"        OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug, RelWithDebInfo or MinSizeRel" FORCE)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(elbo_warnings -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow)

add_library(elbo_ours INTERFACE)
# -Og: g++ cannot compile AVX-512 intrinsics at -O0, where they are macros.
target_compile_options(elbo_ours INTERFACE ${elbo_warnings} $<$<CONFIG:Debug>:-Og>
                                           $<$<BOOL:${ELBO_NATIVE}>:-march=native>)

# A program of our own: warnings are errors (`cmake --compile-no-warning-as-error` lifts that).
function(elbo_add_program target source)
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE elbo::host elbo_ours)
    set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR ON)
endfunction()
