#include "mettle/cli/load_watch.hpp"

#include "mettle/cli/load_messages.hpp"
#include "mettle/report/load_exposition.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <limits>
#include <utility>

namespace mettle::cli {

namespace {

double seconds(Duration duration) {
    if (duration == Duration::max()) return std::numeric_limits<double>::infinity();
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

LoadWatch::LoadWatch(const LoadOptions& options, std::stop_source& stop)
    : options_(options), stop_(stop), live_(stderr), aborts_(options.abort_if) {
    if (!options.csv.empty()) csv_.emplace(options.csv, options.csv_full_history);
    const OutputOptions& output = options.output;
    if (output.request_log)
        request_log_ = std::make_unique<report::RequestLog>(output.request_log->file);
    if (output.metrics_port) {
        metrics_ = std::make_unique<MetricsEndpoint>(*output.metrics_port);
        metrics_->show(report::load_exposition({}, {}));
        say("metrics: " + metrics_->url());
    }
}

void LoadWatch::join(load::LoadPlan& plan) {
    run_s_ = seconds(plan.run_time);
    plan.slowest = options_.output.slowest;
    if (!request_log_) return;
    plan.log_share = options_.output.request_log->share;
    plan.on_logged = [this](const results::RequestRecord& record) { request_log_->put(record); };
}

void LoadWatch::show(const load::Progress& progress) {
    const results::SeriesPoint* second = progress.last_second;
    const double cpu = second ? second->cpu : 0;
    if (!options_.only_summary) {
        live_.show(*progress.so_far, *progress.window,
                   {progress.elapsed_s, run_s_, progress.users, progress.in_flight, cpu});
    }
    if (request_log_) request_log_->flush();
    if (metrics_) {
        metrics_->show(
            report::load_exposition(*progress.so_far, {progress.users, progress.in_flight, cpu}));
    }
    if (!second) return;
    if (csv_) csv_->add(*progress.so_far, *progress.window, progress.users, std::time(nullptr));
    if (auto why = aborts_.add(*progress.window); why && aborted_.empty()) {
        aborted_ = std::move(*why);
        stop_.request_stop();
    }
}

void LoadWatch::finish(const results::RunResult& run) {
    live_.clear();
    if (csv_) csv_->finish(run, std::time(nullptr));
    if (!aborted_.empty()) say("ended early: " + aborted_);
    finish_request_log(run);
}

void LoadWatch::finish_request_log(const results::RunResult& run) {
    if (!request_log_) return;
    const auto counts = request_log_->finish();
    const std::string& path = options_.output.request_log->file.path;
    if (counts.failed) return warn(fmt::format("{} could not be written to its end", path));
    say(fmt::format("request log: {} requests in {}", counts.written, path));
    if (const std::uint64_t dropped = counts.dropped + run.records_dropped; dropped > 0)
        warn(fmt::format("request log: {} more came faster than they could be written", dropped));
}

}  // namespace mettle::cli
