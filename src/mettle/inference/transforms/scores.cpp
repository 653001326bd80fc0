#include "mettle/inference/transforms/scores.hpp"

#include <algorithm>
#include <cmath>

namespace mettle {

void softmax(std::span<float> scores) {
    if (scores.empty()) return;
    const float greatest = std::ranges::max(scores);
    double sum = 0;
    for (float& score : scores) {
        score = std::exp(score - greatest);
        sum += score;
    }
    for (float& score : scores) score = static_cast<float>(score / sum);
}

void sigmoid(std::span<float> scores) {
    for (float& score : scores) score = 1 / (1 + std::exp(-score));
}

std::vector<RankedClass> top_classes(std::span<const float> scores, std::size_t count) {
    std::vector<RankedClass> ranked;
    ranked.reserve(scores.size());
    for (std::size_t index = 0; index < scores.size(); ++index)
        ranked.push_back({static_cast<std::int64_t>(index), scores[index]});
    const auto better = [](const RankedClass& one, const RankedClass& other) {
        const bool one_is_nan = std::isnan(one.score), other_is_nan = std::isnan(other.score);
        if (one_is_nan != other_is_nan) return other_is_nan;
        if (!one_is_nan && one.score != other.score) return one.score > other.score;
        return one.index < other.index;
    };
    count = std::min(count, ranked.size());
    std::ranges::partial_sort(ranked, ranked.begin() + static_cast<std::ptrdiff_t>(count), better);
    ranked.resize(count);
    return ranked;
}

}  // namespace mettle
