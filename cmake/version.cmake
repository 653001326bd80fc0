# What `mettle --version` and every result say about the build.
execute_process(COMMAND git describe --always --dirty --abbrev=10
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE METTLE_GIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/mettle/base/version.cpp PROPERTIES
    COMPILE_DEFINITIONS "METTLE_VERSION=\"${PROJECT_VERSION}\";METTLE_GIT=\"${METTLE_GIT}\"")
