# The core as a C++ library: find_package(taut), target taut::taut. It is a component of its own, for
# the wheel holds the Python module only.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

install(TARGETS taut EXPORT tautTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  COMPONENT library)
foreach(room core formulas kernels tensor graph ops engine)
  install(DIRECTORY csrc/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/taut COMPONENT library
    FILES_MATCHING PATTERN "*.h")
endforeach()
install(FILES csrc/taut.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/taut COMPONENT library)
install(EXPORT tautTargets NAMESPACE taut:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/taut
  COMPONENT library)
configure_package_config_file(cmake/taut-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/taut-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/taut)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/taut-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/taut-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/taut-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/taut COMPONENT library)
