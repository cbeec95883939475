# SPDX-License-Identifier: MIT
# What elbo::device is made of: Thrust from NVIDIA's CCCL, found by its own package file, and under CUDA the libraries of
# the toolkit. Read by the project itself and by its installed package.

include_guard()

set(ELBO_DEVICE OFF CACHE STRING "What elbo::device runs on: CUDA, or Thrust's system OMP, TBB or CPP; OFF: no such target")
set_property(CACHE ELBO_DEVICE PROPERTY STRINGS OFF CUDA OMP TBB CPP)
# In float its deterministic ways are slower than patches and cuBLASLt: an H100 trained the convolutional VAE of bench/ at 79 against 112
# thousand images a second.
set(ELBO_WITH_CUDNN OFF CACHE STRING "Convolutions on a GPU by cuDNN: OFF, ON, or AUTO (when it is found)")
set_property(CACHE ELBO_WITH_CUDNN PROPERTY STRINGS AUTO ON OFF)

# Sets elbo_cccl_missing in the caller: empty when Thrust is there.
function(elbo_find_cccl)
    find_package(CUDAToolkit QUIET)
    # The toolkit keeps it beside its libraries, where CMake does not look by itself.
    find_package(CCCL QUIET CONFIG COMPONENTS Thrust HINTS "${CUDAToolkit_LIBRARY_ROOT}" "${CUDAToolkit_LIBRARY_DIR}/cmake/cccl"
                 "${CUDAToolkit_LIBRARY_DIR}/../lib/cmake/cccl" "${CUDAToolkit_LIBRARY_DIR}/../lib64/cmake/cccl")
    if(CCCL_FOUND)
        set(elbo_cccl_missing "" PARENT_SCOPE)
    else()
        set(elbo_cccl_missing "CCCL (a part of the CUDA toolkit)" PARENT_SCOPE)
    endif()
endfunction()

# Makes `target` a device machine on one of Thrust's systems.
macro(elbo_describe_device target system)
    if(NOT "${system}" MATCHES "^(CUDA|OMP|TBB|CPP)$")
        message(FATAL_ERROR "ELBO_DEVICE is '${system}'; it may be OFF, CUDA, OMP, TBB or CPP")
    endif()
    if(NOT TARGET elbo_thrust_${system})
        thrust_create_target(elbo_thrust_${system} HOST CPP DEVICE ${system} IGNORE_DEPRECATED_API)
    endif()
    target_link_libraries(${target} INTERFACE elbo::elbo elbo_thrust_${system})
    target_compile_options(${target} INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,Clang,AppleClang>:-ffp-contract=fast>)
    if("${system}" STREQUAL "CUDA")
        # CMake 3.25 takes nvcc 13 for a C++20 compiler by default, which it is not.
        # Formulas are constexpr and so is std::array: device code may call both.
        target_compile_options(${target} INTERFACE "$<$<COMPILE_LANGUAGE:CUDA>:-std=c++20;--expt-relaxed-constexpr>")
        target_link_libraries(${target} INTERFACE CUDA::cublasLt)
        if(ELBO_WITH_CUDNN)
            find_package(CUDAToolkit QUIET)  # for the hints: what a function found stays in it
            find_path(ELBO_CUDNN_FOLDER cudnn.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
            find_library(ELBO_CUDNN_LIBRARY cudnn HINTS ${CUDAToolkit_LIBRARY_DIR})
            mark_as_advanced(ELBO_CUDNN_FOLDER ELBO_CUDNN_LIBRARY)
            if(ELBO_CUDNN_FOLDER AND ELBO_CUDNN_LIBRARY)
                target_compile_definitions(${target} INTERFACE ELBO_WITH_CUDNN=1)
                target_include_directories(${target} SYSTEM INTERFACE ${ELBO_CUDNN_FOLDER})
                target_link_libraries(${target} INTERFACE ${ELBO_CUDNN_LIBRARY})
            elseif(NOT ELBO_WITH_CUDNN STREQUAL "AUTO")
                message(FATAL_ERROR "elbo::device was told to use cuDNN, but did not find cudnn.h and libcudnn")
            endif()
        endif()
    endif()
endmacro()
