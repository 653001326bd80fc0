#pragma once

// What is made of a row of a classifier's scores before a client gets it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mettle {

// In place. Numerically safe: the greatest score is taken off before exp(). A row that has a NaN is
// NaN afterwards.
void softmax(std::span<float> scores);
void sigmoid(std::span<float> scores);

struct RankedClass {
    bool operator==(const RankedClass&) const = default;

    std::int64_t index = 0;
    float score = 0;
};

// The `count` best, best first; of equal scores the lower index first, as numpy's argmax has it.
// All of them where there are fewer. NaNs come last.
std::vector<RankedClass> top_classes(std::span<const float> scores, std::size_t count);

}  // namespace mettle
