#include "mettle/report/load_summary.hpp"

#include "mettle/base/units.hpp"
#include "mettle/report/load_table.hpp"
#include "mettle/report/resource_line.hpp"

#include <fmt/format.h>

#include <cmath>

namespace mettle::report {

namespace {

using results::RunResult;

std::string_view word_of(ExitCode code) {
    switch (code) {
        case ExitCode::passed:
            return "PASS";
        case ExitCode::failed:
            return "FAIL";
        case ExitCode::no_verdict:
            return "NO VERDICT";
        case ExitCode::unreachable:
            return "UNREACHABLE";
        case ExitCode::bad_input:
            return "BAD INPUT";
    }
    return "?";
}

std::string painted(std::string_view text, std::string_view code, bool colour) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string load_line(const RunResult& run) {
    const results::LoadDescription& load = run.load;
    std::string what =
        load.rate_rps
            ? fmt::format("{} rps, {} arrivals", format_rate(*load.rate_rps), load.arrivals)
            : fmt::format("{} user{}", load.users.value_or(0), load.users == 1 ? "" : "s");
    std::string line =
        fmt::format("{} for {:.1f} s, {} connection{} opened, {} sent, {} received\n", what,
                    run.duration_s, run.connections_opened, run.connections_opened == 1 ? "" : "s",
                    format_size(run.bytes_sent), format_size(run.totals.bytes_received));
    if (run.sent_again > 0)
        line += fmt::format(
            "{} request{} came to a kept connection that the target had closed, "
            "and went to a new one\n",
            run.sent_again, run.sent_again == 1 ? "" : "s");
    return line;
}

std::string validity_line(const RunResult& run, bool colour) {
    const results::Validity& validity = run.validity;
    return fmt::format(
        "{}: send lag p50 {} us, p99 {} us, max {} us; generator {:.2f} cores{}\n",
        validity.valid ? painted("VALID", "32", colour) : painted("INVALID", "33", colour),
        validity.send_lag_us.quantile(0.5), validity.send_lag_us.quantile(0.99),
        validity.send_lag_us.max(), validity.generator_cpu,
        run.target_cpu ? fmt::format("; target {:.2f} cores", *run.target_cpu) : "");
}

// A full listen backlog drops what asks to connect, and the kernel asks again after 1 s and 3 s:
// such latencies are no server's work, and puzzle everybody who has not met them.
std::string backlog_note(const RunResult& run) {
    constexpr std::int64_t kUnitsOf900Ms = 9'000'000;
    const Histogram& connect =
        run.totals.times.phases[static_cast<std::size_t>(results::Phase::connect)];
    if (connect.max() < kUnitsOf900Ms) return "";
    return fmt::format(
        "new connections took up to {}: was the target's listen backlog full? The "
        "kernel tries again after 1 s\n",
        format_duration(Duration(connect.max() * 100)));
}

}  // namespace

std::string load_summary(const RunResult& run, const results::Verdict& verdict, bool colour) {
    std::string text = requests_table(run, nullptr) + "\n" + percentiles_table(run) + "\n";
    if (const std::string failures = failures_table(run); !failures.empty())
        text += failures + "\n";
    if (const std::string thresholds = thresholds_table(run); !thresholds.empty())
        text += thresholds + "\n";
    text += load_line(run) + phases_line(run) + backlog_note(run);
    if (run.missed_iterations > 0)
        text += fmt::format("{} iterations were missed: users could not keep their pace\n",
                            run.missed_iterations);
    text += validity_line(run, colour);
    if (run.resources) text += resource_lines(*run.resources);
    const bool passed = verdict.code == ExitCode::passed;
    text += painted(word_of(verdict.code), passed ? "32;1" : "31;1", colour);
    if (run.interrupted) text += " (interrupted)";
    text += "\n";
    for (const std::string& sentence : verdict.sentences) text += "  " + sentence + "\n";
    return text;
}

std::string progress_line(const RunResult& so_far, double elapsed_s, double run_s, int users,
                          int in_flight, double generator_cpu) {
    std::string text = fmt::format("{:.0f} s", elapsed_s);
    if (std::isfinite(run_s)) {
        const double left = std::max(0.0, run_s - elapsed_s);
        text += left > 0 ? fmt::format(" of {:.0f} s", run_s)
                         : fmt::format(" of {:.0f} s, waiting for the last answers", run_s);
    }
    if (users > 0) text += fmt::format(" · {} users", users);
    text += fmt::format(" · {} in flight · send lag p99 {} us · generator {:.2f} cores", in_flight,
                        so_far.validity.send_lag_us.quantile(0.99), generator_cpu);
    return text;
}

}  // namespace mettle::report
