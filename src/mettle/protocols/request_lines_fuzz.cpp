#include "mettle/protocols/request_lines.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What is taken can be sent: no line end gets into a head.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    auto lines = protocols::parse_request_lines(text, "fuzz");
    if (!lines) return 0;
    for (const auto& line : *lines) {
        const std::string bytes = http::encode_request({}, line.request);
        const auto end = bytes.find("\r\n\r\n");
        if (end + 4 + line.request.body.size() != bytes.size()) std::abort();
    }
    protocols::make_line_tasks(std::move(*lines), {}, {}, "fuzz");
    return 0;
}
