#include "mettle/protocols/openapi/answer_ids.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// Whatever a service answers, what is learned is the path of a member of the collection.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::protocols::openapi;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto cut = bytes.find('\n');
    const std::string head =
        "HTTP/1.1 201 Created\r\nLocation: " + std::string(bytes.substr(0, cut));
    const std::string_view body =
        cut == std::string_view::npos ? std::string_view() : bytes.substr(cut + 1);
    AnswerIds ids;
    IdRing ring;
    ids.read({201, head, body}, "/items", {"item_id", "id"}, ring);
    for (std::size_t index = 0; index < ring.size(); ++index) {
        const std::string& path = ring.at(index);
        if (!path.starts_with("/items/") || path.size() == 7 || path.size() > AnswerIds::kMostPath)
            std::abort();
        for (const char letter : std::string_view(path).substr(7))
            if (letter <= ' ' || letter >= 0x7f || letter == '/' || letter == '?') std::abort();
    }
    return 0;
}
