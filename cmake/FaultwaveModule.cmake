# faultwave_module(NAME DEPENDS module... LINK library... PRIVATE_LINK library...)
#
# Declares the static library fw_NAME from sim/NAME/*.cpp. DEPENDS are modules of this project and
# mirror the table in docs/architecture.md, which tests/structure checks against the include lines.
function(faultwave_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(TRANSFORM arg_DEPENDS PREPEND fw_)
  if(sources)
    add_library(fw_${name} STATIC ${sources})
    target_include_directories(fw_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/sim>)
    target_link_libraries(fw_${name} PUBLIC ${arg_DEPENDS} ${arg_LINK}
                                     PRIVATE $<BUILD_INTERFACE:faultwave_options> ${arg_PRIVATE_LINK})
  else()
    add_library(fw_${name} INTERFACE)
    target_include_directories(fw_${name} INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/sim>)
    target_link_libraries(fw_${name} INTERFACE ${arg_DEPENDS} ${arg_LINK})
  endif()
endfunction()

# faultwave_test(NAME DEPENDS module... LINK library...)
#
# Declares the test program test_NAME from tests/NAME/*_test.cpp and registers each of its cases.
function(faultwave_test name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  file(GLOB helpers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_fixture.cpp)
  list(TRANSFORM arg_DEPENDS PREPEND fw_)
  add_executable(test_${name} ${sources} ${helpers})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE FAULTWAVE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                                  FAULTWAVE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(test_${name} PRIVATE ${arg_DEPENDS} ${arg_LINK} faultwave_options
                                             GTest::gmock GTest::gtest GTest::gtest_main)
  # A third less time to build; what the tests run is in the libraries.
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
                       WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                       PROPERTIES TIMEOUT 600)
endfunction()
