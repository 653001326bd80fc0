#include "mettle/report/html_page.hpp"

#include <gtest/gtest.h>

namespace mettle::report {
namespace {

constexpr std::string_view kPage =
    R"(<p>before</p><script id="mettle-data" type="application/json">null</script><p>after</p>)";

TEST(HtmlPage, PutsTheResultInItsPlace) {
    EXPECT_EQ(html_page(R"({"a":1})", kPage),
              R"(<p>before</p><script id="mettle-data" type="application/json">{"a":1}</script>)"
              R"(<p>after</p>)");
}

// A hostile target could try to end the script element or to open a comment in it.
TEST(HtmlPage, LetsNothingOutOfItsPlace) {
    const std::string page = html_page(R"({"a":"</script><!--<script>alert(1)&"})", kPage);
    EXPECT_EQ(page.find("</script><!--"), std::string::npos);
    EXPECT_NE(page.find(R"(\u003c/script\u003e\u003c!--\u003cscript\u003ealert(1)\u0026)"),
              std::string::npos);
    EXPECT_EQ(escape_for_script("\xE2\x80\xA8|\xE2\x80\xA9|\xE2\x80\x9C"),
              "\\u2028|\\u2029|\xE2\x80\x9C");
}

TEST(HtmlPage, AlwaysHasAPage) {
    const std::string page = html_page(R"({"verdict":"READY"})");
    EXPECT_NE(page.find(R"({"verdict":"READY"}</script>)"), std::string::npos);
    EXPECT_NE(page.find("<html"), std::string::npos);
}

}  // namespace
}  // namespace mettle::report
