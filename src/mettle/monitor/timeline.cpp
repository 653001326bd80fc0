#include "mettle/monitor/timeline.hpp"

#include <algorithm>
#include <cmath>

namespace mettle::monitor {
namespace {

constexpr std::size_t kOutside = std::numeric_limits<std::size_t>::max();

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

void Timeline::Cell::add(const Cell& other) {
    least = std::min(least, other.least);
    most = std::max(most, other.most);
    sum += other.sum;
    weight += other.weight;
    count += other.count;
}

void Timeline::begin_row(TimePoint moment) {
    const std::scoped_lock lock(mutex_);
    if (!ends_.empty() && in_row_ < per_row_) {
        ++in_row_;
        ends_.back() = moment;
        return;
    }
    if (ends_.size() >= most_rows_) halve();
    ends_.push_back(moment);
    in_row_ = 1;
}

// Row 2n and row 2n + 1 become row n; from now on a row takes twice as many moments.
void Timeline::halve() {
    const std::size_t rows = ends_.size() / 2;
    for (std::size_t row = 0; row < rows; ++row) ends_[row] = ends_[2 * row + 1];
    ends_.resize(rows);
    for (Series& series : series_) {
        std::vector<Cell>& cells = series.cells;
        for (std::size_t row = 0; row < rows; ++row) {
            Cell sum = cells[2 * row];
            sum.add(cells[2 * row + 1]);
            cells[row] = sum;
        }
        std::fill(cells.begin() + static_cast<std::ptrdiff_t>(rows), cells.end(), Cell());
    }
    per_row_ *= 2;
}

void Timeline::put(std::string_view name, std::string_view unit, double value, double weight) {
    if (!std::isfinite(value) || !(weight > 0)) return;
    const std::scoped_lock lock(mutex_);
    if (ends_.empty()) return;
    auto found = index_.find(name);
    if (found == index_.end()) {
        if (series_.size() >= kMostSeries) {
            ++left_out_;
            return;
        }
        found = index_.emplace(std::string(name), series_.size()).first;
        series_.push_back({std::string(name), std::string(unit), std::vector<Cell>(most_rows_)});
    }
    Series& series = series_[found->second];
    Cell sample;
    sample.least = sample.most = static_cast<float>(value);
    sample.sum = value * weight;
    sample.weight = static_cast<float>(weight);
    sample.count = 1;
    series.cells[ends_.size() - 1].add(sample);
}

std::size_t Timeline::left_out() const {
    const std::scoped_lock lock(mutex_);
    return left_out_;
}

results::ResourceSeries Timeline::gather(const Series& series,
                                         const std::vector<std::size_t>& row_of,
                                         std::size_t rows) const {
    std::vector<Cell> cells(rows);
    Cell all;
    for (std::size_t at = 0; at < row_of.size(); ++at) {
        if (row_of[at] == kOutside || series.cells[at].weight == 0) continue;
        cells[row_of[at]].add(series.cells[at]);
        all.add(series.cells[at]);
    }
    results::ResourceSeries gathered;
    gathered.name = series.name;
    gathered.unit = series.unit;
    gathered.count = all.count;
    if (all.count == 0) return gathered;
    gathered.min = all.least;
    gathered.max = all.most;
    gathered.mean = all.sum / all.weight;
    bool seen = false;
    for (const Cell& cell : cells) {
        const double value =
            cell.weight > 0 ? cell.sum / cell.weight : std::numeric_limits<double>::quiet_NaN();
        gathered.values.push_back(value);
        if (cell.weight == 0) continue;
        if (!seen) gathered.first = value;
        gathered.last = value;
        seen = true;
    }
    return gathered;
}

results::Resources Timeline::slice(TimePoint from, TimePoint to, Duration step) const {
    const std::scoped_lock lock(mutex_);
    results::Resources resources;
    std::vector<std::size_t> row_of(ends_.size(), kOutside);
    std::int64_t last = -1;
    for (std::size_t at = 0; at < ends_.size(); ++at) {
        // A sample tells of the time before it: that at the very start is of what was before.
        if (ends_[at] <= from || ends_[at] > to) continue;
        const std::int64_t number = (ends_[at] - from - Duration(1)) / step;
        if (number != last) resources.t_s.push_back(0);
        last = number;
        row_of[at] = resources.t_s.size() - 1;
        resources.t_s.back() =
            std::min(seconds(step) * static_cast<double>(number + 1), seconds(to - from));
    }
    for (const Series& each : series_) {
        auto gathered = gather(each, row_of, resources.t_s.size());
        if (gathered.count > 0) resources.series.push_back(std::move(gathered));
    }
    return resources;
}

}  // namespace mettle::monitor
