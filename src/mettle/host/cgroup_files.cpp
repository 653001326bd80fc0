#include "mettle/host/cgroup_files.hpp"

#include "mettle/host/text.hpp"

namespace mettle::host {
namespace {

// A list with commas.
bool has_word(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (list.substr(0, comma) == word) return true;
        list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
    }
    return false;
}

Duration time_of(std::optional<std::uint64_t> count, std::uint64_t unit_ns) {
    if (!count || *count > 9'000'000'000'000'000'000 / unit_ns) return {};
    return std::chrono::nanoseconds(*count * unit_ns);
}

}  // namespace

std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key) {
    for (std::string_view line; next_line(text, line);) {
        if (next_word(line) == key) return whole_number(next_word(line));
    }
    return {};
}

ThrottleCounters parse_throttle(std::string_view text) {
    ThrottleCounters counters;
    counters.periods = value_of(text, "nr_periods").value_or(0);
    counters.throttled_periods = value_of(text, "nr_throttled").value_or(0);
    counters.throttled = time_of(value_of(text, "throttled_usec"), 1000);
    if (const auto ns = value_of(text, "throttled_time")) counters.throttled = time_of(ns, 1);
    return counters;
}

std::optional<std::uint64_t> parse_limit(std::string_view text) {
    std::string_view line;
    next_line(text, line);
    const auto number = whole_number(next_word(line));
    // Version 1 without a limit: the largest number, rounded down to pages.
    if (number && *number >= std::uint64_t{1} << 62) return {};
    return number;
}

IoBytes parse_io_stat(std::string_view text) {
    IoBytes bytes;
    for (std::string_view line; next_line(text, line);) {
        next_word(line);  // Device; of version 1's last line "Total".
        for (std::string_view word; !(word = next_word(line)).empty();) {
            if (word == "Read") bytes.read += next_number(line);
            if (word == "Write") bytes.written += next_number(line);
            if (word.starts_with("rbytes=")) bytes.read += whole_number(word.substr(7)).value_or(0);
            if (word.starts_with("wbytes="))
                bytes.written += whole_number(word.substr(7)).value_or(0);
        }
    }
    return bytes;
}

std::optional<std::string_view> group_in(std::string_view text, std::string_view controller) {
    for (std::string_view line; next_line(text, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first == line.npos ? first : first + 1);
        if (first == line.npos || second == line.npos) continue;
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        if (controller.empty() ? controllers.empty() : has_word(controllers, controller))
            return line.substr(second + 1);
    }
    return {};
}

// "id parent dev root MOUNT options [optional]... - TYPE source SUPER"
std::optional<std::string_view> cgroup_mount(std::string_view text, std::string_view controller) {
    for (std::string_view line; next_line(text, line);) {
        const auto dash = line.find(" - ");
        if (dash == line.npos) continue;
        std::string_view head = line.substr(0, dash), tail = line.substr(dash + 3);
        for (int skip = 0; skip < 4; ++skip) next_word(head);
        const std::string_view mount = next_word(head), type = next_word(tail);
        next_word(tail);
        const bool version2 = type == "cgroup2";
        if (!version2 && type != "cgroup") continue;
        if (controller.empty() ? version2 : !version2 && has_word(next_word(tail), controller))
            return mount;
    }
    return {};
}

}  // namespace mettle::host
