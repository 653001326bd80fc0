// Requests as a connection reads them: the head in pieces, then a body or chunks, then the next.

#include "mettle/http/request_parser.hpp"

#include <algorithm>
#include <cstdlib>

using namespace mettle::http;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// Reads one request off `bytes`; false when they end or are refused.
bool read_one(RequestParser& parser, std::string_view& bytes, std::size_t step,
              const Limits& limits) {
    Request request;
    auto progress = RequestParser::Progress::need_more;
    for (std::size_t length = 0;
         progress == RequestParser::Progress::need_more && length < bytes.size();) {
        length = std::min(bytes.size(), length + step);
        progress = parser.parse_head(bytes.substr(0, length), request);
    }
    if (progress == RequestParser::Progress::refused) require(parser.refusal().status >= 400);
    if (progress != RequestParser::Progress::done) return false;
    require(request.headers.size() <= limits.max_headers);
    require(request.path.starts_with('/') || request.path == "*");
    bytes.remove_prefix(parser.head_size());
    if (!parser.chunked()) {
        require(parser.content_length() <= limits.max_body_bytes);
        bytes.remove_prefix(std::min(bytes.size(), parser.content_length()));
        return true;
    }
    std::string body;
    std::size_t used = 0;
    progress = parser.parse_chunks(bytes, body, used);
    require(used <= bytes.size() && body.size() <= limits.max_body_bytes);
    bytes.remove_prefix(used);
    return progress == RequestParser::Progress::done;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const Limits limits{.max_head_bytes = 1024, .max_headers = 8, .max_body_bytes = 2048};
    const std::size_t step = 1 + data[0];
    std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    RequestParser parser(limits);
    while (read_one(parser, bytes, step, limits)) parser.reset();
    return 0;
}
