#pragma once

// Text that came from a target or a user, for documents that other programs show.

#include <string>
#include <string_view>

namespace mettle::report {

// Does not become markup, nor leaves its cell of a table.
std::string escape_markdown(std::string_view text);

// For text and for attributes in double quotes. XML 1.0 has no form for control characters: they
// become spaces.
std::string escape_xml(std::string_view text);

}  // namespace mettle::report
