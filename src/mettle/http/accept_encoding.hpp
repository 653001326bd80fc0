#pragma once

#include <string_view>

namespace mettle::http {

// The coding that the value of an Accept-Encoding header (RFC 9110 12.5.3) likes best of those that
// encode_content() makes; of several that it likes the same, the cheapest. Empty: the body as it
// is. What is not of the header's grammar is passed over.
std::string_view choose_coding(std::string_view accept_encoding);

}  // namespace mettle::http
