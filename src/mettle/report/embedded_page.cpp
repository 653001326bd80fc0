#include "mettle/report/embedded_page.hpp"

// METTLE_REPORT_PAGE is the path of the page, defined by CMake where the file exists; this object
// depends on that file.
#ifdef METTLE_REPORT_PAGE

// `.incbin` takes milliseconds for what would be minutes as an array literal.
asm(".section .rodata.mettle_report_page,\"a\",@progbits\n"
    ".global mettle_report_page_begin\n"
    ".hidden mettle_report_page_begin\n"
    "mettle_report_page_begin:\n"
    ".incbin \"" METTLE_REPORT_PAGE
    "\"\n"
    ".global mettle_report_page_end\n"
    ".hidden mettle_report_page_end\n"
    "mettle_report_page_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char mettle_report_page_begin[];
extern const char mettle_report_page_end[];
}

namespace mettle::report {

std::string_view embedded_page() {
    return {mettle_report_page_begin, mettle_report_page_end};
}

}  // namespace mettle::report

#else

namespace mettle::report {

std::string_view embedded_page() {
    return {};
}

}  // namespace mettle::report

#endif
