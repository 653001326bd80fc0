# How a room of the house is built: one static library a folder, its tests and fuzz targets beside it.
#
#   mettle_module(load DEPS results async host LIBS Boost::headers)
#
# (with TSAN where its tests are worth running under ThreadSanitizer, too)
# makes `mettle_load` from src/mettle/load/**.cpp, `mettle_load_test` from its *_test.cpp and, with
# METTLE_FUZZ, one executable for each *_fuzz.cpp.

include(GoogleTest)

add_custom_target(tsan_tests)
add_custom_target(fuzz_targets)

function(mettle_module name)
    cmake_parse_arguments(ARG "TSAN" "FOLDER" "DEPS;LIBS;EXCLUDE;TEST_LIBS" ${ARGN})
    if(NOT ARG_FOLDER)
        set(ARG_FOLDER ${name})
    endif()
    set(folder ${CMAKE_SOURCE_DIR}/src/mettle/${ARG_FOLDER})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
    foreach(pattern IN LISTS ARG_EXCLUDE)
        list(FILTER sources EXCLUDE REGEX ${pattern})
    endforeach()
    set(tests ${sources})
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
    set(fuzzers ${sources})
    list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
    set(benches ${sources})
    list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cpp$")

    set(deps ${ARG_DEPS})
    list(TRANSFORM deps PREPEND mettle_)
    if(sources)
        add_library(mettle_${name} STATIC ${sources})
        set(scope PUBLIC)
        target_link_libraries(mettle_${name} PRIVATE $<BUILD_INTERFACE:mettle_warnings>)
    else()
        add_library(mettle_${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(mettle_${name} ${scope}
        $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src> $<INSTALL_INTERFACE:include>)
    set_property(GLOBAL APPEND PROPERTY METTLE_ROOMS mettle_${name})  # What cmake/package.cmake installs.
    target_link_libraries(mettle_${name} ${scope} ${deps} ${ARG_LIBS})

    if(tests AND BUILD_TESTING)
        add_executable(mettle_${name}_test ${tests})
        target_link_libraries(mettle_${name}_test PRIVATE mettle_${name} ${ARG_TEST_LIBS} GTest::gmock_main mettle_warnings)
        # One label a test: gtest_discover_tests takes a list of them for more properties.
        set(label unit)
        if(ARG_TSAN)
            set(label unit_tsan)
        endif()
        gtest_discover_tests(mettle_${name}_test
            TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
            WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
            PROPERTIES LABELS ${label} TIMEOUT 120)
        if(ARG_TSAN)
            add_dependencies(tsan_tests mettle_${name}_test)
        endif()
    endif()
    foreach(file IN LISTS fuzzers)
        mettle_fuzz_target(${file} mettle_${name})
    endforeach()
    foreach(file IN LISTS benches)
        get_filename_component(target ${file} NAME_WE)
        add_executable(${target} ${file})
        target_link_libraries(${target} PRIVATE mettle_${name} benchmark::benchmark_main mettle_warnings)
    endforeach()
endfunction()

# A short run over the seeds and a few seconds of search is part of `make test`; `make fuzz` runs long.
function(mettle_fuzz_target file library)
    if(NOT METTLE_FUZZ)
        return()
    endif()
    get_filename_component(target ${file} NAME_WE)
    add_executable(${target} ${file})
    target_link_libraries(${target} PRIVATE ${library} mettle_warnings)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_targets ${target})
    set(seeds ${CMAKE_SOURCE_DIR}/fuzz/seeds/${target})
    if(NOT EXISTS ${seeds})
        set(seeds "")
    endif()
    add_test(NAME fuzz.${target} COMMAND ${target} -max_total_time=4 -max_len=4096 -timeout=5 -print_final_stats=0 -verbosity=0 ${CMAKE_BINARY_DIR}/corpus/${target} ${seeds})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/corpus/${target})
    set_tests_properties(fuzz.${target} PROPERTIES LABELS fuzz TIMEOUT 60)
endfunction()
