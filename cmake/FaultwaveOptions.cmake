# Compiler options shared by every target of the project.
add_library(faultwave_options INTERFACE)
target_compile_options(faultwave_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                   -Wno-sign-conversion)
# g++ 12 reports overlapping copies inside std::string operator+ (GCC bug 105329): false alarms.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(faultwave_options INTERFACE -Wno-restrict)
endif()
if(FAULTWAVE_WERROR)
  target_compile_options(faultwave_options INTERFACE -Werror)
endif()
if(FAULTWAVE_SANITIZE)
  target_compile_options(faultwave_options INTERFACE -fsanitize=address,undefined
                                                     -fno-sanitize-recover=undefined
                                                     -fno-omit-frame-pointer)
  target_link_options(faultwave_options INTERFACE -fsanitize=address,undefined)
endif()
if(FAULTWAVE_COVERAGE)
  target_compile_options(faultwave_options INTERFACE --coverage -O0)
  target_link_options(faultwave_options INTERFACE --coverage)
endif()
