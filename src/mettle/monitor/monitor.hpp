#pragma once

// Watches the target, this process and the host beside a run. Two threads at most: one reads /proc,
// cgroups and GPUs four times a second, and, where there is something to scrape, one asks the
// pages. A sampler that is dear is asked less often, so that all together stay within 1 % of a core
// (Scrapes are not held back: what they cost is counted and told.)

#include "mettle/http/url.hpp"
#include "mettle/monitor/nvml.hpp"
#include "mettle/monitor/scraper.hpp"
#include "mettle/monitor/target.hpp"
#include "mettle/monitor/timeline.hpp"
#include "mettle/results/run_result.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mettle::monitor {

struct MonitorPlan {
    WatchedTarget target;
    std::optional<std::uint16_t> port;  // The target's, for connections of ours to it.
    bool port_is_here = false;          // On this machine.
    std::vector<http::Url> scrape;
    std::string nvml = Nvml::kLibrary;
};

class Monitor {
public:
    static constexpr double kMostCpu = 0.008;  // Cores, of all samplers together.

    // Watches from now on until it is destroyed.
    explicit Monitor(const MonitorPlan& plan);
    ~Monitor();

    // What was seen between two moments.
    results::Resources seen(TimePoint from, TimePoint to) const;
    // Puts what was seen during a run into it.
    void fill(results::RunResult& run) const;

    // What watching has cost so far: CPU time of its threads over the time since it began.
    double cpu() const;

private:
    struct Seat {
        std::unique_ptr<Sampler> sampler;
        TimePoint due;
    };

    void add_samplers(const MonitorPlan& plan);
    void sample_until_stopped(std::stop_token stop);
    void scrape_until_stopped(std::stop_token stop);
    bool wait_until(std::stop_token stop, TimePoint moment);

    std::vector<std::string> watched_, notes_;
    Timeline timeline_;
    std::vector<Seat> seats_;
    std::vector<std::unique_ptr<Scraper>> scrapers_;
    TimePoint began_ = std::chrono::steady_clock::now();
    std::atomic<std::int64_t> sampling_ns_ = 0, scraping_ns_ = 0;
    mutable std::mutex mutex_;  // The scrapers' troubles.
    std::vector<std::string> scrape_troubles_;
    std::mutex waiting_;
    std::condition_variable_any stopped_;
    std::jthread sampling_, scraping_;  // Last: they use all that is above.
};

}  // namespace mettle::monitor
