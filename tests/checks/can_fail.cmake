# SPDX-License-Identifier: MIT
# A check that cannot fail checks nothing. Each script of cmake/ is shown files it must complain about, and one that
# it must accept:
#     cmake -D SCRIPTS=cmake -D COMPILERS=g++,clang++ -D SCRATCH=folder -P tests/checks/can_fail.cmake

cmake_minimum_required(VERSION 3.24)
file(REMOVE_RECURSE ${SCRATCH})
set(disappointments 0)

# expect("" command...)              the command succeeds
# expect("some words" command...)    the command fails and says them
function(expect words)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
    string(REGEX REPLACE "[ \n]+" " " text "${text}")      # CMake breaks long messages into lines
    string(FIND "${text}" "${words}" place)
    if(words STREQUAL "" AND NOT status EQUAL 0)
        message("should have passed: ${ARGN}\n${text}")
    elseif(NOT words STREQUAL "" AND (status EQUAL 0 OR place EQUAL -1))
        message("should have failed with `${words}`: ${ARGN}\n${text}")
    else()
        return()
    endif()
    math(EXPR disappointments "${disappointments} + 1")
    set(disappointments ${disappointments} PARENT_SCOPE)
endfunction()

# Rejections

function(expect_rejection words text)
    file(WRITE ${SCRATCH}/rejects/case.cpp "${text}")
    expect("${words}" ${CMAKE_COMMAND} -D FILE=${SCRATCH}/rejects/case.cpp -D COMPILERS=${COMPILERS}
           -D INCLUDE=${SCRATCH} -P ${SCRIPTS}/reject.cmake)
    set(disappointments ${disappointments} PARENT_SCOPE)
endfunction()

set(accepted "#ifdef ELBO_ACCEPTED\nint sum = 1;\n#else\n")
expect_rejection(""
    "// rejects: numbers must add up\n${accepted}static_assert(1 == 2, \"numbers must add up\");\n#endif\n")
expect_rejection("it compiles"
    "// rejects: numbers must add up\n${accepted}static_assert(1 == 1, \"numbers must add up\");\n#endif\n")
expect_rejection("2 errors instead of one"
    "// rejects: numbers must add up\n${accepted}static_assert(1 == 2, \"numbers must add up\");\nint x = y;\n#endif\n")
expect_rejection("the sentence is not said"
    "// rejects: numbers must add up\n${accepted}static_assert(1 == 2, \"numbers are odd\");\n#endif\n")
expect_rejection("the first line must be"
    "${accepted}static_assert(1 == 2, \"numbers must add up\");\n#endif\n")
expect_rejection("it must compile without a word"
    "// rejects: numbers must add up\nstatic_assert(1 == 2, \"numbers must add up\");\n")
expect_rejection("it must compile without a word"
    "// rejects: numbers must add up
#ifdef ELBO_ACCEPTED
int narrow(double x) { return x; }
#else
static_assert(1 == 2, \"numbers must add up\");
#endif
")
set(overloads "")
foreach(number RANGE 1 25)
    string(APPEND overloads "void overloaded(int (*)[${number}]);\n")
endforeach()
expect_rejection("more than 20"
    "// rejects: overloaded\n${accepted}${overloads}void use() { overloaded(1, 2); }\n#endif\n")

# The order of includes

function(expect_order words file line)
    file(REMOVE_RECURSE ${SCRATCH}/elbo)
    foreach(room IN ITEMS core io tape machine layer dist objective model train eval)
        file(WRITE ${SCRATCH}/elbo/${room}/some.hpp "#include <vector>\n")
    endforeach()
    file(APPEND ${SCRATCH}/elbo/${file} "\n${line}\n")
    expect("${words}" ${CMAKE_COMMAND} -D ROOT=${SCRATCH}/elbo -P ${SCRIPTS}/include_order.cmake)
    set(disappointments ${disappointments} PARENT_SCOPE)
endfunction()

set(down "arrows point down or stay in the room")
expect_order(""                       train/some.hpp     "#include <elbo/io/some.hpp>")
expect_order(""                       elbo.hpp           "#include <elbo/model/some.hpp>")
expect_order("core/some.hpp:3: ${down}" core/some.hpp    "#include <elbo/tape/some.hpp>")
expect_order("${down}"                io/some.hpp        "#  include <elbo/tape/some.hpp>")
expect_order("${down}"                layer/some.hpp     "#include <elbo/machine/some.hpp>")
expect_order("${down}"                train/some.hpp     "#include <elbo/eval/some.hpp>")
expect_order("neither machine nor file" dist/some.hpp    "#include <elbo/machine/some.hpp>")
expect_order("neither machine nor file" model/some.hpp   "#include <elbo/io/some.hpp>")
expect_order("not machine"            elbo.hpp           "#include <elbo/machine/some.hpp>")
expect_order("not include an umbrella" train/some.hpp    "#include <elbo/elbo.hpp>")
expect_order("there is no"            train/some.hpp     "#include <elbo/core/other.hpp>")
expect_order("not in the table of umbrellas" all.hpp     "#include <elbo/core/some.hpp>")
expect_order("is not a room"          util/some.hpp      "#include <elbo/core/some.hpp>")
expect_order("is spelled <...>"       core/some.hpp      "#include \"some.hpp\"")
expect_order("third-party header"     core/some.hpp      "#include <xsimd/xsimd.hpp>")
expect_order("operating system"       layer/some.hpp     "#include <unistd.h>")

# Headers by themselves

string(REGEX REPLACE ",.*" "" compiler "${COMPILERS}")
function(expect_alone words text)
    file(WRITE ${SCRATCH}/alone/elbo/core/some.hpp "#pragma once\n${text}\n")
    expect("${words}" ${CMAKE_COMMAND} -D ROOT=${SCRATCH}/alone/elbo -D ROOM=core -D COMPILER=${compiler}
           -P ${SCRIPTS}/headers_alone.cmake)
    set(disappointments ${disappointments} PARENT_SCOPE)
endfunction()

expect_alone(""                                 "#include <vector>\ninline std::vector<int> some() { return {}; }")
expect_alone("do not compile by themselves"     "inline std::vector<int> some() { return {}; }")
expect_alone("do not compile by themselves"     "inline int some(double x) { return x; }")

if(disappointments)
    message(FATAL_ERROR "${disappointments} checks do not notice what they are for")
endif()
message("every check notices what it is for")
