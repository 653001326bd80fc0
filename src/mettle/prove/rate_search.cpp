#include "mettle/prove/rate_search.hpp"

#include "mettle/analysis/binomial_acceptance.hpp"
#include "mettle/analysis/thinning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace mettle::prove {
namespace {

using analysis::ProbeVerdict;
using analysis::SearchPhase;
using results::Phase;
using results::RunResult;
using std::chrono::steady_clock;

// A probe's p99 then rests on five requests; a confirming run can bear ten over the limit, and
// some thinning.
constexpr double kProbeRequests = 500;
constexpr double kConfirmRequests = 3000;

double mean_ms(const RunResult& run, std::initializer_list<Phase> phases) {
    double sum = 0;
    for (const Phase phase : phases)
        sum += run.totals.times.phases[static_cast<std::size_t>(phase)].mean();
    return sum / 10'000;  // Units of 100 ns.
}

// Few requests open a connection: what that takes, spread over all that were answered.
double per_request_ms(const RunResult& run, Phase phase) {
    const auto& times = run.totals.times;
    const auto known = times.phases[static_cast<std::size_t>(phase)].count();
    const auto answered = std::max<std::uint64_t>(1, times.latency.count());
    const double share = static_cast<double>(known) / static_cast<double>(answered);
    return mean_ms(run, {phase}) * std::min(1.0, share);
}

// Over all attempts: failed ones are infinitely slow.
std::optional<double> quantile_ms(const RunResult& run, double share) {
    const auto us = run.totals.times.latency.quantile_with(share, run.totals.failures);
    return us < 0 ? std::nullopt : std::optional(static_cast<double>(us) / 1000);
}

void add_resources(analysis::LoadPicture& seen, const results::Resources& resources) {
    const auto mean = [&](const char* name) { return resources.mean_of(name); };
    seen.host_cpu = mean("host.cpu").value_or(0);
    seen.host_cores = host::all_cores();
    seen.throttled = mean("target.throttled").value_or(0);
    seen.cpu_pressure = mean("host.cpu_pressure").value_or(0);
    seen.memory_pressure = mean("host.memory_pressure").value_or(0);
    seen.io_pressure = mean("host.io_pressure").value_or(0);
    seen.accept_queue = mean("target.accept_queue").value_or(0);
    seen.gpu = mean("gpu0.utilisation");
    seen.memory_of_limit = mean("target.memory_of_limit");
    seen.disk_busy = mean("host.disk_busy");
}

analysis::LoadPicture picture_of(const RunResult& run, const Bench& bench) {
    analysis::LoadPicture seen;
    seen.rate_rps = run.rps;
    seen.target_cpu = run.target_cpu;
    // The drain at the end of an overloaded run is work that a run of that length could not hold.
    if (seen.target_cpu && bench.target_cores > 0)
        seen.target_cpu = std::min(*seen.target_cpu, bench.target_cores);
    seen.neighbours_cpu = bench.neighbours_cpu;
    seen.target_cores = bench.target_cores;
    seen.generator_cpu = run.validity.generator_cpu;
    seen.generator_cores =
        static_cast<double>(std::max<std::size_t>(1, bench.cpus.generator.size()));
    seen.service_ms = run.totals.times.service.mean() / 1000;
    seen.queue_ms = mean_ms(run, {Phase::queue, Phase::batch});
    seen.infer_ms = mean_ms(run, {Phase::infer});
    seen.codec_ms = mean_ms(run, {Phase::parse, Phase::pre, Phase::post, Phase::write});
    seen.network_ms = mean_ms(run, {Phase::network});
    seen.latency_ms = run.totals.times.latency.mean() / 1000;
    for (std::size_t at = 0; at < results::kPhaseCount; ++at) {
        const auto phase = static_cast<Phase>(at);
        seen.phases.emplace_back(name_of(phase), per_request_ms(run, phase));
    }
    if (run.resources) add_resources(seen, *run.resources);
    return seen;
}

}  // namespace

