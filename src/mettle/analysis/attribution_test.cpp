#include "mettle/analysis/attribution.hpp"

#include <gtest/gtest.h>

namespace mettle::analysis {
namespace {

LoadPicture calm() {
    LoadPicture seen;
    seen.rate_rps = 10'000;
    seen.target_cpu = 0.4;
    seen.target_cores = 1;
    seen.generator_cpu = 0.3;
    seen.service_ms = 10;
    return seen;
}

TEST(Attribution, SaysComputeWithSharesWhenTheTargetsCoresAreFull) {
    auto seen = calm();
    seen.target_cpu = 0.98;
    seen.infer_ms = 0.049;
    seen.codec_ms = 0.0098;
    const auto found = attribute(seen);
    EXPECT_EQ(found.bottleneck, Bottleneck::compute);
    EXPECT_EQ(found.sentence,
              "compute: the target uses 0.98 of its 1 core at 10,000 rps; of its 98 µs a request "
              "the model takes 50 %, parsing and writing 10 %, HTTP and the kernel 40 %");
}

// Wall-clock phases of a busy server hold waiting for its cores: as shares of CPU they once summed
// to more than all of it.
TEST(Attribution, SharesAreOfTheRequestsTimeWherePhasesHoldMoreThanItsCpu) {
    auto seen = calm();
    seen.target_cpu = 0.98;
    seen.rate_rps = 100;
    seen.service_ms = 40;
    seen.queue_ms = 4;
    seen.infer_ms = 2;
    seen.codec_ms = 30;
    EXPECT_EQ(attribute(seen).sentence,
              "compute: the target uses 0.98 of its 1 core at 100 rps; of a request's 40.00 ms "
              "waiting for its turn takes 10 %, the model 5 %, parsing and writing 75 %, the rest "
              "10 % (with waiting for a core)");
}

TEST(Attribution, SaysWhenNothingIsLeftWorthOptimising) {
    auto seen = calm();
    seen.target_cpu = 1;
    seen.rate_rps = 100;
    seen.infer_ms = 9.5;
    const std::string found = attribute(seen).sentence;
    EXPECT_NE(found.find("beside the model nothing is left worth optimising: without all the rest "
                         "it would be 5 % faster"),
              std::string::npos)
        << found;
    seen.infer_ms = 8.5;
    EXPECT_EQ(attribute(seen).sentence.find("worth optimising"), std::string::npos);
}

TEST(Attribution, IsSurerOfWhatWasSeenToBeFullThanOfShares) {
    auto seen = calm();
    seen.queue_ms = 6;
    const double by_share = attribute(seen).confidence;
    EXPECT_NEAR(by_share, 0.54, 1e-9);
    seen.target_cpu = 1;
    EXPECT_GT(attribute(seen).confidence, by_share);
    EXPECT_EQ(attribute(LoadPicture()).confidence, 0);
}

TEST(Attribution, SaysGeneratorWhenItGaveOut) {
    auto seen = calm();
    seen.generator_cpu = 0.99;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::generator);
    seen = calm();
    seen.target_cpu = 0.99;
    seen.generator_gave_out = true;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::generator);
    // Both full, and the generator kept its promise: it was the target.
    seen.generator_gave_out = false;
    seen.generator_cpu = 0.97;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::compute);
}

TEST(Attribution, FollowsTheLargestShareOfTime) {
    auto seen = calm();
    seen.queue_ms = 8;
    seen.infer_ms = 1;
    EXPECT_EQ(attribute(seen).sentence,
              "queue: 80 % of a request's time is waiting for its turn at 10,000 rps, with 0.40 of "
              "1 cores in use");
    seen.queue_ms = 1;
    seen.infer_ms = 8;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::inference);
    seen.infer_ms = 1;
    seen.network_ms = 8;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::network);
}

TEST(Attribution, SaysWhenOthersUseTheTargetsCores) {
    auto seen = calm();
    seen.target_cpu = 0.45;
    seen.neighbours_cpu = 0.5;
    seen.network_ms = 9;
    seen.infer_ms = 0.1;
    const auto found = attribute(seen);
    EXPECT_EQ(found.bottleneck, Bottleneck::neighbours);
    EXPECT_NE(found.sentence.find("other processes use 0.50 of the target's 1 core"),
              std::string::npos);
    seen.neighbours_cpu = 0.1;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::network);
}

TEST(Attribution, SaysWhatHeldTheTargetBack) {
    struct Case {
        void (*change)(LoadPicture&);
        Bottleneck expected;
        const char* words;
    };
    const Case cases[] = {
        {[](LoadPicture& seen) { seen.throttled = 0.35; }, Bottleneck::throttling,
         "ran out in 35 % of its periods"},
        {[](LoadPicture& seen) { seen.gpu = 0.97; }, Bottleneck::gpu, "busy 97 % of the time"},
        // A quota that holds it at its cores: the quota is the reason.
        {[](LoadPicture& seen) { seen.throttled = 0.2, seen.target_cpu = 1.0; },
         Bottleneck::throttling, "a higher quota would help"},
        {[](LoadPicture& seen) {
             seen.target_cores = 2, seen.target_cpu = 1.2;
             seen.host_cores = 2, seen.host_cpu = 1.98, seen.generator_cpu = 0.6;
         },
         Bottleneck::machine, "the target has 1.20, the load generator 0.60, others 0.18"},
        {[](LoadPicture& seen) { seen.memory_pressure = 0.4; }, Bottleneck::memory,
         "for 40 % of the time work stood still for want of memory"},
        {[](LoadPicture& seen) { seen.io_pressure = 0.3; }, Bottleneck::disk,
         "for 30 % of the time work waited for a disk"},
        {[](LoadPicture& seen) {
             seen.network_ms = 9, seen.infer_ms = 0.1, seen.accept_queue = 12;
         },
         Bottleneck::network, "12 connections wait for its accept()"},
        // Below the marks: nothing is blamed.
        {[](LoadPicture& seen) {
             seen.throttled = 0.05, seen.gpu = 0.5, seen.memory_pressure = 0.05;
             seen.io_pressure = 0.1, seen.host_cores = 2, seen.host_cpu = 1.5;
         },
         Bottleneck::unknown, "not attributed"},
    };
    for (const Case& each : cases) {
        auto seen = calm();
        each.change(seen);
        const auto found = attribute(seen);
        EXPECT_EQ(found.bottleneck, each.expected) << found.sentence;
        EXPECT_NE(found.sentence.find(each.words), std::string::npos) << found.sentence;
    }
}

TEST(Attribution, AdmitsWhatItCannotSee) {
    auto seen = calm();
    seen.target_cpu.reset();
    seen.network_ms = 10;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::unknown);
    EXPECT_NE(attribute(seen).sentence.find("its CPU cannot be seen"), std::string::npos);
}

}  // namespace
}  // namespace mettle::analysis
