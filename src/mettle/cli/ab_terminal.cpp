#include "mettle/cli/ab_terminal.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>

namespace mettle::cli {

AbTerminal::AbTerminal(const results::Comparison& about, TimePoint began)
    : terminal_(::isatty(STDERR_FILENO) == 1), most_pairs_(about.most_pairs), began_(began) {
    fmt::print(stderr,
               "comparing {} with {}: at most {} pairs of runs of {:g} s, {}, ended early when "
               "decided\n",
               about.a.what, about.b.what, about.most_pairs, about.run_s,
               about.method == results::Comparison::Method::at_once ? "both at once"
                                                                    : "by turns A B, B A");
}

AbTerminal::~AbTerminal() {
    clear_line();
}

void AbTerminal::clear_line() const {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

void AbTerminal::pair_started(int pair, int next_look, int discarded) {
    if (!terminal_) return;
    const auto gone =
        std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - began_);
    fmt::print(stderr, "\r\x1b[K  {} s: pair {} of at most {}, looked at after {}{}", gone.count(),
               pair, most_pairs_, next_look,
               discarded ? fmt::format("; {} left out", discarded) : "");
    std::fflush(stderr);
}

void AbTerminal::looked(const analysis::PairedTrial& trial) {
    clear_line();
    std::string metrics;
    for (const analysis::MetricChange& metric : trial.found().metrics) {
        metrics += fmt::format("{}{} {:+.1f} %", metrics.empty() ? "" : ", ", metric.name,
                               100 * (metric.ratio - 1));
        if (metric.low > 0.1 && metric.high < 10)
            metrics += fmt::format(" ({:+.1f} to {:+.1f})", 100 * (metric.low - 1),
                                   100 * (metric.high - 1));
    }
    fmt::print(stderr, "  after {} pairs: {}: {}\n", trial.pairs(),
               results::name_of(trial.found().change), metrics);
}

}  // namespace mettle::cli
