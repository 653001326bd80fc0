#pragma once

// All that the samplers see, by quantity and time, in bounded memory: when it is full, neighbouring
// rows become one, so that a run of a week is kept as coarsely as it must be. Keeps least and most
// of what it puts together. A quantity takes all its memory, 48 KiB, when it is first seen, so that
// the tool does not seem to grow while it watches. Thread-safe.

#include "mettle/base/units.hpp"
#include "mettle/results/resources.hpp"

#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::monitor {

class Timeline {
public:
    static constexpr std::size_t kMostRows = 2048;
    static constexpr std::size_t kMostSeries = 256;

    // REQUIRES: most_rows is even.
    explicit Timeline(std::size_t most_rows = kMostRows) : most_rows_(most_rows) {
        ends_.reserve(most_rows);
    }

    // What follows belongs to the time from the last moment to this one. Ascending.
    void begin_row(TimePoint moment);

    // Adds to the current row: several samples of a row are averaged by `weight`, the time that
    // each tells of. A series beyond kMostSeries, and what is not finite, is left out.
    void put(std::string_view name, std::string_view unit, double value, double weight = 1);

    // Series beyond the limit, so far.
    std::size_t left_out() const;

    // The rows between two moments, gathered into rows of `step` or more, which count from `from`.
    // Series that nothing was seen of are left out.
    results::Resources slice(TimePoint from, TimePoint to,
                             Duration step = std::chrono::seconds(1)) const;

private:
    struct Cell {
        void add(const Cell& other);
        float least = std::numeric_limits<float>::max();
        float most = std::numeric_limits<float>::lowest();
        double sum = 0;
        float weight = 0;  // None: nothing seen.
        std::uint32_t count = 0;
    };
    struct Series {
        std::string name, unit;
        std::vector<Cell> cells;  // As many as there can be rows.
    };

    void halve();
    results::ResourceSeries gather(const Series& series, const std::vector<std::size_t>& row_of,
                                   std::size_t rows) const;

    mutable std::mutex mutex_;
    std::size_t most_rows_;
    std::vector<TimePoint> ends_;
    std::vector<Series> series_;
    std::map<std::string, std::size_t, std::less<>> index_;
    std::size_t left_out_ = 0;
    std::size_t per_row_ = 1, in_row_ = 0;  // Moments that make one row now.
};

}  // namespace mettle::monitor
