cmake_minimum_required(VERSION 3.25)
# Writes OUTPUT with the git revision of SOURCE_DIR, touching it only when the revision changed.
# Run at build time: cmake -DSOURCE_DIR=... -DOUTPUT=... -P FaultwaveGitRevision.cmake
set(revision unknown)
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} rev-parse --short=12 HEAD
                  OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                  RESULT_VARIABLE failed)
  if(NOT failed)
    set(revision ${head})
    execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} status --porcelain --untracked-files=no
                    OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      string(APPEND revision "+changes")
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define FAULTWAVE_GIT_REVISION \"@revision@\"\n" @ONLY)
