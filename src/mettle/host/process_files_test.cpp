#include "mettle/host/process_files.hpp"

#include <gtest/gtest.h>

namespace mettle::host {
namespace {

using namespace std::chrono_literals;

TEST(ProcessFiles, ReadsStatOfANameWithBlanksAndBrackets) {
    const auto stat = parse_process_stat(
        "4242 (tricky) name (x)) S 17 4242 4242 0 -1 4194560 1200 34 5 6 100 50 20 10 20 0 7 0 "
        "123456 10485760 2560 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n");
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->parent, 17);
    EXPECT_EQ(stat->group, 4242);
    EXPECT_EQ(stat->minor_faults, 1234u);
    EXPECT_EQ(stat->major_faults, 11u);
    EXPECT_EQ(stat->user_ticks, 120u);
    EXPECT_EQ(stat->system_ticks, 60u);
    EXPECT_EQ(stat->threads, 7);
    EXPECT_EQ(stat->rss_pages, 2560u);
}

TEST(ProcessFiles, SaysNothingOfHalfAStat) {
    EXPECT_FALSE(parse_process_stat(""));
    EXPECT_FALSE(parse_process_stat("1 (init) S 0 1 1 0 -1 41943"));
    EXPECT_FALSE(parse_process_stat("no brackets at all"));
}

TEST(ProcessFiles, ReadsIoSwitchesWaitAndPss) {
    const ProcessIo io = parse_process_io(
        "rchar: 6976\nwchar: 11\nsyscr: 10\nsyscw: 0\nread_bytes: 4096\nwrite_bytes: 8192\n"
        "cancelled_write_bytes: 7\n");
    EXPECT_EQ(io.read_bytes, 4096u);
    EXPECT_EQ(io.written_bytes, 8192u);
    const SwitchCounters switches = parse_switches(
        "Name:\tmettle\nThreads:\t3\nvoluntary_ctxt_switches:\t120\n"
        "nonvoluntary_ctxt_switches:\t7\n");
    EXPECT_EQ(switches.voluntary, 120u);
    EXPECT_EQ(switches.involuntary, 7u);
    EXPECT_EQ(parse_run_wait("5123456 1789423 71\n"), Duration(1789423));
    EXPECT_EQ(parse_pss_bytes("55bd95695000-7fffcfe35000 ---p 00000000 00:00 0    [rollup]\n"
                              "Rss:                1760 kB\nPss:                 264 kB\n"),
              264u * 1024);
}

TEST(ProcessFiles, TakesNothingForTimeBeyondALifetime) {
    EXPECT_EQ(parse_run_wait("1 18446744073709551615 1"), Duration(0));
    EXPECT_EQ(ticks(UINT64_MAX), Duration(0));
    EXPECT_EQ(ticks(100), Duration(1s));  // Everywhere but on some Alphas.
}

}  // namespace
}  // namespace mettle::host
