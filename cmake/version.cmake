# What `mettle --version` and every result say about the build.
execute_process(COMMAND git describe --always --dirty --abbrev=10
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE METTLE_GIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/mettle/base/version.cpp PROPERTIES
    COMPILE_DEFINITIONS "METTLE_VERSION=\"${PROJECT_VERSION}\";METTLE_GIT=\"${METTLE_GIT}\"")

# What packages are called: 0.1.0 where HEAD is tagged v0.1.0, else 0.1.0.dev<commits>+g<commit>.
execute_process(COMMAND git describe --exact-match --tags --match v${PROJECT_VERSION}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE tag OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git rev-list --count HEAD
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE commits OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git rev-parse --short=10 HEAD
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(METTLE_PACKAGE_VERSION ${PROJECT_VERSION})
if(commits AND NOT tag)
    set(METTLE_PACKAGE_VERSION ${PROJECT_VERSION}.dev${commits}+g${commit})
endif()
