#include "mettle/monitor/nvml.hpp"

#include "mettle/monitor/gpu_sampler.hpp"

#include <gtest/gtest.h>

namespace mettle::monitor {
namespace {

TEST(Nvml, ReadsWhatAGpuAnswersAndLeavesOutTheRest) {
    const auto nvml = Nvml::open(NVML_STAND_IN);
    ASSERT_TRUE(nvml) << nvml.error().message;
    ASSERT_EQ(nvml->count(), 2u);
    EXPECT_EQ(nvml->name(0), "Stand-in 1");
    const GpuReading first = nvml->read(0), second = nvml->read(1);
    EXPECT_GE(first.utilisation.value(), 0.5);
    EXPECT_EQ(first.memory_used_bytes, std::uint64_t{20} << 30);
    EXPECT_EQ(first.power_watts, 312.5);
    EXPECT_EQ(first.power_limit_watts, 700.0);
    EXPECT_EQ(first.sm_clock_mhz, 1755.0);
    EXPECT_EQ(first.memory_clock_mhz, 2619.0);
    EXPECT_EQ(first.temperature, 64.0);
    EXPECT_EQ(first.throttling, 4u);
    EXPECT_FALSE(second.utilisation);
    EXPECT_FALSE(second.power_watts);
    EXPECT_FALSE(second.throttling);
    EXPECT_EQ(second.memory_total_bytes, std::uint64_t{80} << 30);
}

TEST(Nvml, SaysWhatIsMissing) {
    const auto absent = Nvml::open("libno-such-nvml.so");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().kind, Error::Kind::not_found);
    const auto other = Nvml::open("libc.so.6");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().message, "libc.so.6 lacks functions of NVML");
}

TEST(Nvml, TellsThrottlingFromRest) {
    EXPECT_TRUE(throttle_reasons(0x4).power);
    EXPECT_TRUE(throttle_reasons(0x40).thermal);
    EXPECT_TRUE(throttle_reasons(0x8).other);
    // Hardware slowdown is said beside its cause: told once.
    EXPECT_FALSE(throttle_reasons(0x48).other);
    const ThrottleReasons idle = throttle_reasons(0x1 | 0x2);
    EXPECT_FALSE(idle.power || idle.thermal || idle.other);
}

TEST(GpuSampler, PutsEachGpuOnTheTimeline) {
    GpuSampler sampler(*Nvml::open(NVML_STAND_IN));
    Timeline timeline;
    const TimePoint start;
    timeline.begin_row(start + std::chrono::seconds(1));
    sampler.sample(start + std::chrono::seconds(1), timeline);
    const auto seen = timeline.slice(start, start + std::chrono::seconds(1));
    EXPECT_EQ(seen.mean_of("gpu0.power"), 312.5);
    EXPECT_EQ(seen.mean_of("gpu0.throttled_by_power"), 1.0);
    EXPECT_EQ(seen.mean_of("gpu0.throttled_by_heat"), 0.0);
    EXPECT_FALSE(seen.mean_of("gpu1.power"));
    EXPECT_TRUE(seen.mean_of("gpu1.memory"));
}

}  // namespace
}  // namespace mettle::monitor
