# SPDX-License-Identifier: MIT
# elbo::compiled: elbo::host with all that is no model's own compiled once, in a library of the project that links it. A trainer
# then compiles in half the time. Read by the project and by its package.

include_guard()

# `folder` has elbo/.
function(elbo_add_compiled folder)
    if(TARGET elbo_compiled)
        return()
    endif()
    file(GLOB_RECURSE headers RELATIVE ${folder} CONFIGURE_DEPENDS ${folder}/elbo/*.hpp)
    set(names "")
    set(includes "")
    foreach(header IN LISTS headers)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${header})
        file(STRINGS ${folder}/${header} marks REGEX "^ELBO_COMPILED_ONCE$")
        if(marks)
            cmake_path(GET header FILENAME name)
            list(APPEND names "#pragma implementation \"${name}\"\n")
            string(APPEND includes "#include <${header}>\n")
        endif()
    endforeach()
    list(REMOVE_DUPLICATES names)
    list(JOIN names "" names)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/elbo_compiled.cpp)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "// Made by elboCompiled.cmake.
#define ELBO_COMPILING
#if defined(__GNUC__) && !defined(__clang__)
@names@#endif
@includes@#include <elbo/train/on_host.hpp>
")
    add_library(elbo_compiled STATIC EXCLUDE_FROM_ALL ${source})
    target_link_libraries(elbo_compiled PUBLIC elbo::host)
    target_compile_definitions(elbo_compiled PUBLIC ELBO_COMPILED=1)
    # Whatever the program is compiled for: it is the library's loops that take time.
    target_compile_options(elbo_compiled PRIVATE $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-O3>)
    set_target_properties(elbo_compiled PROPERTIES POSITION_INDEPENDENT_CODE ON)  # it may go into a shared library
    add_library(elbo::compiled ALIAS elbo_compiled)
endfunction()
