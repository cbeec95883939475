# SPDX-License-Identifier: MIT
# Reads every #include of the library against the table below:
#     cmake -D ROOT=include/elbo -P cmake/include_order.cmake

cmake_minimum_required(VERSION 3.24)

# The rooms and their floors. An arrow points down or stays in its room.
set(floor_core      0)
set(floor_io        0.5)    # beside the tower: it stands on core and nothing else
set(floor_tape      1)
set(floor_machine   2)
set(floor_layer     2)
set(floor_dist      3)
set(floor_objective 4)
set(floor_model     5)
set(floor_train     6)
set(floor_eval      7)

# The description mentions no machine and touches no file, whatever the floors say.
set(description core tape layer dist objective model)

# What each file beside the rooms may open.
set(umbrella_elbo   ${description})
set(umbrella_io     core io)
set(umbrella_host   core tape machine elbo.hpp)
set(umbrella_device core tape machine elbo.hpp)
set(umbrella_train  core io tape machine layer dist objective model train elbo.hpp)
set(umbrella_eval   core io tape machine layer dist objective model train eval elbo.hpp)
set(umbrella_xtensor core io tape machine layer dist objective model train elbo.hpp)

# The doors: third-party headers (as a prefix), and the one file through which each enters.
set(doors
    "machine/host/simd.hpp             xsimd/"
    "machine/host/products/onednn.hpp  oneapi/dnnl/"
    "machine/host/products/cblas.hpp   xtensor-blas/"
    "machine/host/products/cblas.hpp   xflens/"
    "machine/device/system.hpp         thrust/"
    "machine/device/system.hpp         cuda_runtime.h"
    "machine/device/products.hpp       cublasLt.h"
    "machine/device/cudnn.hpp          cudnn.h"
    "xtensor.hpp                       xtensor/"
)
# The operating system, by room: durable files, signals and terminals, threads, libraries.
set(system_headers dlfcn.h fcntl.h poll.h pthread.h sched.h signal.h sys/ioctl.h sys/mman.h sys/stat.h sys/types.h termios.h
                   unistd.h)
set(system_rooms io train machine)

set(standard_headers
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
    clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
    cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem format forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
    syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
    variant vector version)

# Sets `complaint` in the caller when `from` (a file under include/elbo) may not include `what` (as spelled).
function(judge from what)
    set(complaint "" PARENT_SCOPE)
    cmake_path(GET from PARENT_PATH room)
    string(REGEX REPLACE "/.*" "" room "${room}")

    if(NOT what MATCHES "^<(.*)>$")
        set(complaint "an include is spelled <...>: found ${what}" PARENT_SCOPE)
        return()
    endif()
    set(header "${CMAKE_MATCH_1}")

    if(header MATCHES "^elbo/(.*)$")
        set(inner "${CMAKE_MATCH_1}")
        if(inner MATCHES "^([^/]+)/")
            set(target "${CMAKE_MATCH_1}")
        else()
            set(target "${inner}")          # an umbrella: elbo.hpp
        endif()
        if(room STREQUAL "")
            cmake_path(GET from STEM stem)
            if(NOT DEFINED umbrella_${stem})
                set(complaint "${from} is not in the table of umbrellas" PARENT_SCOPE)
            elseif(NOT target IN_LIST umbrella_${stem})
                list(JOIN umbrella_${stem} ", " may)
                set(complaint "${from} may open ${may}: not ${target}" PARENT_SCOPE)
            endif()
        elseif(NOT DEFINED floor_${room})
            set(complaint "${room} is not a room of the table" PARENT_SCOPE)
        elseif(NOT inner MATCHES "/")
            set(complaint "a room does not include an umbrella (${target})" PARENT_SCOPE)
        elseif(NOT DEFINED floor_${target})
            set(complaint "${target} is not a room of the table" PARENT_SCOPE)
        elseif(NOT target STREQUAL room AND NOT floor_${target} LESS floor_${room})
            string(CONCAT why "arrows point down or stay in the room: ${room} is on floor ${floor_${room}}, "
                              "${target} on ${floor_${target}}")
            set(complaint "${why}" PARENT_SCOPE)
        elseif(room IN_LIST description AND NOT target IN_LIST description)
            set(complaint "the description (${room}) knows neither machine nor file: not ${target}" PARENT_SCOPE)
        elseif(NOT EXISTS "${ROOT}/${inner}")
            set(complaint "there is no ${header}" PARENT_SCOPE)
        endif()
        return()
    endif()

    if(header IN_LIST standard_headers)
        return()
    endif()
    if(header IN_LIST system_headers)
        if(NOT room IN_LIST system_rooms)
            list(JOIN system_rooms ", " may)
            set(complaint "a header of the operating system enters ${may} only" PARENT_SCOPE)
        endif()
        return()
    endif()
    foreach(door IN LISTS doors)
        string(REGEX MATCH "^([^ ]+) +(.*)$" match "${door}")
        set(file "${CMAKE_MATCH_1}")
        set(prefix "${CMAKE_MATCH_2}")
        string(FIND "${header}" "${prefix}" place)
        if(place EQUAL 0 AND file STREQUAL from)
            return()
        endif()
    endforeach()
    set(complaint "a third-party header enters through the one file that the table of doors names for it" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/*.hpp")
set(count 0)
set(broken 0)
foreach(file IN LISTS files)
    file(READ "${ROOT}/${file}" text)
    # A list in CMake is split at `;` and held together by brackets: neither may survive from the source.
    string(REPLACE ";" " " text "${text}")
    string(REPLACE "[" " " text "${text}")
    string(REPLACE "]" " " text "${text}")
    string(REPLACE "\\" " " text "${text}")
    string(REPLACE "\n" ";" lines "${text}")
    set(number 0)
    foreach(line IN LISTS lines)
        math(EXPR number "${number} + 1")
        if(line MATCHES "^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"]*[>\"])")
            math(EXPR count "${count} + 1")
            judge("${file}" "${CMAKE_MATCH_1}")
            if(complaint)
                math(EXPR broken "${broken} + 1")
                message("${ROOT}/${file}:${number}: ${complaint}")
            endif()
        elseif(line MATCHES "^[ \t]*#[ \t]*include")
            math(EXPR broken "${broken} + 1")
            message("${ROOT}/${file}:${number}: an include is spelled <...>")
        endif()
    endforeach()
endforeach()

list(LENGTH files file_count)
if(file_count EQUAL 0)
    message(FATAL_ERROR "${ROOT} holds no headers")
endif()
if(broken)
    message(FATAL_ERROR "${broken} of ${count} includes break the order")
endif()
message("${count} includes of ${file_count} headers are in order")
