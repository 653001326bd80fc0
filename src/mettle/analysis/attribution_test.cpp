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

TEST(Attribution, AdmitsWhatItCannotSee) {
    auto seen = calm();
    seen.target_cpu.reset();
    seen.network_ms = 10;
    EXPECT_EQ(attribute(seen).bottleneck, Bottleneck::unknown);
    EXPECT_NE(attribute(seen).sentence.find("its CPU cannot be seen"), std::string::npos);
}

}  // namespace
}  // namespace mettle::analysis
