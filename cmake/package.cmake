# What an installed Mettle consists of, and how CPack packs it. The program is the same in all packages; what lies
# beside it differs:
#
#   runtime      bin/mettle, documents                 tarball, .deb, wheel
#   onnxruntime  lib/libonnxruntime.so.1               tarball; the wheel takes Python's
#   bundled      lib/: Debian's libraries in it        tarball, wheel: other systems have other versions of them
#   private      lib/mettle/libonnxruntime.so.1        .deb, which depends on Debian's packages for the rest
#   development  headers, libmettle_*.a, CMake files   tarball
#
#   tools/package/package    makes all three

set_target_properties(mettle PROPERTIES INSTALL_RPATH "$ORIGIN/../lib:$ORIGIN/../lib/mettle")
install(TARGETS mettle RUNTIME_DEPENDENCY_SET libraries RUNTIME DESTINATION bin COMPONENT runtime)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION share/doc/mettle COMPONENT runtime)
install(DIRECTORY docs/ DESTINATION share/doc/mettle/docs COMPONENT runtime)

# The C and C++ libraries are the system's: another copy of them in one process is a source of trouble.
install(RUNTIME_DEPENDENCY_SET libraries
    PRE_EXCLUDE_REGEXES "^lib(c|m|dl|rt|pthread|stdc\\+\\+|gcc_s)\\.so" "^ld-linux"
    LIBRARY DESTINATION lib COMPONENT bundled)

get_filename_component(file ${METTLE_ONNXRUNTIME_LIBRARY} NAME)
foreach(place "onnxruntime lib" "private lib/mettle")
    separate_arguments(place)
    list(GET place 0 component)
    list(GET place 1 folder)
    install(PROGRAMS ${METTLE_ONNXRUNTIME_LIBRARY} DESTINATION ${folder} COMPONENT ${component})
    if(NOT file STREQUAL "libonnxruntime.so.1")
        file(CREATE_LINK ${file} ${CMAKE_BINARY_DIR}/libonnxruntime.so.1 SYMBOLIC)
        install(FILES ${CMAKE_BINARY_DIR}/libonnxruntime.so.1 DESTINATION ${folder} COMPONENT ${component})
    endif()
endforeach()

# As Debian's packages have it.
install(FILES LICENSE DESTINATION share/doc/mettle RENAME copyright COMPONENT private)

# Whose work is given away with ours.
foreach(package libssl3 libre2-9 libwslay1 libsimdjson14 libspdlog1.10 libfmt9 libyaml-cpp0.7 libzstd1
        libturbojpeg0 libpng16-16 libsqlite3-0 zlib1g)
    install(FILES /usr/share/doc/${package}/copyright DESTINATION share/doc/mettle/licences RENAME ${package}
        COMPONENT bundled OPTIONAL)
endforeach()
file(GLOB notices ${CMAKE_SOURCE_DIR}/.deps/venv-test/lib/python3*/site-packages/onnxruntime/LICENSE
    ${CMAKE_SOURCE_DIR}/.deps/venv-test/lib/python3*/site-packages/onnxruntime/ThirdPartyNotices.txt)
foreach(component onnxruntime private)
    install(FILES ${notices} DESTINATION share/doc/mettle/licences/onnxruntime COMPONENT ${component})
endforeach()

get_property(rooms GLOBAL PROPERTY METTLE_ROOMS)
install(TARGETS ${rooms} mettle_asio EXPORT rooms ARCHIVE DESTINATION lib COMPONENT development)
install(EXPORT rooms NAMESPACE mettle:: FILE mettleRooms.cmake DESTINATION lib/cmake/mettle COMPONENT development)
install(DIRECTORY src/mettle DESTINATION include COMPONENT development FILES_MATCHING
    PATTERN "*.hpp" PATTERN "*_test.hpp" EXCLUDE PATTERN "inference/onnx/runtime.hpp" EXCLUDE PATTERN "inference/onnx/onnx_slab.hpp" EXCLUDE)
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/mettleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/mettleConfig.cmake ${CMAKE_BINARY_DIR}/mettleConfigVersion.cmake
    DESTINATION lib/cmake/mettle COMPONENT development)
# CMake strips programs only. The archives are a tenth of their size without the names of lines.
install(CODE [[
    file(GLOB archives "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/libmettle_*.a")
    execute_process(COMMAND strip --strip-debug ${archives} COMMAND_ERROR_IS_FATAL ANY)
]] COMPONENT development)

# What tools/package/ has to know of the build.
get_target_property(folders onnxruntime::onnxruntime INTERFACE_INCLUDE_DIRECTORIES)
find_file(api_header onnxruntime_c_api.h PATHS ${folders} NO_DEFAULT_PATH NO_CACHE)
file(STRINGS ${api_header} line REGEX "^#define ORT_API_VERSION [0-9]+")
string(REGEX MATCH "[0-9]+$" METTLE_ORT_API "${line}")
file(CONFIGURE OUTPUT package.json CONTENT
    [[{"version": "@METTLE_PACKAGE_VERSION@", "onnxruntime_api": @METTLE_ORT_API@}]] @ONLY)

set(CPACK_PACKAGE_NAME mettle)
set(CPACK_PACKAGE_VENDOR "The Mettle authors")
set(CPACK_PACKAGE_CONTACT "The Mettle authors <mettle@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Serves machine learning models and finds out whether they are ready")
set(CPACK_PACKAGE_VERSION ${METTLE_PACKAGE_VERSION})
set(CPACK_PACKAGE_FILE_NAME mettle-${METTLE_PACKAGE_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/package_choice.cmake)
string(REPLACE ".dev" "~dev" CPACK_DEBIAN_PACKAGE_VERSION ${METTLE_PACKAGE_VERSION})  # Before the release that it leads to.
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
include(CPack)
