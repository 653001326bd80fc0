#include "mettle/http/server_timing.hpp"

#include <algorithm>

namespace mettle::http {

namespace {

int index_of(std::string_view name) {
    switch (name.size()) {
        case 3:
            return name == "pre" ? ServerTiming::pre : -1;
        case 4:
            return name == "post" ? ServerTiming::post : -1;
        case 5:
            if (name == "parse") return ServerTiming::parse;
            if (name == "queue") return ServerTiming::queue;
            if (name == "batch") return ServerTiming::batch;
            if (name == "infer") return ServerTiming::infer;
            return name == "write" ? ServerTiming::write : -1;
        default:
            return -1;
    }
}

std::string_view skip_spaces(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

// "1.25" ms is 12500 units. By hand, since this is on the path of every answer: std::from_chars for
// doubles takes three times as long.
std::int32_t to_units(std::string_view text) {
    constexpr std::int64_t kMost = INT32_MAX;
    std::int64_t units = 0;
    std::size_t at = 0;
    const auto digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    if (!digit()) return -1;
    for (; digit(); ++at) units = std::min(kMost, units * 10 + (text[at] - '0'));
    if (at < text.size() && text[at] == '.') ++at;
    for (int place = 0; place < 4; ++place) {
        units = units * 10 + (digit() ? text[at] - '0' : 0);
        if (digit()) ++at;
    }
    return static_cast<std::int32_t>(std::min(kMost, units));
}

// The next part up to one of `ends`, which is taken off too; quoted text is not looked into.
std::string_view take_until(std::string_view& rest, char end, char other_end) {
    std::size_t at = 0;
    bool quoted = false;
    for (; at < rest.size(); ++at) {
        if (rest[at] == '"') quoted = !quoted;
        if (!quoted && (rest[at] == end || rest[at] == other_end)) break;
    }
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at);
    return part;
}

}  // namespace

void parse_server_timing(std::string_view rest, ServerTiming& timing) {
    while (!rest.empty()) {
        rest = skip_spaces(rest);
        const int index = index_of(take_until(rest, ';', ','));
        while (rest.starts_with(';')) {
            rest = skip_spaces(rest.substr(1));
            const std::string_view parameter = take_until(rest, ';', ',');
            if (index >= 0 && parameter.starts_with("dur="))
                timing.times[static_cast<std::size_t>(index)] = to_units(parameter.substr(4));
        }
        if (!rest.empty()) rest.remove_prefix(1);
    }
}

}  // namespace mettle::http
