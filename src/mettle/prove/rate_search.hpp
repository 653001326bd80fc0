#pragma once

// The search for capacity on a real target: runs the probes that CapacitySearch asks for, judges
// each by the SLO, and applies the exact binomial rule to confirming runs. The steady stage uses
// its bracket, the capacity stage goes on from there.

#include "mettle/analysis/attribution.hpp"
#include "mettle/analysis/capacity_search.hpp"
#include "mettle/prove/bench.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle::prove {

struct ProbeRecord {
    analysis::Probe probe;
    analysis::ProbeVerdict verdict = analysis::ProbeVerdict::invalid;
    double achieved_rps = 0;
    std::uint64_t requests = 0, failures = 0;
    std::optional<double> p50_ms, p99_ms;  // Over all attempts; nothing where one that failed.
    std::optional<double> target_cpu, target_rss_bytes;  // Mean; the most.
    double generator_cpu = 0;
    double margin = 0;    // Of that expression, as in SloFinding.
    std::string binding;  // The expression that was nearest to breaking.
    std::vector<std::string> reasons;
    analysis::LoadPicture picture;
};

// What a confirming run said by the exact rule, of the expression that it decided.
struct Confirmation {
    double rate_rps = 0;
    std::uint64_t n = 0, n_effective = 0, over = 0;
    std::int64_t allowed = -1;
    double confidence = 0.99;
    double limit_ms = 0;
    bool accepted() const { return static_cast<std::int64_t>(over) <= allowed; }
};

// Over all quantile expressions of the SLO, the one with the least room; nothing where it has none.
// `confidence` of the profile; `run.sequence` must have been recorded.
std::optional<Confirmation> confirm_quantiles(const Slo& slo, const results::RunResult& run,
                                              double rate_rps, double confidence);

class RateSearch {
public:
    explicit RateSearch(Bench& bench) : bench_(bench) {}

    // Until a rate passed and a higher one failed; nothing when no rate passed.
    std::optional<double> bracket();
    // To the end, or as far as time allows: `limit` for the search and to improve on what was
    // confirmed, the bench's deadline until something was.
    void finish(Duration limit);

    const std::vector<ProbeRecord>& probes() const { return probes_; }
    const std::optional<Confirmation>& confirmation() const { return confirmation_; }
    analysis::SearchResult result() const;
    // What was seen where the target gave out, or came nearest to it.
    const ProbeRecord* limiting_probe() const;

private:
    void begin();
    void step();
    ProbeRecord measure(const analysis::Probe& probe);
    analysis::ProbeVerdict judge(const analysis::Probe& probe, const results::RunResult& run,
                                 const std::vector<SloFinding>& findings);
    Duration time_of(const analysis::Probe& probe) const;
    bool has_time_to_confirm(const analysis::Probe& probe, TimePoint soft_end) const;

    Bench& bench_;
    std::optional<analysis::CapacitySearch> search_;
    std::vector<ProbeRecord> probes_;
    std::optional<Confirmation> confirmation_;  // Of the highest rate accepted, else the last.
};

}  // namespace mettle::prove
