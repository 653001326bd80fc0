#pragma once

#include "mettle/results/run_result.hpp"

#include <cstdio>
#include <string>

namespace mettle::report {

// The view of a running test on a terminal: Locust's table and a progress line, drawn over
// themselves once a second. Where the output is no terminal, a line every five seconds.
class LiveView {
public:
    explicit LiveView(std::FILE* to);

    struct Moment {
        double elapsed_s = 0;
        double run_s = 0;  // Infinite when the run has no end.
        int users = 0;
        int in_flight = 0;
        double generator_cpu = 0;
    };
    void show(const results::RunResult& so_far, const results::RunResult& window,
              const Moment& moment);
    // Takes the last drawing away, for what is printed next.
    void clear();

private:
    std::FILE* to_;
    bool is_terminal_;
    int lines_ = 0;
    double next_line_s_ = 0;
};

}  // namespace mettle::report
