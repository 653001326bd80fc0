#include "mettle/serving/openapi/pages.hpp"

#include <array>

// METTLE_DOCS_PAGES is the folder of the files, defined by CMake where it exists; this object
// depends on them.
#ifdef METTLE_DOCS_PAGES

#define METTLE_EMBED(name, file)                    \
    asm(".section .rodata." #name                   \
        ",\"a\",@progbits\n"                        \
        ".global mettle_page_" #name                \
        "_begin\n"                                  \
        ".hidden mettle_page_" #name                \
        "_begin\n"                                  \
        "mettle_page_" #name                        \
        "_begin:\n"                                 \
        ".incbin \"" METTLE_DOCS_PAGES "/" file     \
        ".gz\"\n"                                   \
        ".global mettle_page_" #name                \
        "_end\n"                                    \
        ".hidden mettle_page_" #name                \
        "_end\n"                                    \
        "mettle_page_" #name                        \
        "_end:\n"                                   \
        ".byte 0\n"                                 \
        ".previous\n");                             \
    extern "C" {                                    \
    extern const char mettle_page_##name##_begin[]; \
    extern const char mettle_page_##name##_end[];   \
    }
#define METTLE_EMBEDDED(name) {mettle_page_##name##_begin, mettle_page_##name##_end}

METTLE_EMBED(docs, "docs.html")
METTLE_EMBED(docs_start, "docs.js")
METTLE_EMBED(swagger, "swagger-ui-bundle.js")
METTLE_EMBED(swagger_css, "swagger-ui.css")
METTLE_EMBED(redoc, "redoc.html")
METTLE_EMBED(redoc_start, "redoc.js")
METTLE_EMBED(redoc_bundle, "redoc.standalone.js")

namespace mettle::openapi {

std::span<const Page> pages() {
    constexpr std::string_view kHtml = "text/html; charset=utf-8";
    constexpr std::string_view kScript = "text/javascript; charset=utf-8";
    static const std::array<Page, 7> kPages = {{
        {"/docs", kHtml, METTLE_EMBEDDED(docs)},
        {"/docs/docs.js", kScript, METTLE_EMBEDDED(docs_start)},
        {"/docs/swagger-ui-bundle.js", kScript, METTLE_EMBEDDED(swagger)},
        {"/docs/swagger-ui.css", "text/css; charset=utf-8", METTLE_EMBEDDED(swagger_css)},
        {"/redoc", kHtml, METTLE_EMBEDDED(redoc)},
        {"/redoc/redoc.js", kScript, METTLE_EMBEDDED(redoc_start)},
        {"/redoc/redoc.standalone.js", kScript, METTLE_EMBEDDED(redoc_bundle)},
    }};
    return kPages;
}

}  // namespace mettle::openapi

#else

namespace mettle::openapi {

std::span<const Page> pages() {
    return {};
}

}  // namespace mettle::openapi

#endif
