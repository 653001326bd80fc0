#include "mettle/report/load_live.hpp"

#include "mettle/report/load_summary.hpp"
#include "mettle/report/load_table.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace mettle::report {

namespace {

constexpr double kSecondsBetweenLines = 5;

}  // namespace

LiveView::LiveView(std::FILE* to)
    : to_(to), is_terminal_(::isatty(::fileno(to)) == 1), next_line_s_(kSecondsBetweenLines) {}

void LiveView::show(const results::RunResult& so_far, const results::RunResult& window,
                    const Moment& moment) {
    const std::string progress = progress_line(so_far, moment.elapsed_s, moment.run_s, moment.users,
                                               moment.in_flight, moment.generator_cpu);
    if (!is_terminal_) {
        if (moment.elapsed_s + 0.5 < next_line_s_) return;
        next_line_s_ = moment.elapsed_s + kSecondsBetweenLines;
        fmt::print(to_, "{} requests, {} failures · {}\n", so_far.totals.requests,
                   so_far.totals.failures, progress);
        std::fflush(to_);
        return;
    }
    clear();
    const std::string text = requests_table(so_far, &window) + progress + "\n";
    fmt::print(to_, "{}", text);
    std::fflush(to_);
    lines_ = static_cast<int>(std::ranges::count(text, '\n'));
}

void LiveView::clear() {
    // Up, and erase to the end of the screen.
    if (lines_ > 0) fmt::print(to_, "\x1b[{}A\x1b[J", lines_);
    lines_ = 0;
}

}  // namespace mettle::report
