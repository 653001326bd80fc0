#include "mettle/load/arrival_law.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(ArrivalLaw, ReadsEachFormAndWritesItBack) {
    for (const char* text : {"constant", "poisson", "gamma:2", "gamma:0.25", "burst:on=1s,off=4s",
                             "burst:on=20ms,off=1500us,law=poisson"}) {
        const auto law = parse_arrival_law(text);
        ASSERT_TRUE(law) << law.error().message;
        EXPECT_EQ(law->to_string(), text);
    }
    EXPECT_EQ(parse_arrival_law("poisson"), ArrivalLaw::poisson);
    EXPECT_EQ(parse_arrival_law("burst:off=2s,on=1s")->off, 2s);
}

TEST(ArrivalLaw, SaysWhatIsWrongAndWhatWouldBeRight) {
    const std::pair<const char*, const char*> wrong[] = {
        {"whenever", "no such law"},
        {"gamma:0", "from 0.01 to 20"},
        {"gamma:many", "from 0.01 to 20"},
        {"gamma:nan", "from 0.01 to 20"},
        {"burst:on=1s", "both on and off"},
        {"burst:on=1s,off=0s", "shorter than 1us"},
        {"burst:on=1s,off=25h", "longer than a day"},
        {"burst:on=1s,often=2s", "on, off and law"},
        {"burst:on", "no '='"},
        {"burst:on=1s,off=1s,law=burst:on=1s", "no such law"},
        {"", "no such law"},
    };
    for (const auto& [text, why] : wrong) {
        const auto law = parse_arrival_law(text);
        ASSERT_FALSE(law) << text;
        EXPECT_THAT(law.error().message, HasSubstr(why)) << text;
    }
}

}  // namespace
}  // namespace mettle::load
