#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mettle::http {

// What a server says that it spent, from a `Server-Timing` header: parse;dur=0.02, queue;dur=1.5.
// In units of 100 ns; -1 where it says nothing. Other names are ignored.
struct ServerTiming {
    bool operator==(const ServerTiming&) const = default;

    enum Name { parse, pre, queue, batch, infer, post, write };
    static constexpr std::size_t kCount = 7;
    std::array<std::int32_t, kCount> times{-1, -1, -1, -1, -1, -1, -1};
};

// Adds what `value` has to `timing`; never fails, since a broken header is no broken answer.
void parse_server_timing(std::string_view value, ServerTiming& timing);

}  // namespace mettle::http
