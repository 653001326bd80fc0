#pragma once

#include <string_view>

namespace mettle::report {

// webui/dist/report.html as it was when this was built; empty when there was none.
std::string_view embedded_page();

}  // namespace mettle::report
