#pragma once

// The files of a control group, version 1 and 2, from their text. Pure: any text gives something.

#include "mettle/host/cgroup.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace mettle::host {

// "KEY VALUE" lines, as of cpu.stat, memory.stat and memory.events; nothing when KEY is not there.
std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key);

// cpu.stat of either version.
ThrottleCounters parse_throttle(std::string_view text);

// One number, as of memory.current; "max", and what version 1 writes for no limit, is nothing.
std::optional<std::uint64_t> parse_limit(std::string_view text);

// io.stat, "8:0 rbytes=1 wbytes=2 ...", or version 1's "8:0 Read 1".
struct IoBytes {
    std::uint64_t read = 0, written = 0;
};
IoBytes parse_io_stat(std::string_view text);

// The group of a line of /proc/PID/cgroup, "4:memory:/x", that `controller` (of version 1; empty:
// version 2) is in.
std::optional<std::string_view> group_in(std::string_view text, std::string_view controller);

// Of /proc/self/mountinfo: where the hierarchy with this controller is mounted.
std::optional<std::string_view> cgroup_mount(std::string_view text, std::string_view controller);

}  // namespace mettle::host
