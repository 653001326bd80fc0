#pragma once

#include "mettle/load/report.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/results/point_series.hpp"
#include "mettle/results/run_result.hpp"

#include <cstdint>

namespace mettle::load {

// Adds the reports of all workers up to a RunResult: the last second by itself, for the series and
// the live view, and the whole run. Pure; the runner's thread.
class Tally {
public:
    // `names` must live longer.
    Tally(const Names& names, const std::vector<LoadShape::Step>& steps);

    void add(const Report& report);
    // Ends a second of `length_s`: the window becomes a point of the series (unless it is too short
    // to say anything) and part of the whole, and can be looked at until begin_window(). What
    // reports do not know (moment, users, in_flight, cpu, …) is in `point` already.
    // Gives the new point back, until the next one; none when the window was too short.
    const results::SeriesPoint* end_window(results::SeriesPoint point, double length_s);
    void begin_window();

    const results::RunResult& window() const { return window_; }
    const results::RunResult& so_far() const { return whole_; }
    const Report& sums() const { return sums_; }  // Of all reports; without tasks and failures.
    results::RunResult take() { return std::move(whole_); }

private:
    void name_new_ones(std::size_t tasks, std::size_t metrics);
    void add_tasks(const Report& report);
    void add_metrics(const Report& report);
    void add_failures(const Report& report);
    void add_to_step(double end_s, double length_s);
    static void merge(results::RunResult& into, const results::RunResult& from);

    const Names& names_;
    results::RunResult window_;
    results::RunResult whole_;
    results::PointSeries series_{whole_.series};
    results::SeriesPoint last_point_;
    Report sums_;
};

}  // namespace mettle::load
