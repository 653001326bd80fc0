#include "mettle/http/server_timing.hpp"

#include <gtest/gtest.h>

namespace mettle::http {
namespace {

ServerTiming parsed(std::string_view value) {
    ServerTiming timing;
    parse_server_timing(value, timing);
    return timing;
}

TEST(ServerTiming, ReadsMillisecondsAsUnitsOf100Ns) {
    const auto timing = parsed(
        "parse;dur=0.0213, pre;dur=1, queue;dur=0.5, batch;dur=12.25;desc=\"16\", infer;dur=0, "
        "post;dur=0.1, write;dur=0.00001");
    EXPECT_EQ(timing.times, (std::array<std::int32_t, 7>{213, 10000, 5000, 122500, 0, 1000, 0}));
}

TEST(ServerTiming, IgnoresWhatItDoesNotKnow) {
    EXPECT_EQ(parsed("db;dur=53, cache;desc=\"a, infer;dur=9\", infer;desc=x;dur=2").times,
              (std::array<std::int32_t, 7>{-1, -1, -1, -1, 20000, -1, -1}));
}

TEST(ServerTiming, SurvivesWhatIsBroken) {
    for (const std::string_view value : {"", ",", ";", "infer", "infer;dur=", "infer;dur=x", ";;;",
                                         ",,,", "infer;dur=\"", "\"", " "}) {
        EXPECT_EQ(parsed(value).times[ServerTiming::infer], -1) << value;
    }
    EXPECT_EQ(parsed("infer;dur=99999999999999999999").times[ServerTiming::infer], INT32_MAX);
}

}  // namespace
}  // namespace mettle::http
