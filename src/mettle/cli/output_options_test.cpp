#include "mettle/cli/output_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::cli {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(OutputOptions, PercentilesAreSharesInOrderAndOnce) {
    EXPECT_THAT(*parse_percentiles("99.9,50,90,50%"),
                ElementsAre(DoubleEq(0.5), DoubleEq(0.9), DoubleEq(0.999)));
    EXPECT_THAT(*parse_percentiles("100"), ElementsAre(1));
    for (const char* text : {"", "0", "101", "p99", "50,,90", "nan", "-1"})
        EXPECT_FALSE(parse_percentiles(text)) << text;
}

TEST(OutputOptions, ARequestLogMayBeSampledAndRotated) {
    const auto whole = parse_request_log("a,b.jsonl");
    EXPECT_EQ(whole->file.path, "a,b.jsonl");
    EXPECT_EQ(whole->share, 1);
    const auto part = parse_request_log("log.jsonl,sample=1%,rotate=100MB");
    EXPECT_EQ(part->file.path, "log.jsonl");
    EXPECT_DOUBLE_EQ(part->share, 0.01);
    EXPECT_EQ(part->file.rotate_bytes, 100'000'000);
    for (const auto& [text, why] : {std::pair{"x,sample=0", "sample=1%"},
                                    {"x,rotate=1k", "from 1MB"},
                                    {"x,smaple=1%", "'smaple' is not known"},
                                    {",sample=1%", "no file name"}}) {
        const auto log = parse_request_log(text);
        ASSERT_FALSE(log) << text;
        EXPECT_THAT(log.error().message, HasSubstr(why));
    }
}

}  // namespace
}  // namespace mettle::cli
