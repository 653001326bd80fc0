#include "mettle/analysis/drift.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace mettle::analysis {
namespace {

constexpr DriftLimit kMemory{4, 0.05};

struct Series {
    std::vector<double> t, v;
};

// 12 s, four samples a second, of `of(t)` in MiB.
template <typename Of>
Series sampled(const Of& of) {
    Series series;
    for (int i = 0; i < 48; ++i) {
        series.t.push_back(0.25 * i);
        series.v.push_back(of(series.t.back()));
    }
    return series;
}

Drift drift(const Series& series) {
    return *drift_of(series.t, series.v);
}

TEST(Drift, MeasuresALine) {
    const Drift found = drift(sampled([](double t) { return 100 + 2 * t; }));
    EXPECT_NEAR(found.per_s, 2, 1e-9);
    EXPECT_NEAR(found.growth(), 2 * (11.75 - 0.25), 0.1);
    EXPECT_NEAR(found.late_share, 1, 1e-9);
    EXPECT_LT(found.p_value, 1e-9);
    EXPECT_TRUE(grows(found, kMemory));
}

TEST(Drift, ALeakIsFoundThroughNoiseAndASawtooth) {
    std::mt19937_64 random(1);
    std::normal_distribution<double> noise(0, 1);
    EXPECT_TRUE(
        grows(drift(sampled([&](double t) { return 100 + 2 * t + noise(random); })), kMemory));
    EXPECT_TRUE(
        grows(drift(sampled([](double t) { return 100 + 2 * t + 3 * std::fmod(t, 1); })), kMemory));
}

TEST(Drift, WhatSettlesDoesNotGrow) {
    EXPECT_FALSE(
        grows(drift(sampled([](double t) { return 100 + 30 * (1 - std::exp(-t)); })), kMemory));
    EXPECT_FALSE(grows(drift(sampled([](double t) { return t < 5 ? 100 : 140; })), kMemory));
    EXPECT_FALSE(grows(drift(sampled([](double t) { return 200 - t; })), kMemory));
    EXPECT_FALSE(grows(drift(sampled([](double) { return 100; })), kMemory));
}

TEST(Drift, WhatIsSmallDoesNotCount) {
    EXPECT_FALSE(grows(drift(sampled([](double t) { return 100 + 0.2 * t; })), kMemory));
    EXPECT_FALSE(grows(drift(sampled([](double t) { return 1000 + 2 * t; })), kMemory));
}

// Heaps that wander: a rise that is chance is seldom taken for a trend.
TEST(Drift, CriesWolfOfNoiseLessThanOnceInAThousand) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> noise(0, 8);
    int alarms = 0;
    for (int turn = 0; turn < 1000; ++turn)
        alarms += grows(drift(sampled([&](double) { return 100 + noise(random); })), kMemory);
    EXPECT_LE(alarms, 1);
}

TEST(Drift, SaysNothingOfTooFewSamples) {
    const std::vector<double> few{1, 2, 3, 4, 5, 6, 7};
    EXPECT_FALSE(drift_of(few, few));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(drift_of(std::vector<double>(9, 1.0), std::vector<double>(9, 1.0)));
    std::vector<double> t, v;
    for (int i = 0; i < 20; ++i) {
        t.push_back(i);
        v.push_back(i % 2 ? nan : i);
    }
    EXPECT_NEAR(drift_of(t, v)->per_s, 1, 1e-9);
}

}  // namespace
}  // namespace mettle::analysis
