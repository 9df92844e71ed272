# faultwave_embed_web(TARGET FOLDER STYLE file SCRIPTS file...)
#
# Compiles a style sheet and scripts of FOLDER into TARGET as the functions of
# sim/report/web_files.hpp.
function(faultwave_embed_web target folder)
  cmake_parse_arguments(arg "" "STYLE" "SCRIPTS" ${ARGN})
  set(output ${CMAKE_BINARY_DIR}/generated/web_files.cpp)
  list(TRANSFORM arg_SCRIPTS PREPEND ${folder}/)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DSTYLE=${folder}/${arg_STYLE}
            "-DSCRIPTS=${arg_SCRIPTS}" -P ${CMAKE_SOURCE_DIR}/cmake/FaultwaveEmbedWrite.cmake
    DEPENDS ${folder}/${arg_STYLE} ${arg_SCRIPTS} ${CMAKE_SOURCE_DIR}/cmake/FaultwaveEmbedWrite.cmake
    COMMENT "Embedding the report's page"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
