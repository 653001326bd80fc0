#include "mettle/base/units.hpp"

#include <gtest/gtest.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadsDurationsAsPeopleWriteThem) {
    EXPECT_EQ(parse_duration("250us"), Duration(250us));
    EXPECT_EQ(parse_duration("20ms"), Duration(20ms));
    EXPECT_EQ(parse_duration("1.5s"), Duration(1500ms));
    EXPECT_EQ(parse_duration("1h30m"), Duration(90min));
    EXPECT_EQ(parse_duration("300"), Duration(300s));
    EXPECT_EQ(parse_duration("0"), Duration(0));
}

TEST(Units, RefusesWhatIsNotADurationAndSaysWhatWouldBe) {
    for (const char* text :
         {"", "s", "-1s", "1x", "1s2", "1..5s", "1e9999s", "400d", "9999999999999999999h"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
    EXPECT_EQ(parse_duration("ten").error().message,
              "'ten' is not a duration: write 250us, 20ms, 1.5s, 10m or 1h30m");
}

TEST(Units, ReadsSizes) {
    EXPECT_EQ(parse_size("4096"), 4096u);
    EXPECT_EQ(parse_size("64MiB"), 64u << 20);
    EXPECT_EQ(parse_size("64M"), 64u << 20);
    EXPECT_EQ(parse_size("10MB"), 10'000'000u);
    for (const char* text : {"", "MiB", "-1", "1PiB", "99999999999999TiB"})
        EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Units, ReadsRatesAndShares) {
    EXPECT_EQ(parse_rate("500rps"), 500.0);
    EXPECT_EQ(parse_rate("2k"), 2000.0);
    EXPECT_EQ(parse_rate("30/m"), 0.5);
    EXPECT_EQ(parse_share("0.1%"), 0.001);
    EXPECT_EQ(parse_share("1"), 1.0);
    for (const char* text : {"0", "-5", "x", "", "inf"}) EXPECT_FALSE(parse_rate(text)) << text;
    for (const char* text : {"101%", "2", "", "%"}) EXPECT_FALSE(parse_share(text)) << text;
}

TEST(Units, PrintsWithThreeDigitsOrSo) {
    EXPECT_EQ(format_duration(820us), "820 µs");
    EXPECT_EQ(format_duration(1500us), "1.50 ms");
    EXPECT_EQ(format_duration(90s), "1m30s");
    EXPECT_EQ(format_size(1536 << 10), "1.5 MiB");
    EXPECT_EQ(format_rate(12345), "12,345");
}

}  // namespace
}  // namespace mettle
