#include "mettle/serving/wire/number_scanner.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace mettle::wire {
namespace {

using ::testing::ElementsAre;

template <typename T>
std::optional<std::vector<T>> scan(std::string_view text, DataType type, const Shape& shape) {
    std::vector<T> values(static_cast<std::size_t>(shape.element_count().value()));
    if (!scan_numbers(text, type, shape, std::as_writable_bytes(std::span(values))))
        return std::nullopt;
    return values;
}

TEST(NumberScanner, ReadsFlatAndNestedArraysWithSpace) {
    EXPECT_THAT(scan<float>("[1,-2.5, 3e2 ,\n4E-1]", DataType::fp32, {2, 2}).value(),
                ElementsAre(1, -2.5f, 300, 0.4f));
    EXPECT_THAT(scan<float>(" [ [1,2] , [3,4] ] ", DataType::fp32, {2, 2}).value(),
                ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(
        scan<std::int64_t>("[[[-9223372036854775808]],[[7]]]", DataType::int64, {2, 1, 1}).value(),
        ElementsAre(std::numeric_limits<std::int64_t>::min(), 7));
    EXPECT_TRUE(scan<float>("[]", DataType::fp32, {0}));
}

// Each of these is for read_numbers() to word, or to take after all.
TEST(NumberScanner, LeavesTheRest) {
    for (const char* text :
         {"",        "[",       "[1",           "[1,2",     "[1]",       "[1,2,3]",   "[1,,2]",
          "[,1]",    "[1,2],",  "[1 2]",        "[01,2]",   "[1.,2]",    "[.5,2]",    "[+1,2]",
          "[1e,2]",  "[1,NaN]", "[1,Infinity]", "[1,null]", "[1,\"2\"]", "[[1],[2]]", "[1,1e39]",
          "[1,[2]]", "[-,2]",   "[0x1,2]",      "{1,2}"}) {
        EXPECT_FALSE(scan<float>(text, DataType::fp32, {2})) << text;
    }
    EXPECT_FALSE(scan<std::uint8_t>("[256]", DataType::uint8, {1}));
    EXPECT_FALSE(scan<std::uint8_t>("[-1]", DataType::uint8, {1}));
    EXPECT_FALSE(scan<std::int32_t>("[1.0]", DataType::int32, {1}));
    EXPECT_FALSE(scan<float>("[[1,2],[3]]", DataType::fp32, {2, 2}));
    EXPECT_FALSE(scan<float>("[[1,2,3],[4]]", DataType::fp32, {2, 2}));
}

TEST(NumberScanner, EveryDoubleReadsBackTheSame) {
    const unsigned seed = std::random_device()();
    std::mt19937_64 random(seed);
    for (int index = 0; index < 100'000; ++index) {
        double value = 0;
        const std::uint64_t bits = random();
        std::memcpy(&value, &bits, 8);
        if (!std::isfinite(value)) continue;
        if (index % 2)
            value = static_cast<double>(static_cast<std::int64_t>(bits) % 1'000'000) / 1000;
        for (const std::string& text :
             {fmt::format("[{}]", value), fmt::format("[{:.17e}]", value)}) {
            const auto back = scan<double>(text, DataType::fp64, {1});
            ASSERT_TRUE(back) << text;
            ASSERT_EQ(back->front(), value) << text << " seed " << seed;
        }
    }
}

}  // namespace
}  // namespace mettle::wire
