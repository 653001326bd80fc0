#include "mettle/load/validity.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::load {

namespace {

class Verdict {
public:
    explicit Verdict(results::Validity& validity) : validity_(validity) {}

    // `reason` is worded only for what does not hold.
    template <typename Reason>
    void check(std::string name, double value, double limit, bool holds, std::string unit,
               Reason reason) {
        validity_.checks.push_back({std::move(name), value, limit, holds, std::move(unit)});
        if (holds) return;
        validity_.valid = false;
        validity_.reasons.push_back(reason());
    }

    template <typename Reason>
    void at_most(std::string name, double value, double limit, std::string unit, Reason reason) {
        check(std::move(name), value, limit, value <= limit, std::move(unit), reason);
    }

private:
    results::Validity& validity_;
};

std::string percent(double share) {
    return fmt::format("{:.3g}%", share * 100);
}

std::string time(double us) {
    return format_duration(Duration(static_cast<std::int64_t>(us * 1e3)));
}

void check_sending(const ValidityFacts& facts, Verdict& verdict) {
    const double lag = static_cast<double>(facts.send_lag_us.quantile(0.99));
    const double lag_limit = std::max(1000.0, facts.latency_p99_us / 10);
    verdict.at_most("send_lag_p99", lag, lag_limit, "us", [&] {
        return fmt::format(
            "requests left late: 1% of them {} or more after they were due "
            "(limit {}), so the load was not the one that was asked for",
            time(lag), time(lag_limit));
    });
    if (const auto achieved = facts.achieved_over_intended) {
        verdict.check("achieved_rate", *achieved, 0.99, *achieved >= 0.99, "ratio", [&] {
            return fmt::format(
                "only {} of the planned requests were sent by the end of the run "
                "(limit 99%)",
                percent(*achieved));
        });
    }
    if (const auto distance = facts.gap_distance) {
        verdict.at_most("ks_distance", *distance, 0.1, "ratio", [&] {
            return fmt::format(
                "the gaps between requests are not the planned ones: their "
                "distributions are {:.2f} apart (limit 0.1)",
                *distance);
        });
    }
    verdict.at_most("connection_wait", facts.waited_for_connection, 0.001, "ratio", [&] {
        return fmt::format(
            "{} of the requests waited for a free connection (limit 0.1%): allow "
            "more with --max-connections",
            percent(facts.waited_for_connection));
    });
}

void check_machine(const ValidityFacts& facts, Verdict& verdict) {
    verdict.at_most("worker_cpu", facts.busiest_worker, 0.95, "cores", [&] {
        return fmt::format(
            "the load generator itself was busy: a worker used {} of its core "
            "(limit 95%), so it may be what was measured; use more --workers",
            percent(facts.busiest_worker));
    });
    if (const auto steal = facts.steal) {
        verdict.at_most("steal", *steal, 0.05, "ratio", [&] {
            return fmt::format("the hypervisor took {} of this machine's CPU time (limit 5%)",
                               percent(*steal));
        });
    }
    if (const auto throttled = facts.throttled) {
        verdict.at_most("throttled", *throttled, 0.01, "ratio", [&] {
            return fmt::format(
                "the CPU quota of this container ran out in {} of its periods "
                "(limit 1%)",
                percent(*throttled));
        });
    }
}

}  // namespace

results::Validity judge(const ValidityFacts& facts) {
    results::Validity validity;
    validity.send_lag_us = facts.send_lag_us;
    validity.generator_cpu = facts.generator_cpu;
    Verdict verdict(validity);
    verdict.check("requests", static_cast<double>(facts.requests), 1, facts.requests >= 1, "count",
                  [] { return "no request was made, so there is nothing to judge"; });
    check_sending(facts, verdict);
    check_machine(facts, verdict);
    verdict.at_most("littles_law", facts.littles_law_off, 0.01, "ratio", [&] {
        return fmt::format(
            "the bookkeeping does not add up: requests in flight and their "
            "latencies differ by {} (Little's law, limit 1%)",
            percent(facts.littles_law_off));
    });
    return validity;
}

}  // namespace mettle::load
