# Third-party libraries: all of them Debian 12 packages (see scripts/lib/packages.sh).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 3.37 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Protobuf REQUIRED)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)

# Debian's SystemC ships no CMake package, and its library exports the C++17 API symbol only: code
# in C++20 links when SC_CPLUSPLUS names C++17.
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
add_library(faultwave_systemc INTERFACE)
target_link_libraries(faultwave_systemc INTERFACE PkgConfig::SYSTEMC)
target_compile_definitions(faultwave_systemc INTERFACE SC_CPLUSPLUS=201703L)

# Debian's libonnx-dev has headers and static libraries, no CMake package.
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(faultwave_onnx INTERFACE)
target_compile_definitions(faultwave_onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
target_link_libraries(faultwave_onnx INTERFACE ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)

if(FAULTWAVE_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(FAULTWAVE_BENCH)
  find_package(benchmark REQUIRED)
endif()
