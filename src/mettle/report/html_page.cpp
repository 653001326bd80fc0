#include "mettle/report/html_page.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/report/embedded_page.hpp"

namespace mettle::report {
namespace {

constexpr std::string_view kBefore = R"(<script id="mettle-data" type="application/json">)";
constexpr std::string_view kPlace =
    R"(<script id="mettle-data" type="application/json">null</script>)";

constexpr std::string_view kPlainPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mettle report</title>
<style>body{font:16px sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere}</style></head>
<body><h1>Mettle report</h1>
<p>This mettle was built without its report page (<code>make web</code>). The result as JSON:</p>
<pre id="text"></pre>
<script id="mettle-data" type="application/json">null</script>
<script>
const data = JSON.parse(document.getElementById("mettle-data").textContent);
document.getElementById("text").textContent = JSON.stringify(data, null, 2);
</script></body></html>
)";

}  // namespace

std::string escape_for_script(std::string_view json) {
    std::string text;
    text.reserve(json.size());
    for (std::size_t index = 0; index < json.size(); ++index) {
        const std::string_view rest = json.substr(index);
        // JSON has these only inside strings, where an escape means the same.
        if (rest[0] == '<') {
            text += "\\u003c";
        } else if (rest[0] == '>') {
            text += "\\u003e";
        } else if (rest[0] == '&') {
            text += "\\u0026";
        } else if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
            text += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
            index += 2;
        } else {
            text += rest[0];
        }
    }
    return text;
}

std::string html_page(std::string_view json, std::string_view page) {
    const auto place = page.find(kPlace);
    METTLE_ASSERT(place != std::string_view::npos);
    const auto data = place + kBefore.size();
    std::string html(page.substr(0, data));
    html += escape_for_script(json);
    html += page.substr(data + std::string_view("null").size());
    return html;
}

std::string html_page(std::string_view json) {
    return html_page(json, has_report_page() ? embedded_page() : kPlainPage);
}

bool has_report_page() {
    return embedded_page().find(kPlace) != std::string_view::npos;
}

}  // namespace mettle::report
