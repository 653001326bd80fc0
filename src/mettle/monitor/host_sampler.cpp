#include "mettle/monitor/host_sampler.hpp"

#include "mettle/host/host_files.hpp"
#include "mettle/host/process_files.hpp"
#include "mettle/host/text.hpp"

#include <array>
#include <utility>

namespace mettle::monitor {
namespace {

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double number(std::uint64_t count) {
    return static_cast<double>(count);
}

}  // namespace

void HostSampler::sample(TimePoint moment, Timeline& to) {
    probe_.begin(moment, to);
    put_cpu();
    put_memory();
    put_pressure();
    put_disks();
    put_network();
}

bool HostSampler::read(const char* path) {
    return host::read_file(root_ + path, text_);
}

void HostSampler::put_cpu() {
    if (!read("/proc/stat")) return;
    const host::HostStat stat = host::parse_host_stat(text_);
    const auto cores = [](std::uint64_t ticks) { return seconds(host::ticks(ticks)); };
    probe_.growth("cpu", "cores", cores(stat.user + stat.system));
    probe_.growth("cpu_user", "cores", cores(stat.user));
    probe_.growth("cpu_system", "cores", cores(stat.system));
    probe_.growth("steal", "cores", cores(stat.steal));
    probe_.growth("io_wait", "cores", cores(stat.io_wait));
    probe_.growth("context_switches", "1/s", number(stat.context_switches));
    probe_.level("running", "count", number(stat.running));
    probe_.level("blocked", "count", number(stat.blocked));
}

void HostSampler::put_memory() {
    if (!read("/proc/meminfo")) return;
    const host::HostMemory memory = host::parse_meminfo(text_);
    probe_.level("memory_available", "bytes", number(memory.available_bytes));
    probe_.level("swap_used", "bytes", number(memory.swap_used_bytes));
}

void HostSampler::put_pressure() {
    constexpr std::array<std::pair<const char*, const char*>, 3> kFiles = {
        {{"/proc/pressure/cpu", "cpu_pressure"},
         {"/proc/pressure/memory", "memory_pressure"},
         {"/proc/pressure/io", "io_pressure"}}};
    for (const auto& [path, name] : kFiles) {
        if (!read(path)) continue;
        if (const auto pressure = host::parse_pressure(text_))
            probe_.growth(name, "share", seconds(pressure->some));
    }
}

void HostSampler::put_disks() {
    if (!read("/proc/diskstats")) return;
    const host::DiskCounters disks = host::parse_diskstats(text_);
    probe_.growth("disk_read", "bytes/s", number(disks.read_bytes));
    probe_.growth("disk_written", "bytes/s", number(disks.written_bytes));
    probe_.growth("disk_busy", "share", number(disks.busiest_ms) / 1000);
}

void HostSampler::put_network() {
    if (read("/proc/net/dev")) {
        const host::NetCounters net = host::parse_net_dev(text_);
        probe_.growth("net_received", "bytes/s", number(net.received_bytes));
        probe_.growth("net_sent", "bytes/s", number(net.sent_bytes));
        probe_.growth("net_loopback", "bytes/s", number(net.loopback_bytes));
        probe_.growth("net_dropped", "1/s", number(net.dropped));
    }
    if (read("/proc/net/snmp")) {
        const host::TcpCounters tcp = host::parse_tcp_counters(text_);
        probe_.growth("tcp_segments_sent", "1/s", number(tcp.segments_sent));
        probe_.growth("tcp_retransmits", "1/s", number(tcp.retransmitted));
        probe_.growth("tcp_resets", "1/s", number(tcp.resets_sent));
    }
    if (read("/proc/net/netstat")) {
        probe_.growth("listen_overflows", "1/s",
                      number(host::parse_tcp_counters(text_).listen_overflows));
    }
}

}  // namespace mettle::monitor
