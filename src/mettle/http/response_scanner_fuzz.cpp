#include "mettle/http/response_scanner.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

struct Reading {
    bool operator==(const Reading&) const = default;
    bool done = false;
    bool failed = false;
    int status = 0;
    std::string body;
};

Reading read(std::string_view text, std::size_t piece) {
    mettle::http::ResponseScanner scanner;
    scanner.begin({.keep_body = true, .max_body = 1 << 20});
    std::string rest;
    Reading reading;
    while (!text.empty() && !scanner.done() && scanner.error().empty()) {
        const std::size_t size = std::min(piece, text.size());
        rest.append(text.substr(0, size));
        text.remove_prefix(size);
        const std::size_t used = scanner.consume(rest);
        reading.body = scanner.body();  // A view of `rest`.
        rest.erase(0, used);
    }
    scanner.end_of_stream();
    reading.done = scanner.done();
    reading.failed = !scanner.error().empty();
    if (!reading.done) reading.body.clear();
    if (reading.done) reading.status = scanner.status();
    return reading;
}

}  // namespace

// However the bytes are cut up, they mean the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Reading whole = read(text, std::max<std::size_t>(size, 1));
    if (read(text, 1) != whole || read(text, 7) != whole) std::abort();
    return 0;
}
