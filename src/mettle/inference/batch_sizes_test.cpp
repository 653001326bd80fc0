#include "mettle/inference/batch_sizes.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace mettle {
namespace {

TEST(BatchSizes, CountsRunsBySizeAscending) {
    BatchSizes sizes;
    sizes.add_run(4, 40);
    sizes.add_run(1, 10);
    sizes.add_run(4, 44);
    sizes.add_call(4, 5, 6);
    const auto read = sizes.read();
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].rows, 1);
    EXPECT_EQ(read[1].rows, 4);
    EXPECT_EQ(read[1].runs, 2u);
    EXPECT_EQ(read[1].infer_ns, 84u);
    EXPECT_EQ(read[1].input_ns, 5u);
    EXPECT_EQ(read[1].output_ns, 6u);
}

TEST(BatchSizes, WhatIsBeyondItsEndsCountsThere) {
    BatchSizes sizes;
    sizes.add_run(100'000, 1);
    sizes.add_run(0, -5);  // A clock that went back.
    const auto read = sizes.read();
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].rows, 1);
    EXPECT_EQ(read[0].infer_ns, 0u);
    EXPECT_EQ(read[1].rows, static_cast<std::int64_t>(BatchSizes::kMost));
}

TEST(BatchSizes, ThreadsLoseNothing) {
    BatchSizes sizes;
    {
        const auto add = [&] {
            for (int run = 0; run < 1'000; ++run) sizes.add_run(2, 1);
        };
        const std::jthread one(add), other(add);
    }
    EXPECT_EQ(sizes.read().at(0).runs, 2'000u);
}

}  // namespace
}  // namespace mettle
