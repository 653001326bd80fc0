#pragma once

// What /proc/PID says, from the text of its files; see proc(5). Pure: any text gives something.

#include "mettle/base/units.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace mettle::host {

// Clock ticks of the kernel, usually 10 ms, as a duration.
Duration ticks(std::uint64_t count);

// /proc/PID/stat
struct ProcessStat {
    bool ended() const { return state == 'Z' || state == 'X'; }

    char state = 'Z';
    int parent = 0;
    int group = 0;
    // Those of children that ended and were waited for, too.
    std::uint64_t minor_faults = 0, major_faults = 0;
    std::uint64_t user_ticks = 0, system_ticks = 0;
    int threads = 0;
    std::uint64_t rss_pages = 0;
};
std::optional<ProcessStat> parse_process_stat(std::string_view text);

// /proc/PID/io: what really went to and came from disks.
struct ProcessIo {
    std::uint64_t read_bytes = 0, written_bytes = 0;
};
ProcessIo parse_process_io(std::string_view text);

// /proc/PID/task/TID/status
struct SwitchCounters {
    std::uint64_t voluntary = 0;    // It waited for something.
    std::uint64_t involuntary = 0;  // It was taken off its CPU.
};
SwitchCounters parse_switches(std::string_view text);

// /proc/PID/task/TID/schedstat: how long it was ready to run and had no CPU.
Duration parse_run_wait(std::string_view text);

// /proc/PID/smaps_rollup
std::uint64_t parse_pss_bytes(std::string_view text);

}  // namespace mettle::host
