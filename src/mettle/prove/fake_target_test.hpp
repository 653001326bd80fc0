#pragma once

// A bench without a network, for tests of stages: its runner computes what a run against a known
// queue would have measured.

#include "mettle/analysis/simulated_queue_test.hpp"
#include "mettle/prove/bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace mettle::prove {

class QuietObserver final : public Observer {
public:
    void note(std::string_view line) override { notes.emplace_back(line); }
    void stage_started(StageName, Duration) override {}
    void doing(std::string_view) override {}
    void stage_ended(const results::StageResult&) override {}

    std::vector<std::string> notes;
};

// An M/D/1 queue, optionally with a share of failures, seen by a generator with a limit of its own.
struct FakeTarget {
    double service_ms = 1;
    double failing = 0;            // Share of requests that fail at once.
    double generator_limit = 1e9;  // Beyond this rate the generator lags.

    results::RunResult run(const load::LoadPlan& plan) const {
        const double rate = plan.open ? plan.open->rate : 1000 / service_ms;
        const double offered = std::min(rate, generator_limit);
        const double seconds = std::chrono::duration<double>(plan.run_time).count();
        // One user without waits never queues.
        const auto sojourn_ms =
            plan.open ? analysis::simulate_m_d_1(offered, service_ms, seconds, plan.seed)
                      : std::vector<double>(static_cast<std::size_t>(rate * seconds), service_ms);
        results::RunResult result;
        result.duration_s = seconds;
        result.load.rate_rps = rate;
        result.validity.valid = offered >= rate;
        if (offered < rate) result.validity.reasons = {"send lag p99 of 9 ms"};
        result.validity.checks = {
            {"achieved_rate", offered / rate, 0.99, offered >= 0.99 * rate, "ratio"}};
        result.validity.generator_cpu = 0.2;
        result.target_cpu = std::min(1.0, offered * service_ms / 1000);
        add(result, sojourn_ms, plan.record_sequence);
        result.rps = static_cast<double>(result.totals.requests) / seconds;
        return result;
    }

private:
    void add(results::RunResult& result, const std::vector<double>& sojourn_ms,
             bool sequence) const {
        double owed = 0;
        for (const double ms : sojourn_ms) {
            const auto us = static_cast<std::uint32_t>(ms * 1000);
            owed += failing;
            const bool fails = owed >= 1;
            if (fails) owed -= 1;
            ++result.totals.requests;
            if (fails) ++result.totals.failures;
            auto& times = result.totals.times;
            (fails ? times.failed : times.latency).record(us);
            if (!fails) times.service.record(us);
            if (sequence) result.sequence.push_back({0, us, fails});
        }
    }
};

struct BenchTest : ::testing::Test {
    BenchTest() {
        plan.profile = *profile_named("default");
        protocols::Target plain;
        plain.url = *http::parse_url("http://127.0.0.1:1/x");
        bench.sending = *Sending::make(plain, {}, {}, 1);
        bench.runner = [this](const load::LoadPlan& load, const Sending&, const TransportNeeds&) {
            ++runs;
            return target.run(load);
        };
        bench.cpus = {{0}, {1}, false};
        bench.target_cores = 1;
    }

    FakeTarget target;
    Plan plan;
    QuietObserver observer;
    std::stop_source stop;
    Bench bench{plan, observer, stop.get_token()};
    int runs = 0;
};

}  // namespace mettle::prove
