#pragma once

// What happens while a load runs: the live table, the files that grow, the endpoint for
// Prometheus, --abort-if. All on the runner's own thread.

#include "mettle/cli/load_options.hpp"
#include "mettle/cli/metrics_endpoint.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/report/load_csv.hpp"
#include "mettle/report/load_live.hpp"
#include "mettle/report/request_log.hpp"
#include "mettle/results/abort_watch.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace mettle::cli {

class LoadWatch {
public:
    // Opens what it will write to, and says where the endpoint is. Throws StartupError. What is
    // taken by reference must live longer.
    LoadWatch(const LoadOptions& options, std::stop_source& stop);

    // Puts what the load is to hand over into its plan.
    void join(load::LoadPlan& plan);

    // Once a second.
    void show(const load::Progress& progress);
    // After the last one.
    void finish(const results::RunResult& run);

private:
    void finish_request_log(const results::RunResult& run);

    const LoadOptions& options_;
    double run_s_ = 0;
    std::stop_source& stop_;
    report::LiveView live_;
    std::optional<report::LoadCsv> csv_;
    std::unique_ptr<report::RequestLog> request_log_;
    std::unique_ptr<MetricsEndpoint> metrics_;
    results::AbortWatch aborts_;
    std::string aborted_;
};

}  // namespace mettle::cli
