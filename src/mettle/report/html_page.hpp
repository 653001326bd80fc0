#pragma once

#include <string>
#include <string_view>

namespace mettle::report {

// The report page with a result in it: one file that works from file:// and asks for nothing. The
// page is webui/'s and embedded when Mettle is built; where it had not been built by then, a plain
// page that says so and shows the JSON stands in.
//
// `json` is put where the page has `<script id="mettle-data"
// type="application/json">null</script>`. It is escaped for that place, so nothing in it can end
// the script element or begin a comment.
std::string html_page(std::string_view json);

// The same for a page of one's own.
std::string html_page(std::string_view json, std::string_view page);

// Whether webui/'s page was embedded.
bool has_report_page();

// For tests and writers of HTML: JSON text without `<`, `>`, `&`, U+2028 and U+2029, as \uXXXX.
std::string escape_for_script(std::string_view json);

}  // namespace mettle::report