std::optional<Confirmation> confirm_quantiles(const Slo& slo, const RunResult& run, double rate_rps,
                                              double confidence) {
    std::optional<Confirmation> tightest;
    double least_room = 0;
    for (const auto& expression : slo.expressions()) {
        const auto quantile = quantile_of(expression);
        const bool upper =
            expression.op == results::Op::less || expression.op == results::Op::at_most;
        if (!quantile || !upper) continue;
        std::vector<std::uint8_t> over;
        over.reserve(run.sequence.size());
        for (const results::Sample& sample : run.sequence)
            over.push_back(sample.failed || sample.latency_us > expression.value * 1000 ? 1 : 0);
        const auto kept = analysis::thin(over);
        const auto allowed = analysis::most_over(kept.n, {*quantile, confidence});
        const double room = static_cast<double>(allowed) - static_cast<double>(kept.over);
        if (tightest && room >= least_room) continue;
        least_room = room;
        tightest = Confirmation{rate_rps, over.size(), kept.n,          kept.over,
                                allowed,  confidence,  expression.value};
    }
    return tightest;
}

void RateSearch::begin() {
    if (search_) return;
    const Profile& profile = bench_.plan.profile;
    analysis::SearchSettings settings;
    settings.max_rate = bench_.max_rate;
    settings.most_bisect = profile.most_bisect;
    settings.most_confirm = profile.most_confirm;
    // One user without waits finds the rate at which a single request at a time is served: a target
    // that does nothing side by side has its capacity there, others above.
    settings.start_rate = bench_.expect_rps.value_or(std::max(1.0, bench_.unloaded_rps() / 2));
    settings.min_rate = settings.start_rate / 20;
    search_.emplace(settings);
}

// Long enough for the profile, and for as many requests as a quantile needs to mean something; of
// a budget that is nearly spent no more than half, so that it is not refused for its length.
Duration RateSearch::time_of(const analysis::Probe& probe) const {
    const Profile& profile = bench_.plan.profile;
    const bool confirms = probe.phase == SearchPhase::confirm;
    const Duration least = confirms ? profile.confirm : profile.probe;
    const double requests = confirms ? kConfirmRequests : kProbeRequests;
    const Duration most = std::clamp<Duration>(bench_.time_left() / 2, least, 3 * least);
    return std::clamp(
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(requests / probe.rate)),
        least, most);
}

std::optional<double> RateSearch::bracket() {
    begin();
    while (const auto probe = search_->next()) {
        if (probe->phase != SearchPhase::bracket || bench_.interrupted() || bench_.target_lost)
            break;
        // What passed so far will do, where the steady run would come too late.
        const bool late = bench_.stage_time_left() < bench_.plan.profile.steady + time_of(*probe);
        if (late && search_->highest_pass()) break;
        step();
    }
    return search_->highest_pass();
}

void RateSearch::finish(Duration limit) {
    begin();
    const auto soft_end = steady_clock::now() + limit;
    while (const auto probe = search_->next()) {
        if (bench_.interrupted() || bench_.target_lost) return;
        if (probe->phase == SearchPhase::confirm) {
            if (!has_time_to_confirm(*probe, soft_end)) return;
        } else {
            const Duration confirm = time_of({probe->rate, SearchPhase::confirm});
            // With nothing that passed there is nothing to confirm yet; and what is confirmed lies
            // below what passed, so that more than the expected rate must have.
            const double wanted = bench_.expect_rps.value_or(0);
            const bool enough = search_->highest_pass().value_or(0) > wanted;
            const auto end = enough ? std::min(bench_.deadline, soft_end) : bench_.deadline;
            if (end - steady_clock::now() < (confirm + time_of(*probe)) * 5 / 4) {
                search_->hurry();
                if (!search_->next()) return;
            }
        }
        step();
    }
}

// Until a rate is confirmed the whole budget may be used; to improve on it, the stage's share.
bool RateSearch::has_time_to_confirm(const analysis::Probe& probe, TimePoint soft_end) const {
    const bool confirmed = search_->result().rps_pass.has_value();
    const auto end = confirmed ? std::min(bench_.deadline, soft_end) : bench_.deadline;
    return end - steady_clock::now() >= time_of(probe) * 5 / 4;
}

