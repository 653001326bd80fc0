#include "mettle/load/moment_text.hpp"

#include <gtest/gtest.h>

namespace mettle::load {
namespace {

constexpr std::int64_t kNoon = 1'795'521'600'000'000'000;  // date -d 2026-11-24T12:00:00Z +%s

TEST(MomentText, ReadsRfc3339) {
    EXPECT_EQ(parse_rfc3339("2026-11-24T12:00:00Z"), kNoon);
    EXPECT_EQ(parse_rfc3339("2026-11-24 12:00:00"), kNoon);
    EXPECT_EQ(parse_rfc3339("2026-11-24T13:30:00.25+01:30"), kNoon + 250'000'000);
    EXPECT_EQ(parse_rfc3339("2026-11-24T04:00:00.000000001-0800"), kNoon + 1);
    EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
}

TEST(MomentText, ReadsTheTimeOfAccessLogs) {
    EXPECT_EQ(parse_log_time("24/Nov/2026:12:00:00 +0000"), kNoon);
    EXPECT_EQ(parse_log_time("24/Nov/2026:04:00:00 -0800"), kNoon);
}

TEST(MomentText, RefusesWhatIsNoMoment) {
    for (const char* text :
         {"", "2026-11-24", "2026-13-24T12:00:00Z", "2026-02-30T12:00:00Z", "2026-11-24T24:00:00Z",
          "2026-11-24T12:00:00Zx", "2026-11-24T12:00:00.Z", "1969-12-31T23:59:59Z",
          "2026-11-24T12:00:00+1"})
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    for (const char* text : {"", "24/Nom/2026:12:00:00 +0000", "24/Nov/2026:12:00", "-"})
        EXPECT_FALSE(parse_log_time(text)) << text;
}

}  // namespace
}  // namespace mettle::load
