# cpack -G DEB: the packages faultwave (program, data) and libfaultwave-dev (headers, libraries).
# Configure with -DCMAKE_INSTALL_PREFIX=/usr; scripts/test_package.sh builds and tries them.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME faultwave)
set(CPACK_PACKAGE_VENDOR "The Faultwave developers")
set(CPACK_PACKAGE_CONTACT "The Faultwave developers <maintainers@faultwave.example>" CACHE STRING
    "Maintainer of the Debian packages")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_STRIP_FILES ON)
# Each package has a summary of its own: the first line of its description.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME faultwave)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION electronics)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
# Netlists are elaborated by Yosys, PE models are compiled at run time.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "g++, verilator, yosys")
# fetch_data.sh; the FST writer of `trace`; the third simulator of `sites --validate`.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "curl, ca-certificates, gtkwave, iverilog")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-pandas, slurm-client, libfaultwave-dev")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"simulator of approximate DNN accelerators under hardware faults
Faultwave simulates, cycle by cycle, a TPU-style systolic array and the tensor
cores of a GPU whose multipliers are gate-level netlists, forces faults on any
net or register bit of any processing element, and runs quantised ONNX networks
on them, with and without fault-aware retuning of the weights. Campaigns over
thousands of faults go to SQLite files and HTML reports.

This package contains the program, its networks, multipliers and
configurations.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libfaultwave-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "faultwave (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}), libfmt-dev, libhwy-dev, libssl-dev, pkg-config")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "cmake")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"gate-level netlists and faulty systolic arrays for C++ (development files)
Faultwave simulates, cycle by cycle, approximate DNN accelerators under
hardware faults.

This package contains the headers, static libraries and CMake package of its
netlist module (Verilog front end, fault sites, product tables) and of its
accelerator module (systolic array and tensor core made of Verilated netlists).")

# Compressed pages and changelogs, and the copyright, as Debian's policy asks for.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/FaultwaveDebian.cmake)
set(CPACK_FAULTWAVE_SOURCE_DIR ${CMAKE_SOURCE_DIR})
include(CPack)
