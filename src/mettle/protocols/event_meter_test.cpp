#include "mettle/protocols/event_meter.hpp"

#include <gmock/gmock.h>

namespace mettle::protocols {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EventMeter, NotesWhenEventsCame) {
    const EventLimits limits;
    EventMeter meter;
    meter.begin(limits);
    EXPECT_FALSE(meter.feed(": hello\n\ndata: a\n", 50));
    EXPECT_EQ(meter.first_ns(), 0);  // An event is whole at its empty line.
    EXPECT_FALSE(meter.feed("\ndata: b\n\n", 100));
    EXPECT_FALSE(meter.feed("data: c\n\n", 130));
    EXPECT_EQ(meter.count(), 3U);
    EXPECT_EQ(meter.first_ns(), 100);
    EXPECT_THAT(meter.gaps_ns(), ElementsAre(0, 30));
    EXPECT_EQ(meter.last(), "c");
    EXPECT_EQ(meter.flaw(false), "");
}

TEST(EventMeter, HasEnoughAtTheCountAndLooksNoFurther) {
    const EventLimits limits{.count = 2};
    EventMeter meter;
    meter.begin(limits);
    EXPECT_TRUE(meter.feed("data: 1\n\ndata: 2\n\ndata: 3\n\n", 1));
    EXPECT_EQ(meter.count(), 2U);
    EXPECT_EQ(meter.last(), "2");
}

TEST(EventMeter, HasEnoughAtTheMark) {
    const EventLimits limits{.until = "[DONE]"};
    EventMeter meter;
    meter.begin(limits);
    EXPECT_FALSE(meter.feed("data: 1\n\n", 1));
    EXPECT_EQ(meter.flaw(false), "the stream ended without an event '[DONE]'");
    EXPECT_EQ(meter.flaw(true), "");
    EXPECT_TRUE(meter.feed("data: [DONE]\n\n", 2));
    EXPECT_EQ(meter.flaw(false), "");
}

TEST(EventMeter, SaysWhatIsMissing) {
    const EventLimits limits{.count = 3};
    EventMeter meter;
    meter.begin(limits);
    EXPECT_EQ(meter.flaw(true), "the stream has no event");
    meter.feed("data: 1\n\n", 1);
    EXPECT_EQ(meter.flaw(false), "the stream ended before 3 events");
}

TEST(EventMeter, GivesUpAnEventWithoutEnd) {
    const EventLimits limits;
    EventMeter meter;
    meter.begin(limits);
    bool enough = false;
    for (int count = 0; count < 2'000 && !enough; ++count)
        enough = meter.feed("data: " + std::string(1'000, 'x') + "\n", 1);
    EXPECT_TRUE(enough);
    EXPECT_EQ(meter.flaw(false), "an event of the stream is longer than 1 MiB");
    meter.begin(limits);
    EXPECT_THAT(meter.last(), IsEmpty());
    EXPECT_EQ(meter.count(), 0U);
}

}  // namespace
}  // namespace mettle::protocols
