#include "mettle/host/host_files.hpp"

#include "mettle/host/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace mettle::host {
namespace {

// "total=692698756", in µs.
Duration total_of(std::string_view line) {
    constexpr std::string_view kKey = "total=";
    const auto at = line.find(kKey);
    if (at == line.npos) return {};
    const auto us = whole_number(line.substr(at + kKey.size()));
    if (!us || *us > 9'000'000'000'000'000) return {};
    return std::chrono::microseconds(*us);
}

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text,
                               [](unsigned char letter) { return std::isdigit(letter) != 0; });
}

// sda, vdb, xvda, hdc, nvme0n1, mmcblk0: not sda1, nvme0n1p2, loop0, dm-0, ram3.
bool is_whole_disk(std::string_view name) {
    if (name.starts_with("nvme") || name.starts_with("mmcblk"))
        return name.find('p') == name.npos || !all_digits(name.substr(name.rfind('p') + 1));
    const bool letters = name.starts_with("sd") || name.starts_with("vd") ||
                         name.starts_with("hd") || name.starts_with("xvd");
    return letters && std::isdigit(static_cast<unsigned char>(name.back())) == 0;
}

void read_tcp_pair(std::string_view names, std::string_view values, TcpCounters& counters) {
    next_word(values);
    for (next_word(names);;) {
        const std::string_view name = next_word(names), value = next_word(values);
        if (name.empty() || value.empty()) return;
        const auto number = whole_number(value);
        if (!number) continue;
        if (name == "OutSegs") counters.segments_sent = *number;
        if (name == "RetransSegs") counters.retransmitted = *number;
        if (name == "OutRsts") counters.resets_sent = *number;
        if (name == "ListenOverflows") counters.listen_overflows = *number;
    }
}

}  // namespace

HostStat parse_host_stat(std::string_view text) {
    HostStat stat;
    for (std::string_view line; next_line(text, line);) {
        const std::string_view key = next_word(line);
        if (key == "cpu") {
            std::array<std::uint64_t, 8> field{};
            for (auto& value : field) value = next_number(line);
            stat.user = field[0] + field[1];
            stat.system = field[2] + field[5] + field[6];
            stat.idle = field[3];
            stat.io_wait = field[4];
            stat.steal = field[7];
        }
        if (key == "ctxt") stat.context_switches = next_number(line);
        if (key == "procs_running") stat.running = next_number(line);
        if (key == "procs_blocked") stat.blocked = next_number(line);
    }
    return stat;
}

HostMemory parse_meminfo(std::string_view text) {
    HostMemory memory;
    std::uint64_t swap_total = 0, swap_free = 0;
    for (std::string_view line; next_line(text, line);) {
        const std::string_view key = next_word(line);
        if (key == "MemTotal:") memory.total_bytes = next_number(line) * 1024;
        if (key == "MemAvailable:") memory.available_bytes = next_number(line) * 1024;
        if (key == "SwapTotal:") swap_total = next_number(line) * 1024;
        if (key == "SwapFree:") swap_free = next_number(line) * 1024;
    }
    memory.swap_used_bytes = swap_total - std::min(swap_total, swap_free);
    return memory;
}

std::optional<Pressure> parse_pressure(std::string_view text) {
    Pressure pressure;
    bool seen = false;
    for (std::string_view line; next_line(text, line);) {
        const std::string_view key = next_word(line);
        if (key == "some") pressure.some = total_of(line), seen = true;
        if (key == "full") pressure.full = total_of(line);
    }
    if (!seen) return {};
    return pressure;
}

DiskCounters parse_diskstats(std::string_view text) {
    constexpr std::uint64_t kSector = 512;  // Whatever the disk's own is.
    DiskCounters disks;
    for (std::string_view line; next_line(text, line);) {
        next_word(line), next_word(line);  // major, minor
        const std::string_view name = next_word(line);
        if (name.empty() || !is_whole_disk(name)) continue;
        std::array<std::uint64_t, 10> field{};
        for (auto& value : field) value = next_number(line);
        disks.read_bytes += field[2] * kSector;
        disks.written_bytes += field[6] * kSector;
        disks.busiest_ms = std::max(disks.busiest_ms, field[9]);
    }
    return disks;
}

NetCounters parse_net_dev(std::string_view text) {
    NetCounters net;
    for (std::string_view line; next_line(text, line);) {
        const auto colon = line.find(':');
        if (colon == line.npos) continue;  // The two lines of headings.
        std::string_view front = line.substr(0, colon);
        const std::string_view name = next_word(front);
        line.remove_prefix(colon + 1);  // No blank need follow it.
        std::array<std::uint64_t, 12> field{};
        for (auto& value : field) value = next_number(line);
        if (name == "lo") {
            net.loopback_bytes += field[0];
            continue;
        }
        net.received_bytes += field[0];
        net.sent_bytes += field[8];
        net.dropped += field[3] + field[11];
    }
    return net;
}

TcpCounters parse_tcp_counters(std::string_view text) {
    TcpCounters counters;
    std::string_view names;
    for (std::string_view line; next_line(text, line);) {
        const std::string_view key = line.substr(0, line.find(' '));
        if (key != "Tcp:" && key != "TcpExt:") continue;
        if (names.substr(0, names.find(' ')) != key) {
            names = line;
            continue;
        }
        read_tcp_pair(names, line, counters);
        names = {};
    }
    return counters;
}

}  // namespace mettle::host
