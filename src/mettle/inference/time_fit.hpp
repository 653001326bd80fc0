#pragma once

#include "mettle/inference/time_model.hpp"

#include <array>
#include <cstdint>

namespace mettle {

// Learns a model's a + b·n from its latest runs. Runs are sorted into classes by their rows (1, 2,
// 3-4, 5-8, ...), each of which remembers a few; the line goes through the classes' medians by the
// median of their slopes (Theil and Sen), so that up to a quarter of odd runs do not bend it. One
// thread at a time.
class TimeFit {
public:
    // What was measured at warm-up counts until there are runs of that size.
    explicit TimeFit(const TimeModel& measured);

    // Whether the model has changed: it is fitted again every kPerFit runs.
    bool add(std::int64_t rows, Duration took);
    const TimeModel& model() const { return model_; }

    static constexpr int kPerFit = 16;

private:
    static constexpr std::size_t kClasses = 17, kRemembered = 15;
    struct Class {
        std::array<std::int64_t, kRemembered> rows{}, ns{};
        std::size_t count = 0;  // Ever; the latest kRemembered are there.
        std::uint64_t last = 0;
    };
    struct Point {
        double rows, ns;
    };

    static Point point_of(const Class& runs);
    void fit();

    std::array<Class, kClasses> classes_;
    std::uint64_t runs_ = 0;
    TimeModel model_;
};

}  // namespace mettle
