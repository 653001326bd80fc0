#include "mettle/host/host_files.hpp"

#include <gtest/gtest.h>

namespace mettle::host {
namespace {

using namespace std::chrono_literals;

TEST(HostFiles, ReadsStat) {
    const HostStat stat = parse_host_stat(
        "cpu  228212 59822 42426 321044 1602 12 4376 150 9 9\n"
        "cpu0 114106 29911 21213 160522 801 0 2188 75 0 0\n"
        "intr 3233879 0 0\nctxt 6379593\nbtime 1795536881\nprocesses 42294\n"
        "procs_running 5\nprocs_blocked 1\nsoftirq 1 2\n");
    EXPECT_EQ(stat.user, 228212u + 59822u);
    EXPECT_EQ(stat.system, 42426u + 12u + 4376u);
    EXPECT_EQ(stat.idle, 321044u);
    EXPECT_EQ(stat.io_wait, 1602u);
    EXPECT_EQ(stat.steal, 150u);
    EXPECT_EQ(stat.context_switches, 6379593u);
    EXPECT_EQ(stat.running, 5u);
    EXPECT_EQ(stat.blocked, 1u);
}

TEST(HostFiles, ReadsMemory) {
    const HostMemory memory = parse_meminfo(
        "MemTotal:       16384000 kB\nMemFree:         1000 kB\nMemAvailable:    8192000 kB\n"
        "SwapTotal:       1000 kB\nSwapFree:         400 kB\n");
    EXPECT_EQ(memory.total_bytes, std::uint64_t{16384000} * 1024);
    EXPECT_EQ(memory.available_bytes, std::uint64_t{8192000} * 1024);
    EXPECT_EQ(memory.swap_used_bytes, 600u * 1024);
}

TEST(HostFiles, ReadsPressure) {
    const auto pressure = parse_pressure(
        "some avg10=4.56 avg60=33.82 avg300=27.56 total=692698756\n"
        "full avg10=0.00 avg60=0.00 avg300=0.00 total=12\n");
    ASSERT_TRUE(pressure);
    EXPECT_EQ(pressure->some, Duration(692698756us));
    EXPECT_EQ(pressure->full, Duration(12us));
    // Before Linux 5.13 the file of the CPU has one line; without PSI it cannot be read at all.
    EXPECT_TRUE(parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n"));
    EXPECT_FALSE(parse_pressure(""));
}

TEST(HostFiles, CountsEachDiskOnce) {
    const DiskCounters disks = parse_diskstats(
        "   7       0 loop0 9 9 9 9 9 9 9 9 9 9 9\n"
        " 259       0 nvme0n1 100 0 2000 50 10 0 400 20 0 70 70\n"
        " 259       1 nvme0n1p1 90 0 1900 50 10 0 400 20 0 60 60\n"
        " 254       0 vda 1 0 8 1 1 0 16 1 0 900 2\n"
        " 254       1 vda1 1 0 8 1 1 0 16 1 0 900 2\n"
        " 253       0 dm-0 1 0 8 1 1 0 16 1 0 1 2\n");
    EXPECT_EQ(disks.read_bytes, (2000u + 8u) * 512);
    EXPECT_EQ(disks.written_bytes, (400u + 16u) * 512);
    EXPECT_EQ(disks.busiest_ms, 900u);
}

TEST(HostFiles, KeepsLoopbackApart) {
    const NetCounters net = parse_net_dev(
        "Inter-|   Receive                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
        "    lo: 697 14 0 1888 0 0 0 0 697 14 0 0 0 0 0 0\n"
        "  eth0:1402005010 38013 0 3 0 0 0 0 2354487 22784 0 4 0 0 0 0\n");
    EXPECT_EQ(net.received_bytes, 1402005010u);
    EXPECT_EQ(net.sent_bytes, 2354487u);
    EXPECT_EQ(net.loopback_bytes, 697u);
    EXPECT_EQ(net.dropped, 7u);
}

TEST(HostFiles, FindsTcpCountersByTheirNames) {
    const TcpCounters tcp = parse_tcp_counters(
        "Ip: Forwarding DefaultTTL\nIp: 1 64\n"
        "Tcp: RtoAlgorithm MaxConn OutSegs RetransSegs InErrs OutRsts\n"
        "Tcp: 1 -1 14054056 12 0 11624\n"
        "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 0 34 35\n");
    EXPECT_EQ(tcp.segments_sent, 14054056u);
    EXPECT_EQ(tcp.retransmitted, 12u);
    EXPECT_EQ(tcp.resets_sent, 11624u);
    EXPECT_EQ(tcp.listen_overflows, 34u);
    EXPECT_EQ(
        parse_tcp_counters("Tcp: OutSegs\nTcpExt: ListenOverflows\nTcpExt: 1\n").segments_sent, 0u);
}

}  // namespace
}  // namespace mettle::host
