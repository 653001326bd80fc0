#include "mettle/protocols/sse.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

struct Log final : mettle::protocols::SseSink {
    void on_event(const mettle::protocols::SseEvent& event) override {
        text.append(event.type).append("|").append(event.data).append("|").append(event.id);
        text += '\x1e';
    }
    std::string text;
};

}  // namespace

// However a stream is cut, its events are the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t step = data[0] % 17 + 1;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    mettle::protocols::SseParser whole, cut;
    Log all, pieces;
    const bool good = whole.feed(bytes, all);
    bool cut_good = true;
    for (std::size_t at = 0; at < bytes.size(); at += step)
        cut_good = cut.feed(bytes.substr(at, step), pieces);
    if (good != cut_good || all.text != pieces.text) std::abort();
    return 0;
}
