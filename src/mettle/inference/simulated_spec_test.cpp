#include "mettle/inference/simulated_spec.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Result<SimulatedSpec> parse(std::string_view text) {
    return parse_simulated(text, [](const std::string& path) -> Result<std::string> {
        return fail(Error::Kind::not_found, path + ": no such file");
    });
}

TEST(SimulatedSpec, ReadsEverySetting) {
    const auto spec = parse(
        "fraud=lognormal(p50=8ms,p99=40ms),batch=0.3,fail=0.1%,burn,stall=1%,stall_time=2s,"
        "warmup=3s,memory=500MiB,scale(bytes,4KiB),width=any,seed=9");
    ASSERT_TRUE(spec) << spec.error().message;
    EXPECT_EQ(spec->name, "fraud");
    EXPECT_EQ(spec->law.median(), 8ms);
    EXPECT_TRUE(spec->burn);
    EXPECT_EQ(spec->batch, 0.3);
    EXPECT_EQ(spec->fail, 0.001);
    EXPECT_EQ(spec->stall, 0.01);
    EXPECT_EQ(spec->stall_time, 2s);
    EXPECT_EQ(spec->warmup, 3s);
    EXPECT_EQ(spec->memory, 500U << 20);
    EXPECT_EQ(spec->scale_bytes, 4096);
    EXPECT_EQ(spec->width, -1);
    EXPECT_EQ(spec->seed, 9);
}

TEST(SimulatedSpec, TakesTimeByRowsAndBytes) {
    EXPECT_EQ(scaled(*parse("m=constant(10ms)"), 10ms, 4, 64), 40ms);
    EXPECT_EQ(scaled(*parse("m=constant(10ms),batch=0"), 10ms, 4, 64), 10ms);
    EXPECT_EQ(scaled(*parse("m=constant(10ms),batch=0.5"), 10ms, 3, 64), 20ms);
    EXPECT_EQ(scaled(*parse("m=constant(10ms),batch=0,scale(rows)"), 10ms, 3, 64), 30ms);
    EXPECT_EQ(scaled(*parse("m=constant(10ms),scale(bytes)"), 10ms, 1, 2048), 20ms);
    EXPECT_EQ(scaled(*parse("m=constant(1h),batch=1000"), 1h, 100, 64), 1h);
}

TEST(SimulatedSpec, SaysWhereItIsWrongAndWhatWouldBeRight) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"fraud", "column 1: write NAME=LAW"},
        {"=constant(1ms)", "column 1: a model's name"},
        {"a/b=constant(1ms)", "column 1: a model's name"},
        {"m=", "column 3"},
        {"m=constnt(1ms)", "column 3: there is no law 'constnt': did you mean 'constant'?"},
        {"m=constant(1ms),bach=0.3", "column 17: there is no setting 'bach': did you mean 'batch'"},
        {"m=constant(1ms),batch", "column 17: 'batch' needs a value"},
        {"m=constant(1ms),burn,fail=200%", "column 22"},
        {"m=constant(1ms),seed=-1", "column 17: '-1' is no whole number"},
        {"m=constant(1ms),width=0", "width is at least 1"},
        {"m=constant(1ms),scale(cats)", "write scale(rows)"},
        {"m=constant(1ms),scale(bytes,0)", "from 1 byte"},
        {"m=constant(1ms),batch=-1", "batch=-1 must be"},
        {"m=file(gone.csv)", "column 3: gone.csv: no such file"},
        {"m=constant(1ms),", "column 17"},
    };
    for (const auto& [text, expected] : cases) {
        const auto spec = parse(text);
        ASSERT_FALSE(spec) << text;
        EXPECT_THAT(spec.error().message, HasSubstr(expected)) << text;
    }
}

}  // namespace
}  // namespace mettle
