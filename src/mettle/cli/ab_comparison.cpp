#include "mettle/cli/ab_comparison.hpp"

#include "mettle/analysis/paired_trial.hpp"
#include "mettle/base/exit_code.hpp"
#include "mettle/cli/ab_terminal.hpp"
#include "mettle/results/run_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <utility>

namespace mettle::cli {
namespace {

using std::chrono::steady_clock;

constexpr double kMuchLag = 0.3;  // Of the p99.

struct Pair {
    AbRun a, b;
};

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

class AbMeasurement {
public:
    AbMeasurement(AbSide& a, AbSide& b, const AbOptions& options, TimePoint began,
                  std::stop_token stop)
        : a_(a), b_(b), options_(options), began_(began), stop_(std::move(stop)) {}

    results::Comparison run();

private:
    int plan_pairs() const;
    void measure_until_done(analysis::PairedTrial& trial, AbTerminal& terminal);
    Result<Pair> measure(bool a_first);
    Result<AbRun> measure_one(AbSide& side);
    Result<Pair> measure_at_once(bool a_first);
    void take(analysis::PairedTrial& trial, Pair pair);
    bool time_for_another() const;
    void describe(analysis::PairedTrial& trial);
    std::uint64_t pair_seed() const {
        return options_.seed + 1000 * static_cast<std::uint64_t>(tried_ + 1);
    }

