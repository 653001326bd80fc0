#pragma once

// What /proc says of the whole host, from the text of its files; see proc(5). Pure: any text gives
// something, and what a kernel does not say is 0 or nothing.

#include "mettle/base/units.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace mettle::host {

// /proc/stat, in clock ticks and counts since boot.
struct HostStat {
    std::uint64_t user = 0, system = 0;  // Guests' time is in user, interrupts in system.
    std::uint64_t idle = 0, io_wait = 0, steal = 0;
    std::uint64_t context_switches = 0;
    std::uint64_t running = 0, blocked = 0;  // Tasks, now: ready or running; waiting for disks.
};
HostStat parse_host_stat(std::string_view text);

// /proc/meminfo
struct HostMemory {
    std::uint64_t total_bytes = 0, available_bytes = 0;
    std::uint64_t swap_used_bytes = 0;
};
HostMemory parse_meminfo(std::string_view text);

// /proc/pressure/* and a cgroup's *.pressure: time, in all, during which work stood still for want
// of the resource. "some": of at least one task; "full": of all at once.
struct Pressure {
    Duration some{}, full{};
};
std::optional<Pressure> parse_pressure(std::string_view text);

// /proc/diskstats, over whole disks: partitions and the loops and devices upon them are left out.
struct DiskCounters {
    std::uint64_t read_bytes = 0, written_bytes = 0;
    std::uint64_t busiest_ms = 0;  // Of the disk that was busy longest since boot.
};
DiskCounters parse_diskstats(std::string_view text);

// /proc/net/dev. Loopback stands apart: what it carries costs CPU, and no wire.
struct NetCounters {
    std::uint64_t received_bytes = 0, sent_bytes = 0, loopback_bytes = 0;
    std::uint64_t dropped = 0;
};
NetCounters parse_net_dev(std::string_view text);

// /proc/net/snmp and /proc/net/netstat, one after the other or either: a line of names before each
// line of values.
struct TcpCounters {
    std::uint64_t segments_sent = 0, retransmitted = 0;
    std::uint64_t resets_sent = 0;
    std::uint64_t listen_overflows = 0;  // Connections that found an accept queue full.
};
TcpCounters parse_tcp_counters(std::string_view text);

}  // namespace mettle::host
