#pragma once

// One side of a comparison that is measured now: a URL, or a command that is started anew for each
// run, since two starts of one program differ, too (where its memory lies, what it drew at random).

#include "mettle/analysis/compared_runs.hpp"
#include "mettle/cli/load_options.hpp"
#include "mettle/cli/load_setup.hpp"
#include "mettle/monitor/target.hpp"
#include "mettle/prove/server_process.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace mettle::cli {

struct AbRun {
    analysis::RunMetrics metrics;
    std::string doubt;  // Why it cannot be half of a pair; empty when it can.
    double lag_in_p99 = 0;
    results::LoadDescription load;
    bool target_lost = false;
};

class AbSide {
public:
    // `settle`: the load's options for a URL. `command`: none where `url` is served by others;
    // it runs on `cpus`.
    using Settle = std::function<LoadOptions(const std::string& url)>;
    AbSide(std::string label, std::string url, std::optional<prove::Launch> command,
           std::vector<int> cpus);

    // Asks the target what it is, makes its requests and sends the first one. Throws StartupError.
    void prepare(const Settle& settle, const std::stop_token& stop);

    // For a pair: start() and stop() on the thread that stays, run() on any. Without a command
    // start() and stop() do nothing.
    Result<void> start(const std::stop_token& stop);
    AbRun run(std::uint64_t seed, Duration warmup, const std::stop_token& stop);
    void stop();

    const std::string& label() const { return label_; }
    std::string what() const { return command_ ? command_->command : url_; }
    results::Target target() const;
    const LoadRequests& requests() const { return requests_; }
    load::LoadPlan plan(std::uint64_t seed, Duration warmup) const;

private:
    void ask_until_right(const std::stop_token& stop);
    std::optional<std::string> flaw_of_first_answer() const;
    Result<void> wait_for_first_answer(const std::stop_token& stop);

    std::string label_, url_;
    std::optional<prove::Launch> command_;
    std::vector<int> cpus_;  // Of the command.
    std::optional<LoadOptions> options_;
    LoadRequests requests_;
    std::unique_ptr<load::TransportFactory> transports_;
    std::optional<prove::ServerProcess> started_;
    std::optional<double> cold_start_ms_;
    monitor::WatchedTarget watched_;
};

// What differs in what the two would be sent; empty when nothing does.
std::string difference(const LoadRequests& a, const LoadRequests& b);

}  // namespace mettle::cli
