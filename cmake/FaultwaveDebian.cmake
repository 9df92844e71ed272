cmake_minimum_required(VERSION 3.25)
# Run by CPack between staging and packing: finishes the trees of both Debian packages.
find_program(GZIP gzip REQUIRED)
set(share usr/share)

# The date of the last commit, so that equal sources give equal packages.
execute_process(COMMAND git -C ${CPACK_FAULTWAVE_SOURCE_DIR} log -1 --format=%cD
                OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT date)
  execute_process(COMMAND date -R OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()

foreach(component_and_package program:faultwave development:libfaultwave-dev)
  string(REPLACE ":" ";" pair ${component_and_package})
  list(GET pair 0 component)
  list(GET pair 1 package)
  set(stage ${CPACK_TEMPORARY_DIRECTORY}/${component})
  if(NOT IS_DIRECTORY ${stage})
    message(FATAL_ERROR "no files of component '${component}' in ${CPACK_TEMPORARY_DIRECTORY}")
  endif()
  set(doc ${stage}/${share}/doc/${package})
  file(MAKE_DIRECTORY ${doc})
  file(COPY ${CPACK_FAULTWAVE_SOURCE_DIR}/cmake/package/copyright DESTINATION ${doc})
  set(compressed ${doc}/changelog.Debian)
  file(WRITE ${compressed}
       "faultwave (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) bookworm; urgency=medium\n\n"
       "  * Release ${CPACK_PACKAGE_VERSION}; what is new is in changelog.gz of package faultwave.\n\n"
       " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  if(component STREQUAL "program")
    if(NOT EXISTS ${stage}/${share}/faultwave/charts/node_modules/d3/dist/d3.min.js)
      message(FATAL_ERROR "the charting library of reports is missing in the package\n"
                          "  fix: scripts/install_charts.sh, or set FAULTWAVE_CHARTS, and build again")
    endif()
    # Policy's names; the licence stands in the copyright file.
    file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
    file(REMOVE ${doc}/LICENSE)
    file(GLOB pages ${stage}/${share}/man/man1/*.1)
    list(APPEND compressed ${doc}/changelog ${pages})
  endif()
  execute_process(COMMAND ${GZIP} -9nf ${compressed} COMMAND_ERROR_IS_FATAL ANY)
  # Whatever the umask was.
  execute_process(COMMAND chmod -R u=rwX,go=rX ${stage} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
