#pragma once

// The pages that show the document: Swagger UI and Redoc, built by `make web` and kept compressed.

#include <span>
#include <string_view>

namespace mettle::openapi {

struct Page {
    std::string_view path;
    std::string_view type;
    std::string_view gzip;
};

// None where webui/dist had none when this was built.
std::span<const Page> pages();

}  // namespace mettle::openapi
