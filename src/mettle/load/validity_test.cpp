#include "mettle/load/validity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ValidityFacts good() {
    ValidityFacts facts;
    facts.requests = 1000;
    facts.send_lag_us.record(20, 1000);
    facts.latency_p99_us = 2000;
    facts.achieved_over_intended = 1;
    facts.busiest_worker = 0.5;
    facts.steal = 0.01;
    facts.throttled = 0;
    facts.gap_distance = 0.02;
    return facts;
}

TEST(Validity, AGoodRunIsValidAndShowsItsChecks) {
    const auto validity = judge(good());
    EXPECT_TRUE(validity.valid);
    EXPECT_THAT(validity.reasons, IsEmpty());
    std::vector<std::string> names;
    for (const auto& check : validity.checks) names.push_back(check.name);
    EXPECT_THAT(names,
                ElementsAre("requests", "send_lag_p99", "achieved_rate", "ks_distance",
                            "connection_wait", "worker_cpu", "steal", "throttled", "littles_law"));
}

// One fact pushed just over its limit gives one reason.
TEST(Validity, EachLimitGivesItsOwnSentence) {
    const auto reason = [](auto spoil) {
        ValidityFacts facts = good();
        spoil(facts);
        const auto validity = judge(facts);
        EXPECT_FALSE(validity.valid);
        EXPECT_EQ(validity.reasons.size(), 1);
        return validity.reasons.empty() ? "" : validity.reasons[0];
    };
    EXPECT_THAT(reason([](auto& facts) { facts.send_lag_us.record(1100, 20); }),
                HasSubstr("1% of them 1.10 ms or more after they were due (limit 1.00 ms)"));
    EXPECT_THAT(reason([](auto& facts) { facts.achieved_over_intended = 0.98; }),
                HasSubstr("only 98%"));
    EXPECT_THAT(reason([](auto& facts) { facts.gap_distance = 0.2; }), HasSubstr("0.20 apart"));
    EXPECT_THAT(reason([](auto& facts) { facts.waited_for_connection = 0.01; }),
                HasSubstr("--max-connections"));
    EXPECT_THAT(reason([](auto& facts) { facts.busiest_worker = 0.97; }), HasSubstr("97%"));
    EXPECT_THAT(reason([](auto& facts) { facts.steal = 0.07; }), HasSubstr("hypervisor took 7%"));
    EXPECT_THAT(reason([](auto& facts) { facts.throttled = 0.02; }), HasSubstr("quota"));
    EXPECT_THAT(reason([](auto& facts) { facts.littles_law_off = 0.02; }), HasSubstr("Little"));
    EXPECT_THAT(reason([](auto& facts) { facts.requests = 0; }), HasSubstr("no request"));
}

// 10% of the latency's p99 is allowed where that is more than a millisecond.
TEST(Validity, SlowServersAllowMoreLag) {
    ValidityFacts facts = good();
    facts.send_lag_us.record(1100, 20);
    facts.latency_p99_us = 50'000;
    EXPECT_TRUE(judge(facts).valid);
}

TEST(Validity, WhatCouldNotBeSeenIsNotChecked) {
    ValidityFacts facts = good();
    facts.steal = facts.throttled = facts.achieved_over_intended = facts.gap_distance = {};
    EXPECT_EQ(judge(facts).checks.size(), 5);
}

}  // namespace
}  // namespace mettle::load
