# cmake --install: the program with its data below share/faultwave, and the libraries that other
# projects may link as a CMake package. Components: program, development.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(data_dir ${CMAKE_INSTALL_DATADIR}/faultwave)

install(TARGETS faultwave RUNTIME COMPONENT program)

# What runs look up by name, at the same places as in the source tree (base/tree.hpp).
install(DIRECTORY ${CMAKE_SOURCE_DIR}/configs ${CMAKE_SOURCE_DIR}/rtl ${CMAKE_SOURCE_DIR}/traces
        DESTINATION ${data_dir} COMPONENT program)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/models
        DESTINATION ${data_dir} COMPONENT program
        FILES_MATCHING PATTERN *.onnx PATTERN results.json PATTERN README.md PATTERN data/*.gz
        PATTERN __pycache__ EXCLUDE)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/scripts/fetch_data.sh
                 ${CMAKE_SOURCE_DIR}/scripts/slurm_campaign.sh
        DESTINATION ${data_dir}/scripts COMPONENT program)
install(FILES ${CMAKE_SOURCE_DIR}/scripts/lib/fetch.sh
        DESTINATION ${data_dir}/scripts/lib COMPONENT program)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/scripts/manifests
        DESTINATION ${data_dir}/scripts COMPONENT program)

# The charting library of reports is not ours: it goes along when it is there.
set(chart_files d3/LICENSE d3/dist/d3.min.js @observablehq/plot/LICENSE
                @observablehq/plot/dist/plot.umd.min.js)
foreach(file IN LISTS chart_files)
  cmake_path(GET file PARENT_PATH folder)
  install(FILES ${FAULTWAVE_CHARTS}/node_modules/${file}
          DESTINATION ${data_dir}/charts/node_modules/${folder} COMPONENT program OPTIONAL)
endforeach()
install(CODE "
  if(NOT EXISTS \"${FAULTWAVE_CHARTS}/node_modules/d3/dist/d3.min.js\")
    message(WARNING \"no charting library in ${FAULTWAVE_CHARTS}: the installed 'faultwave report' \"
                    \"will ask for one. Run scripts/install_charts.sh and install again, or set \"
                    \"FAULTWAVE_CHARTS.\")
  endif()" COMPONENT program)

install(DIRECTORY ${CMAKE_BINARY_DIR}/generated/man/
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/generated/completions/faultwave
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
# Debian's zsh reads vendor-completions, everybody else's site-functions.
if(EXISTS /etc/debian_version)
  set(zsh_folder vendor-completions)
else()
  set(zsh_folder site-functions)
endif()
install(FILES ${CMAKE_BINARY_DIR}/generated/completions/_faultwave
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder} COMPONENT program)
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md
              ${CMAKE_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program USE_SOURCE_PERMISSIONS
        PATTERN __pycache__ EXCLUDE)

# The public libraries: faultwave::netlist and faultwave::accel with what they need.
set(public_modules base bits netlist compile verilated native fault accel)
set(include_dir ${CMAKE_INSTALL_INCLUDEDIR}/faultwave)
foreach(module IN LISTS public_modules)
  # The second folder is for the headers themselves, which include "netlist/netlist.hpp".
  target_include_directories(fw_${module} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                                                    $<INSTALL_INTERFACE:${include_dir}>)
  target_compile_features(fw_${module} INTERFACE cxx_std_20)
  set_target_properties(fw_${module} PROPERTIES EXPORT_NAME ${module}
                                                OUTPUT_NAME faultwave_${module})
  install(TARGETS fw_${module} EXPORT faultwaveTargets ARCHIVE COMPONENT development)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/sim/${module} DESTINATION ${include_dir}
          COMPONENT development FILES_MATCHING PATTERN *.hpp)
endforeach()
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/faultwave)
install(EXPORT faultwaveTargets NAMESPACE faultwave:: DESTINATION ${package_dir}
        COMPONENT development)
set(FAULTWAVE_DATA_DIR ${data_dir})
configure_package_config_file(
  ${CMAKE_SOURCE_DIR}/cmake/faultwaveConfig.cmake.in
  ${CMAKE_BINARY_DIR}/generated/faultwaveConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS FAULTWAVE_DATA_DIR)
# Before 1.0 a minor version may change an interface.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/faultwaveConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/faultwaveConfig.cmake
              ${CMAKE_BINARY_DIR}/generated/faultwaveConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT development)

include(FaultwavePackage)
