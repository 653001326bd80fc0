#include "mettle/analysis/isotonic.hpp"

#include <algorithm>

namespace mettle::analysis {
namespace {

struct Block {
    double sum = 0;  // Of weight * y.
    double weight = 0;
    std::size_t count = 0;

    double mean() const { return sum / weight; }
};

}  // namespace

std::vector<double> isotonic_fit(std::span<const WeightedPoint> points) {
    std::vector<Block> blocks;
    for (const auto& [x, y, weight] : points) {
        blocks.push_back({y * weight, weight, 1});
        while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
            const Block last = blocks.back();
            blocks.pop_back();
            blocks.back().sum += last.sum;
            blocks.back().weight += last.weight;
            blocks.back().count += last.count;
        }
    }
    std::vector<double> fit;
    for (const Block& block : blocks) fit.insert(fit.end(), block.count, block.mean());
    return fit;
}

std::optional<double> isotonic_root(std::vector<WeightedPoint> points) {
    std::ranges::sort(points, {}, &WeightedPoint::x);
    const auto fit = isotonic_fit(points);
    const auto first = std::ranges::find_if(fit, [](double value) { return value >= 0; });
    if (first == fit.begin() || first == fit.end()) return {};
    const auto above = static_cast<std::size_t>(first - fit.begin());
    const double x0 = points[above - 1].x, x1 = points[above].x;
    const double y0 = fit[above - 1], y1 = fit[above];
    return x0 + (x1 - x0) * (-y0 / (y1 - y0));
}

}  // namespace mettle::analysis
