#include "mettle/results/request_record.hpp"

#include <fmt/format.h>

#include <iterator>

namespace mettle::results {

namespace {

// How long a UTF-8 sequence is that begins there; 0 where none does.
std::size_t utf8_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t index = 1; index < length; ++index) {
        if ((static_cast<unsigned char>(text[index]) & 0xc0) != 0x80) return 0;
    }
    // Overlong forms, surrogates, and what is beyond Unicode.
    const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0U;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
    return length;
}

// What a server said may be anything: bytes that are no UTF-8 become U+FFFD.
void put_text(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const char character = text[0];
        const std::size_t length = utf8_length(text);
        if (length == 0)
            out += "\ufffd";
        else if (character == '"' || character == '\\')
            (out += '\\') += character;
        else if (static_cast<unsigned char>(character) < 0x20)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(character));
        else
            out += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void put_key(std::string& out, std::string_view key) {
    ((out += ",\"") += key) += "\":";
}

// Exact decimals of whole nanoseconds; null where it never came so far.
void put_moment(std::string& out, std::string_view key, std::int64_t ns) {
    put_key(out, key);
    if (ns < 0)
        out += "null";
    else
        fmt::format_to(std::back_inserter(out), "{}.{:06}", ns / 1'000'000'000,
                       ns % 1'000'000'000 / 1000);
}

void put_ms(std::string& out, std::string_view key, std::int64_t ns) {
    put_key(out, key);
    fmt::format_to(std::back_inserter(out), "{}{}.{:04}", ns < 0 ? "-" : "",
                   (ns < 0 ? -ns : ns) / 1'000'000, (ns < 0 ? -ns : ns) % 1'000'000 / 100);
}

void put_phases(std::string& out, const RequestRecord& record) {
    std::string phases;
    for (std::size_t index = 0; index < kPhaseCount; ++index) {
        if (record.phases_ns[index] < 0) continue;
        put_ms(phases, name_of(static_cast<Phase>(index)), record.phases_ns[index]);
    }
    put_key(out, "phases_ms");
    ((out += '{') += std::string_view(phases).substr(phases.empty() ? 0 : 1)) += '}';
}

}  // namespace

std::string to_json_line(const RequestRecord& record) {
    std::string out = "{\"task\":";
    out.reserve(512);
    put_text(out, record.task);
    put_key(out, "method");
    put_text(out, record.method);
    put_key(out, "payload");
    fmt::format_to(std::back_inserter(out), "{}", record.payload);
    put_moment(out, "due_s", record.due_ns);
    put_moment(out, "sent_s", record.sent_ns);
    put_moment(out, "first_byte_s", record.first_byte_ns);
    put_moment(out, "done_s", record.done_ns);
    put_ms(out, "latency_ms", record.latency_ns());
    put_phases(out, record);
    put_key(out, "status");
    fmt::format_to(std::back_inserter(out), "{}", record.status);
    put_key(out, "outcome");
    put_text(out, record.outcome);
    put_key(out, "detail");
    put_text(out, record.detail);
    fmt::format_to(std::back_inserter(out), ",\"bytes_sent\":{},\"bytes_received\":{}}}",
                   record.bytes_sent, record.bytes_received);
    return out;
}

}  // namespace mettle::results
