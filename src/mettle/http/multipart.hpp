#pragma once

// multipart/form-data (RFC 7578): the parts of a body that is there as a whole. Views into it; no
// byte is copied, and none is decoded.

#include "mettle/base/result.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace mettle::http {

struct MultipartPart {
    std::string_view name;          // As sent: a client may have written '"' in it as \" or %22.
    std::string_view file_name;     // Empty: none was given.
    std::string_view content_type;  // Empty: none was given, so plain text.
    std::string_view body;
};

struct MultipartLimits {
    std::size_t parts = 256;
    std::size_t head_bytes = 8192;  // Of a part: its header lines together.
};

// Whether a Content-Type says multipart/form-data.
bool is_multipart(std::string_view content_type);

// The parts in the body's order; several may have the same name. Fails with `invalid_input` for a
// Content-Type without a boundary and for a body that is not as RFC 7578 wants it, and with
// `too_large` beyond a limit. Part headers other than Content-Disposition and Content-Type are
// passed over, and so is what stands in front of the first part and behind the last.
Result<std::vector<MultipartPart>> read_multipart(std::string_view content_type,
                                                  std::string_view body,
                                                  const MultipartLimits& limits = {});

}  // namespace mettle::http
