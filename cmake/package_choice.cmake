# Read by CPack once for each kind of package: which components go into it (cmake/package.cmake).
if(CPACK_GENERATOR STREQUAL "DEB")
    set(CPACK_COMPONENTS_ALL runtime private)
else()
    set(CPACK_COMPONENTS_ALL runtime onnxruntime bundled development)
    set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
endif()
