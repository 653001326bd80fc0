#include "mettle/protocols/openai/stream_meter.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Tokens are counted once each, and time does not run backwards.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::protocols::openai;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static StreamMeter meter;
    meter.begin();
    for (std::size_t at = 0; at < bytes.size(); at += 7)
        meter.feed(bytes.substr(at, 7), static_cast<std::int64_t>(at) + 1);
    for (const std::int64_t gap : meter.gaps_ns())
        if (gap < 0) std::abort();
    if (meter.first_token_ns() > meter.last_token_ns()) std::abort();
    if (meter.flaw().empty() && meter.first_token_ns() == 0) std::abort();
    static AnswerReader reader;
    Usage usage;
    reader.read(bytes, usage);
    return 0;
}
