#pragma once

#include "mettle/host/cpus.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/monitor/monitor.hpp"
#include "mettle/prove/launch.hpp"
#include "mettle/prove/observer.hpp"
#include "mettle/prove/plan.hpp"
#include "mettle/prove/sending.hpp"
#include "mettle/prove/slo.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace mettle::prove {

// What one run of load is asked to be; the bench adds the rest.
struct RunNeeds {
    std::optional<double> rate;  // Open, Poisson; else closed with `users`.
    int users = 1;
    Duration time{};  // Counted; warm-up comes on top.
    Duration warmup{};
    bool record_sequence = true;
    std::optional<double> check_share;  // Of the answers; nothing: all, unless there are very many.
    std::optional<Duration> patience;   // A client gives up after it; nothing: it waits long.
    const Sending* what = nullptr;      // None: the bench's own.
    std::string doing;                  // For who watches.
};

// Of the arrivals that were planned, the share that was sent in time. Not rate over rate: Poisson
// arrivals of a second or two differ from their mean by several percent.
double achieved_share(const results::RunResult& run);
inline constexpr double kLeastAchieved = 0.97;  // Below this a rate was not offered.

// The set-up that the stages share: the target, what is sent to it, who sends. Owned by the prover;
// one thread. Without a network in tests: `runner` may be any function.
class Bench {
public:
    using Runner = std::function<results::RunResult(const load::LoadPlan&, const Sending&,
                                                    const TransportNeeds&)>;

    Bench(const Plan& plan, Observer& observer, std::stop_token stop)
        : plan(plan), observer(observer), stop(std::move(stop)) {}

    // Blocks until the run has ended. Notes when the target went away.
    results::RunResult run(const RunNeeds& needs);
    // Whether what broke in the last run may not be the target's own doing: the generator lagged,
    // or other processes had the target's cores. Errors and wrong answers are always its own.
    bool excuses(const results::RunResult& run, const std::vector<SloFinding>& findings) const;
    // What a run's own course says of a breach: pauses. Empty where nothing stands out.
    std::vector<std::string> explanations(const results::RunResult& run) const;
    // In the last run the target wanted more than it got, and a fifth or more of its cores went to
    // other processes.
    bool starved(const results::RunResult& run) const;
    // Why the last run cannot be judged; empty when it can.
    std::vector<std::string> doubts(const results::RunResult& run) const;

    Duration time_left() const { return deadline - std::chrono::steady_clock::now(); }
    // Until this stage takes time from those behind it.
    Duration stage_time_left() const {
        return std::min(stage_end, deadline) - std::chrono::steady_clock::now();
    }
    bool interrupted() const { return stop.stop_requested(); }
    // As given, or assumed from the unloaded latency, which is measured when first asked for.
    const Slo& slo();
    double unloaded_rps();
    double unloaded_p99_ms();

    const Plan& plan;
    Observer& observer;
    std::stop_token stop;
    TimePoint deadline = TimePoint::max();   // Of the whole budget.
    TimePoint stage_end = TimePoint::max();  // Of this stage, so that those behind it have theirs.
    std::optional<Sending> sending;
    Runner runner;
    std::function<void(const results::RunResult&)> keep;  // Gets each run; may be none.
    host::CpuSplit cpus;
    std::optional<Launch> launch;    // Where the target is ours to start.
    std::optional<int> target_pid;   // Where the target is a process of ours.
    load::TargetUsage target_usage;  // Where its CPU can be seen: as that, or on this machine.
    std::unique_ptr<monitor::Monitor> monitor;  // None in tests, or where nothing is to be watched.
    double target_cores = 0;                    // What it may use; 0 where unknown.
    std::optional<double> expect_rps;
    double max_rate = 1e6;
    std::uint64_t seed = 1;
    std::optional<Slo> given_slo;
    std::vector<std::string> assumed;
    bool target_lost = false;
    // Of all runs so far: answers that were wrong, and what was said of the first few.
    std::uint64_t wrong_answers = 0;
    std::vector<results::Failure> wrong_examples;
    std::optional<results::RunResult> steady_run;  // Of the steady stage, once it has run.
    std::optional<double> steady_rate;             // At which that was, when it was assumed.
    // In the last run: cores' worth of the target's CPUs that were not the target's own. Only where
    // the target is a process of ours.
    double neighbours_cpu = 0;

private:
    void note_wrong(const results::RunResult& run);
    void measure_unloaded();
    std::size_t connections_for(const RunNeeds& needs) const;

    std::optional<results::RunResult> unloaded_;
    std::optional<Slo> assumed_slo_;
    std::uint64_t runs_ = 0;
};

}  // namespace mettle::prove
