#include "mettle/prove/bench.hpp"

#include "mettle/analysis/pauses.hpp"
#include "mettle/base/assert.hpp"
#include "mettle/host/process_usage.hpp"
#include "mettle/prove/outcomes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;

// An answer later than this is a failure: in a search for capacity nothing is gained by waiting
// for the end of a queue that is far beyond the limit.
constexpr Duration kTimeout = 10s;
constexpr Duration kStopTimeout = 2s;
// Judging every answer costs the generator little at such rates; beyond, some are enough to see
// that something is wrong, and the correctness stage sees all.
constexpr double kCheckedRate = 5'000, kCheckedShare = 0.05;
constexpr std::size_t kMostExamples = 3;

// Seconds of CPU time, by any process; stolen time is somebody's as well. Interrupts are left out:
// on loopback they are the packets of this very run.
double used_on(const std::vector<int>& cpus) {
    const auto seen = host::host_cpu(cpus);
    return std::chrono::duration<double>(seen.busy - seen.interrupts + seen.steal).count();
}

}  // namespace

// By Little's law a rate within the limit needs rate × limit connections; four times that, so that
// a target far beyond its limit is seen to be slow before connections run out.
std::size_t Bench::connections_for(const RunNeeds& needs) const {
    if (!needs.rate) return static_cast<std::size_t>(needs.users);
    double limit_s = 0.05;
    const Slo& known = given_slo ? *given_slo : assumed_slo_ ? *assumed_slo_ : Slo();
    for (const auto& expression : known.expressions()) {
        if (expression.unit == results::Unit::ms)
            limit_s = std::max(limit_s, expression.value / 1e3);
    }
    // Clients that wait until they give up all hold one.
    if (needs.patience)
        limit_s = std::max(limit_s, std::chrono::duration<double>(*needs.patience).count() / 3);
    return static_cast<std::size_t>(std::clamp(4 * *needs.rate * limit_s, 64.0, 8'000.0));
}

double achieved_share(const results::RunResult& run) {
    for (const auto& check : run.validity.checks) {
        if (check.name == "achieved_rate") return check.value;
    }
    return 1;
}

results::RunResult Bench::run(const RunNeeds& needs) {
    METTLE_ASSERT(runner && sending);
    load::LoadPlan load;
    const Sending& what = needs.what ? *needs.what : *sending;
    what.fill(load);
    if (needs.rate)
        load.open = load::OpenLoad{*needs.rate, load::OpenLoad::Law::poisson};
    else
        load.closed = load::ClosedLoad{needs.users, 1e9, {}};
    load.run_time = needs.time;  // From the end of the warm-up.
    load.warmup = needs.warmup;
    load.timeout = needs.patience.value_or(kTimeout);
    load.stop_timeout = std::min(kStopTimeout, load.timeout);
    load.cpus = cpus.generator;
    // More workers than users would have nothing to do.
    load.workers = static_cast<int>(std::max<std::size_t>(1, cpus.generator.size()));
    if (!needs.rate) load.workers = std::min(load.workers, needs.users);
    load.seed = seed + 1000 * ++runs_;
    load.record_sequence = needs.record_sequence;
    observer.doing(needs.doing);
    const double unasked = needs.rate.value_or(0) <= kCheckedRate ? 1 : kCheckedShare;
    const TransportNeeds transport{load.workers, connections_for(needs),
                                   needs.check_share.value_or(unasked)};
    const auto before = used_on(cpus.target);
    const auto start = std::chrono::steady_clock::now();
    auto result = runner(load, what, transport);
    if (target_pid && !cpus.shared) {
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
        const double used = (used_on(cpus.target) - before) / time.count();
        neighbours_cpu = std::max(0.0, used - result.target_cpu.value_or(used));
    }
    target_lost = target_lost || result.target_lost;
    note_wrong(result);
    return result;
}

void Bench::note_wrong(const results::RunResult& run) {
    for (const results::Failure& failure : run.failures) {
        if (!is_wrong(failure)) continue;
        wrong_answers += failure.count;
        if (wrong_examples.size() < kMostExamples) wrong_examples.push_back(failure);
    }
}

std::vector<std::string> Bench::explanations(const results::RunResult& run) const {
    const Slo& known = given_slo ? *given_slo : assumed_slo_ ? *assumed_slo_ : Slo();
    for (const auto& expression : known.expressions()) {
        if (expression.unit != results::Unit::ms || !quantile_of(expression)) continue;
        if (const auto pauses = analysis::find_pauses(run.sequence, expression.value))
            return {pauses->to_string()};
    }
    return {};
}

bool Bench::starved(const results::RunResult& run) const {
    return neighbours_cpu > 0.2 * target_cores && target_cores > 0 &&
           run.target_cpu.value_or(0) + neighbours_cpu > 0.85 * target_cores;
}

bool Bench::excuses(const results::RunResult& run, const std::vector<SloFinding>& findings) const {
    if (!run.validity.valid && lag_may_explain(findings)) return true;
    // Who is slow because of others refuses, too.
    const bool only_slow = std::ranges::all_of(run.failures, [](const results::Failure& failure) {
        return failure.kind == "timeout" || failure.kind == "unfinished" || is_refusal(failure);
    });
    return starved(run) && only_slow;
}

std::vector<std::string> Bench::doubts(const results::RunResult& run) const {
    auto reasons = run.validity.reasons;
    if (starved(run)) {
        reasons.insert(
            reasons.begin(),
            fmt::format("other processes used {:.2f} of the target's {:.0f} {}, so "
                        "what it can do was not seen",
                        neighbours_cpu, target_cores, target_cores == 1 ? "core" : "cores"));
    }
    return reasons;
}

void Bench::measure_unloaded() {
    if (unloaded_) return;
    RunNeeds needs;
    needs.users = 1;
    needs.time = plan.profile.unloaded;
    needs.warmup = plan.profile.unloaded / 10;
    needs.doing = "one user, for the latency without load";
    unloaded_ = run(needs);
}

double Bench::unloaded_rps() {
    measure_unloaded();
    return unloaded_->rps;
}

double Bench::unloaded_p99_ms() {
    measure_unloaded();
    return static_cast<double>(unloaded_->totals.times.latency.quantile(0.99)) / 1000;
}

const Slo& Bench::slo() {
    if (given_slo) return *given_slo;
    if (!assumed_slo_) {
        const Profile& profile = plan.profile;
        // To two digits: nobody believes p99<52.37ms.
        const double p99 = unloaded_p99_ms() * profile.assumed_p99_factor;
        const double step = p99 > 0 ? std::pow(10, std::floor(std::log10(p99)) - 1) : 1;
        assumed_slo_ = Slo::assumed(profile.assumed_error_rate, profile.assumed_p99_ms, 1,
                                    std::ceil(p99 / step) * step);
        for (const std::string& text : assumed_slo_->texts()) assumed.push_back("SLO " + text);
    }
    return *assumed_slo_;
}

}  // namespace mettle::prove
