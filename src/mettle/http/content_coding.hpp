#pragma once

// Content codings of RFC 9110 8.4.1, and zstd's of RFC 8878. A whole body at a time, bounded: a few
// bytes may claim to be gigabytes.

#include "mettle/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace mettle::http {

// What `bytes` were before they got `coding`: gzip (x-gzip), deflate or zstd. The former content of
// `out` is replaced; at least 64 bytes behind what is there are readable. Fails with `unsupported`
// for another coding (several, too), `too_large` beyond `most` bytes, and `invalid_input` for bytes
// that are not coded so, or cut off.
Result<void> decode_content(std::string_view coding, std::string_view bytes, std::size_t most,
                            std::string& out);

// Codes a body quickly rather than well: gzip, deflate or zstd. The former content of `out` is
// replaced. Fails with `unsupported` for another coding, `too_large` beyond
// 2 GiB, and `internal` without memory.
Result<void> encode_content(std::string_view coding, std::string_view bytes, std::string& out);

}  // namespace mettle::http
