#include "mettle/serving/compression.hpp"

#include "mettle/http/accept_encoding.hpp"
#include "mettle/http/content_coding.hpp"

#include <utility>

namespace mettle {

void compress(const http::Request& request, http::Response& response) {
    constexpr std::size_t kLeastBytes = 1024;  // About what one packet holds.
    if (response.body.size() < kLeastBytes || !response.attachments.empty()) return;
    const std::string_view accepted = request.header("accept-encoding");
    if (accepted.empty()) return;
    response.add_header("Vary", "Accept-Encoding");
    const std::string_view coding = http::choose_coding(accepted);
    if (coding.empty()) return;
    std::string encoded;
    const auto done = http::encode_content(coding, response.body, encoded);
    if (!done || encoded.size() >= response.body.size()) return;
    response.body = std::move(encoded);
    response.add_header("Content-Encoding", coding);
}

}  // namespace mettle
