#include "mettle/http/multipart.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>

namespace {

void require_within(std::string_view part, std::string_view whole) {
    if (part.empty()) return;
    const std::less_equal<const char*> not_behind;
    if (!not_behind(whole.data(), part.data()) ||
        !not_behind(part.data() + part.size(), whole.data() + whole.size())) {
        std::abort();
    }
}

}  // namespace

// The first line is the Content-Type, the rest the body. What is read lies within the body, one
// part behind the other, and no part has a delimiter in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line = input.find('\n');
    if (line == input.npos) return 0;
    std::string_view rest = input.substr(line + 1);
    const mettle::http::MultipartLimits limits{.parts = 8, .head_bytes = 200};
    const auto parts = mettle::http::read_multipart(input.substr(0, line), rest, limits);
    if (!parts) return 0;
    if (parts->size() > limits.parts) std::abort();
    for (const auto& part : *parts) {
        for (const auto view : {part.name, part.file_name, part.content_type})
            require_within(view, rest);
        require_within(part.body, rest);
        rest.remove_prefix(static_cast<std::size_t>(part.body.data() - rest.data()) +
                           part.body.size());
    }
    return 0;
}
