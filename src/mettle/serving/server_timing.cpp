#include "mettle/serving/server_timing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace mettle {

namespace {

constexpr std::size_t kLongestId = 128;

// Milliseconds with three decimals: "0.012".
void append_dur(std::string& out, std::string_view name, Duration duration) {
    const auto us = std::max<std::int64_t>(0, (duration.count() + 500) / 1000);
    const fmt::format_int whole(us / 1000);
    out.append(name).append(";dur=").append(whole.data(), whole.size());
    const auto rest = static_cast<unsigned>(us % 1000);
    if (rest == 0) return;
    const char decimals[] = {'.', static_cast<char>('0' + rest / 100),
                             static_cast<char>('0' + rest / 10 % 10),
                             static_cast<char>('0' + rest % 10)};
    out.append(decimals, sizeof decimals);
}

bool acceptable(std::string_view id) {
    return !id.empty() && id.size() <= kLongestId && std::ranges::all_of(id, [](char character) {
        return character > 0x20 && character < 0x7f;
    });
}

// Sixteen hexadecimal digits.
void append_hex(std::string& out, std::uint64_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    char digits[16];
    for (int at = 15; at >= 0; --at, value >>= 4) digits[at] = kDigits[value & 15];
    out.append(digits, sizeof digits);
}

// Unlike any other's: a random start for each thread, and a count.
void append_new_id(std::string& out) {
    thread_local const std::uint64_t prefix =
        (std::uint64_t{std::random_device()()} << 32) | std::random_device()();
    thread_local std::uint64_t count = 0;
    append_hex(out, prefix);
    append_hex(out, ++count);
}

}  // namespace

void add_server_timing(http::Response& response, const InferenceCall& call, TimePoint written) {
    std::string& out = response.headers;
    out += "Server-Timing: ";
    append_dur(out, "parse", call.parsed - call.received);
    const bool prepares = call.pre > Duration::zero();
    if (prepares) append_dur(out, ", pre", call.pre);
    append_dur(out, ", queue", call.chosen - call.parsed);
    append_dur(out, ", batch", call.started - call.chosen - call.pre);
    const fmt::format_int rows(call.batch_rows);
    out.append(";desc=\"").append(rows.data(), rows.size()).append("\"");
    append_dur(out, ", infer", call.finished - call.started);
    if (prepares) append_dur(out, ", post", call.post);
    append_dur(out, ", write", written - call.finished - call.post);
    out += "\r\n";
}

std::string_view add_request_id(http::Response& response, std::string_view from_client) {
    response.headers += "x-request-id: ";
    const std::size_t begin = response.headers.size();
    if (acceptable(from_client)) {
        response.headers += from_client;
    } else {
        append_new_id(response.headers);
    }
    const std::size_t size = response.headers.size() - begin;
    response.headers += "\r\n";
    return std::string_view(response.headers).substr(begin, size);
}

}  // namespace mettle
