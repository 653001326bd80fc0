# ONNX Runtime: an installed package, or -DONNXRUNTIME_ROOT=<folder with include/ and lib/>, or the copy that
# the set-up fetched.

find_package(onnxruntime QUIET CONFIG)
if(NOT TARGET onnxruntime::onnxruntime)
    set(ONNXRUNTIME_ROOT "${CMAKE_SOURCE_DIR}/.deps/onnxruntime" CACHE PATH "Folder with include/ and lib/ of ONNX Runtime")
    find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_cxx_api.h
        HINTS ${ONNXRUNTIME_ROOT}/include PATH_SUFFIXES onnxruntime onnxruntime/core/session)
    find_library(ONNXRUNTIME_LIBRARY onnxruntime HINTS ${ONNXRUNTIME_ROOT}/lib)
    if(NOT ONNXRUNTIME_INCLUDE_DIR OR NOT ONNXRUNTIME_LIBRARY)
        message(FATAL_ERROR "ONNX Runtime was not found under ${ONNXRUNTIME_ROOT}. Run `make setup`, or pass -DONNXRUNTIME_ROOT=...")
    endif()
    add_library(onnxruntime::onnxruntime SHARED IMPORTED)
    set_target_properties(onnxruntime::onnxruntime PROPERTIES
        IMPORTED_LOCATION ${ONNXRUNTIME_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${ONNXRUNTIME_INCLUDE_DIR}
        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${ONNXRUNTIME_INCLUDE_DIR})
endif()

# Only its headers are compiled against: the library is opened when a model is loaded (inference/onnx/runtime).
# What is built here finds it by its run path.
add_library(onnxruntime_headers INTERFACE)
target_include_directories(onnxruntime_headers SYSTEM INTERFACE
    $<TARGET_PROPERTY:onnxruntime::onnxruntime,INTERFACE_INCLUDE_DIRECTORIES>)
get_target_property(METTLE_ONNXRUNTIME_LIBRARY onnxruntime::onnxruntime LOCATION)
get_filename_component(METTLE_ONNXRUNTIME_LIBRARY ${METTLE_ONNXRUNTIME_LIBRARY} REALPATH)
get_filename_component(CMAKE_BUILD_RPATH ${METTLE_ONNXRUNTIME_LIBRARY} DIRECTORY)