void RateSearch::step() {
    const analysis::Probe probe = *search_->next();
    ProbeRecord record = measure(probe);
    if (bench_.interrupted() || bench_.target_lost) return;
    probes_.push_back(record);
    search_->record({record.verdict, record.margin});
}

ProbeRecord RateSearch::measure(const analysis::Probe& probe) {
    RunNeeds needs;
    needs.rate = probe.rate;
    needs.time = time_of(probe);
    // The queue needs time to build up before what it does to latency counts.
    needs.warmup = needs.time / 5;
    needs.doing = fmt::format("{}: {} rps", name_of(probe.phase), format_rate(probe.rate));
    const RunResult run = bench_.run(needs);
    const auto findings = bench_.slo().for_search().judge(run);
    ProbeRecord record;
    record.probe = probe;
    record.verdict = judge(probe, run, findings);
    record.achieved_rps = run.rps;
    record.requests = run.totals.requests;
    record.failures = run.totals.failures;
    record.p50_ms = quantile_ms(run, 0.5);
    record.p99_ms = quantile_ms(run, 0.99);
    record.target_cpu = run.target_cpu;
    record.generator_cpu = run.validity.generator_cpu;
    if (run.resources) record.target_rss_bytes = run.resources->max_of("target.rss");
    record.reasons =
        record.verdict == ProbeVerdict::invalid ? bench_.doubts(run) : breaches(findings);
    if (record.verdict == ProbeVerdict::fail)
        std::ranges::copy(bench_.explanations(run), std::back_inserter(record.reasons));
    record.picture = picture_of(run, bench_);
    record.picture.generator_gave_out = record.verdict == ProbeVerdict::invalid;
    if (!findings.empty()) {
        record.binding = binding(findings).expression.to_string();
        record.margin = binding(findings).margin;
    }
    return record;
}

ProbeVerdict RateSearch::judge(const analysis::Probe& probe, const RunResult& run,
                               const std::vector<SloFinding>& findings) {
    if (run.totals.requests == 0) return ProbeVerdict::invalid;
    if (!all_hold(findings)) {
        // Errors and a breach from the actual send too are the target's own, lag or not.
        return bench_.excuses(run, findings) ? ProbeVerdict::invalid : ProbeVerdict::fail;
    }
    // Latency from the due time contains the generator's lag, so a pass under lag is a pass, if the
    // rate was there.
    if (achieved_share(run) < kLeastAchieved) return ProbeVerdict::invalid;
    if (probe.phase != SearchPhase::confirm) return ProbeVerdict::pass;
    const auto confirmed =
        confirm_quantiles(bench_.slo(), run, probe.rate, bench_.plan.profile.confidence);
    if (!confirmed) return ProbeVerdict::pass;
    const bool better = !confirmation_ || !confirmation_->accepted() ||
                        (confirmed->accepted() && confirmed->rate_rps > confirmation_->rate_rps);
    if (better) confirmation_ = confirmed;
    return confirmed->accepted() ? ProbeVerdict::pass : ProbeVerdict::undecided;
}

analysis::SearchResult RateSearch::result() const {
    return search_ ? search_->result() : analysis::SearchResult();
}

// The lowest rate that failed, else the lowest that the generator could not offer, else the
// highest.
const ProbeRecord* RateSearch::limiting_probe() const {
    const ProbeRecord* chosen = nullptr;
    const auto rank = [](const ProbeRecord& record) {
        switch (record.verdict) {
            case ProbeVerdict::fail:
                return 2;
            case ProbeVerdict::invalid:
                return 1;
            default:
                return 0;
        }
    };
    for (const ProbeRecord& record : probes_) {
        if (!chosen || rank(record) > rank(*chosen)) {
            chosen = &record;
        } else if (rank(record) == rank(*chosen)) {
            const bool lower = record.probe.rate < chosen->probe.rate;
            if (lower == (rank(record) > 0)) chosen = &record;
        }
    }
    return chosen;
}

}  // namespace mettle::prove
