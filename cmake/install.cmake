# SPDX-License-Identifier: MIT
# What `cmake --install` puts down. Nothing in it names a folder of this computer, so it may be moved afterwards.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# The package is one folder that may be moved: the places in it are relative.
foreach(place IN ITEMS INCLUDEDIR DATADIR)
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${place}}")
        message(FATAL_ERROR "elbo is installed below one prefix: CMAKE_INSTALL_${place} must be relative")
    endif()
endforeach()

set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/elbo)
set(pkgconfig_folder ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(TARGETS elbo EXPORT elboTargets FILE_SET HEADERS)
install(EXPORT elboTargets NAMESPACE elbo:: DESTINATION ${package_folder})

# While the first number is 0, a new second number may break a program.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/elboConfigVersion.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
configure_package_config_file(cmake/elboConfig.cmake.in ${PROJECT_BINARY_DIR}/elboConfig.cmake
    INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
install(FILES ${PROJECT_BINARY_DIR}/elboConfig.cmake ${PROJECT_BINARY_DIR}/elboConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/elboHost.cmake ${PROJECT_SOURCE_DIR}/cmake/elboDevice.cmake
              ${PROJECT_SOURCE_DIR}/cmake/elboCompiled.cmake DESTINATION ${package_folder})

file(RELATIVE_PATH prefix_from_pkgconfig /prefix/${pkgconfig_folder} /prefix)
set(package_files elbo.pc)
if(ELBO_HOST)
    list(APPEND package_files elbo-host.pc)
endif()
foreach(name IN LISTS package_files)
    configure_file(cmake/${name}.in ${PROJECT_BINARY_DIR}/${name} @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name} DESTINATION ${pkgconfig_folder})
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
