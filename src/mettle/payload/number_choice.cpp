#include "mettle/payload/number_choice.hpp"

#include <algorithm>
#include <cmath>

namespace mettle::payload {

namespace {

constexpr double kMostWhole = 9e15;
constexpr double kMost = 1e300;

struct Bounds {
    double least, most;
};

// Bounds this far apart are those of a type, int32 or wider, and no hint of what is usual.
constexpr double kWidthOfType = 4294967295;

// As far as the schema says; what it leaves open is near what it says.
Bounds bounds_of(const SchemaNode& node, double usual) {
    std::optional<double> least = node.minimum, most = node.maximum;
    if (node.above) least = std::max(least.value_or(-kMost), *node.above);
    if (node.below) most = std::min(most.value_or(kMost), *node.below);
    const double step = node.multiple_of.value_or(0) * 10;
    usual = std::max(usual, step);
    if (!least && !most) return {0, usual};
    if (!least) return {std::min(0.0, *most - usual), *most};
    if (!most) return {*least, *least + std::max(usual, std::abs(*least) * 0.1)};
    if (*least <= 0 && *most > 0 && *most - *least >= kWidthOfType)
        return {0, std::min(usual, *most)};
    return {std::max(*least, -kMost), std::min(*most, kMost)};
}

bool fits(const SchemaNode& node, double value) {
    return !(node.minimum && value < *node.minimum) && !(node.maximum && value > *node.maximum) &&
           !(node.above && value <= *node.above) && !(node.below && value >= *node.below);
}

// One of the multiples of `step`, from `bounds`.
std::optional<double> choose_multiple(const SchemaNode& node, Bounds bounds, double step,
                                      Choices& choices) {
    double first = std::ceil(bounds.least / step), last = std::floor(bounds.most / step);
    if (node.above && first * step <= *node.above) ++first;
    if (node.below && last * step >= *node.below) --last;
    first = std::max(first, -kMostWhole);
    last = std::min(last, kMostWhole);
    if (first > last) return {};
    const double span = std::min(last - first + 1, kMostWhole);
    const double value = (first + std::floor(choices.unit() * span)) * step;
    return fits(node, value) ? std::optional(value) : std::nullopt;
}

// With few digits, as people write numbers, where such a one is within the bounds.
double shortened(const SchemaNode& node, double value) {
    const double magnitude = value == 0 ? 1 : std::pow(10, std::floor(std::log10(std::abs(value))));
    const double shorter = std::round(value / magnitude * 1e4) / 1e4 * magnitude;
    return fits(node, shorter) ? shorter : value;
}

}  // namespace

std::optional<double> choose_number(const SchemaNode& node, bool whole, Choices& choices) {
    const Bounds bounds = bounds_of(node, whole ? 100 : 1);
    if (whole) {
        const double step = node.multiple_of.value_or(1);
        const double whole_step = step == std::floor(step) ? step : 1;
        const Bounds exact{std::max(bounds.least, -kMostWhole), std::min(bounds.most, kMostWhole)};
        return choose_multiple(node, exact, whole_step, choices);
    }
    if (node.multiple_of) return choose_multiple(node, bounds, *node.multiple_of, choices);
    for (int attempt = 0; attempt < 8; ++attempt) {
        const double share = choices.unit();
        const double value = bounds.least * (1 - share) + bounds.most * share;
        if (fits(node, value)) return shortened(node, value);
    }
    if (fits(node, bounds.least)) return bounds.least;
    return {};
}

}  // namespace mettle::payload