    AbSide& a_;
    AbSide& b_;
    const AbOptions& options_;
    TimePoint began_;
    std::stop_token stop_;
    results::Comparison result_;
    Duration run_time_{};
    Duration longest_pair_{};
    int tried_ = 0, lagging_ = 0;
    std::map<std::string, int> doubts_;
};

// What a pair takes beside its runs is seen as it goes: then the budget ends it.
int AbMeasurement::plan_pairs() const {
    if (options_.pairs) return *options_.pairs;
    const Duration budget = options_.budget.value_or(AbOptions::kBudget);
    const Duration left = budget - (steady_clock::now() - began_);
    const Duration pair = (options_.by_turns ? 2 : 1) * (run_time_ + options_.warmup);
    const auto fits = static_cast<int>(std::clamp<std::int64_t>(left / pair, 0, 1'000'000));
    if (fits < static_cast<int>(analysis::kLeastRuns)) {
        throw StartupError(fmt::format(
            "{} of budget hold {} pairs of runs of {}, and a verdict needs at least {}: give "
            "--budget {:.0f}s or shorter runs with -t",
            format_duration(budget), fits, format_duration(run_time_), analysis::kLeastRuns,
            std::ceil(1.2 * seconds(8 * pair + (budget - left)))));
    }
    return std::min(fits, AbOptions::kMostPairs);
}

Result<AbRun> AbMeasurement::measure_one(AbSide& side) {
    if (const auto started = side.start(stop_); !started) return std::unexpected(started.error());
    AbRun run = side.run(pair_seed(), options_.warmup, stop_);
    side.stop();
    return run;
}

Result<Pair> AbMeasurement::measure_at_once(bool a_first) {
    for (AbSide* side : {a_first ? &a_ : &b_, a_first ? &b_ : &a_}) {
        if (auto started = side->start(stop_); !started) return std::unexpected(started.error());
    }
    Pair pair;
    // One more thread for B; what is thrown there is thrown here.
    auto other =
        std::async(std::launch::async, [&] { return b_.run(pair_seed(), options_.warmup, stop_); });
    pair.a = a_.run(pair_seed(), options_.warmup, stop_);
    pair.b = other.get();
    a_.stop();
    b_.stop();
    return pair;
}

Result<Pair> AbMeasurement::measure(bool a_first) {
    if (!options_.by_turns) return measure_at_once(a_first);
    auto first = measure_one(a_first ? a_ : b_);
    if (!first || stop_.stop_requested()) {
        return first ? fail(Error::Kind::cancelled, "interrupted") : std::unexpected(first.error());
    }
    auto second = measure_one(a_first ? b_ : a_);
    if (!second) return std::unexpected(second.error());
    if (!a_first) std::swap(*first, *second);
    return Pair{std::move(*first), std::move(*second)};
}

// A pair that cannot be believed is measured again, as far as there is time.
void AbMeasurement::take(analysis::PairedTrial& trial, Pair pair) {
    result_.load = pair.a.load;
    for (const auto& [side, run] : {std::pair(&a_, &pair.a), std::pair(&b_, &pair.b)}) {
        if (run->target_lost) {
            result_.target_lost = true;
            result_.reasons.push_back(side->label() + " went away: " + side->what());
        }
    }
    if (result_.target_lost) return;
    const std::string& doubt = pair.a.doubt.empty() ? pair.b.doubt : pair.a.doubt;
    if (!doubt.empty() && !options_.force) {
        ++result_.discarded;
        ++doubts_[doubt];
        return;
    }
    if (std::max(pair.a.lag_in_p99, pair.b.lag_in_p99) > kMuchLag) ++lagging_;
    trial.add(std::move(pair.a.metrics), std::move(pair.b.metrics));
}

bool AbMeasurement::time_for_another() const {
    if (!options_.budget && options_.pairs) return tried_ < 3 * *options_.pairs;
    const Duration budget = options_.budget.value_or(AbOptions::kBudget);
    return steady_clock::now() - began_ + longest_pair_ < budget;
}

void AbMeasurement::measure_until_done(analysis::PairedTrial& trial, AbTerminal& terminal) {
    while (!trial.done() && time_for_another() && !stop_.stop_requested()) {
        const TimePoint start = steady_clock::now();
        terminal.pair_started(trial.pairs() + 1, trial.next_look(), result_.discarded);
        auto pair = measure(trial.a_first());
        if (stop_.stop_requested()) break;
        ++tried_;
        if (!pair) {
            result_.target_lost = true;
            result_.reasons.push_back(pair.error().message);
            break;
        }
        const auto looks = trial.taken().size();
        take(trial, std::move(*pair));
        if (result_.target_lost) break;
        longest_pair_ = std::max(longest_pair_, Duration(steady_clock::now() - start));
        if (trial.taken().size() > looks) terminal.looked(trial);
    }
    result_.interrupted = stop_.stop_requested();
    a_.stop();
    b_.stop();
}

void AbMeasurement::describe(analysis::PairedTrial& trial) {
    if (trial.pairs() > 0) trial.finish();
    analysis::fill(result_, trial.found(), trial.a(), trial.b());
    result_.pairs = trial.pairs();
    result_.alpha = trial.taken().empty() ? 0 : trial.taken().back().alpha;
    for (const auto& look : trial.taken()) result_.looks.push_back({look.runs, look.alpha});
    if (result_.discarded > 0) {
        const auto most =
            std::ranges::max_element(doubts_, {}, [](const auto& doubt) { return doubt.second; });
        result_.notes.push_back(fmt::format("{} of {} pairs were left out, most often because {}",
                                            result_.discarded, tried_, most->first));
    }
    if (2 * lagging_ > trial.pairs()) {
        result_.notes.push_back(
            "p99 holds the generator's own lag, which is much on this host: a change of the "
            "target's shows smaller there than it is");
    }
    if (trial.pairs() == 0 && !result_.target_lost && !result_.interrupted)
        result_.reasons.push_back("no pair of runs could be believed");
    if (result_.target_lost) result_.change = results::Change::inconclusive;
    if (result_.interrupted) result_.reasons.insert(result_.reasons.begin(), "ended by the user");
}

results::Comparison AbMeasurement::run() {
    const load::LoadPlan plan = a_.plan(options_.seed, options_.warmup);
    run_time_ = plan.run_time;
    result_.started = results::utc_now();
    result_.host = results::describe_host();
    result_.method = !options_.by_turns ? results::Comparison::Method::at_once
                                        : results::Comparison::Method::turns;
    result_.threshold = options_.threshold;
    result_.seed = options_.seed;
    result_.run_s = seconds(run_time_);
    result_.a = {a_.label(), a_.what(), a_.target()};
    result_.b = {b_.label(), b_.what(), b_.target()};
    result_.most_pairs = plan_pairs();
    analysis::PairedTrial trial(
        {.threshold = options_.threshold, .most_pairs = result_.most_pairs, .seed = options_.seed});
    AbTerminal terminal(result_, began_);
    measure_until_done(trial, terminal);
    describe(trial);
    result_.duration_s = seconds(steady_clock::now() - began_);
    return std::move(result_);
}

}  // namespace

results::Comparison compare_sides(AbSide& a, AbSide& b, const AbOptions& options, TimePoint began,
                                  const std::stop_token& stop) {
    const std::string unlike = difference(a.requests(), b.requests());
    if (!unlike.empty() && !options.force)
        throw StartupError(unlike + ". Give --force to compare them all the same");
    AbMeasurement measurement(a, b, options, began, stop);
    results::Comparison result = measurement.run();
    if (!unlike.empty()) result.notes.insert(result.notes.begin(), "forced, though " + unlike);
    return result;
}

}  // namespace mettle::cli
