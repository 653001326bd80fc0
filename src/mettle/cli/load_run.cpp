#include "mettle/cli/load_run.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_options.hpp"
#include "mettle/cli/load_setup.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/report/load_csv.hpp"
#include "mettle/report/load_live.hpp"
#include "mettle/report/load_summary.hpp"
#include "mettle/results/abort_watch.hpp"
#include "mettle/results/verdict.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace mettle::cli {

namespace {

double seconds(Duration duration) {
    if (duration == Duration::max()) return std::numeric_limits<double>::infinity();
    return std::chrono::duration<double>(duration).count();
}

std::string spoken(const protocols::Target& target) {
    if (target.protocol == protocols::Protocol::openapi)
        return fmt::format("OpenAPI {}, '{}'", target.api->version, target.api->title);
    return std::string(shown_name_of(target.protocol));
}

std::string arrivals_text(const load::OpenLoad& open) {
    if (open.trace) {
        return fmt::format("{} recorded arrivals over {}", open.trace->size(),
                           format_duration(open.trace->back()));
    }
    const std::string law = open.law.to_string();
    if (open.stages) {
        return fmt::format("{} stages up to {} rps, {} arrivals", open.stages->steps().size(),
                           format_rate(open.stages->largest()), law);
    }
    return fmt::format("{} rps, {} arrivals", open.rate, law);
}

std::string users_text(const load::ClosedLoad& closed) {
    return fmt::format("{}{} user{}", closed.stages ? "up to " : "", closed.users,
                       closed.users == 1 ? "" : "s");
}

void announce(const LoadRequests& requests, const load::LoadPlan& plan) {
    const protocols::Target& target = requests.target;
    const std::string signature =
        target.model.signature.inputs.empty() ? "" : ": " + target.model.signature.to_string();
    const std::string model =
        target.model.name.empty() ? "" : ", model " + target.model.name + signature;
    if (requests.tasks.empty()) {
        std::vector<std::string> classes;
        for (const load::UserClass& each : requests.program->classes())
            classes.push_back(each.name);
        fmt::print(stderr, "target: {}, users: {}\n", target.url.to_string(),
                   fmt::join(classes, ", "));
    } else {
        fmt::print(stderr, "target: {} speaks {}{}\n", target.url.to_string(), spoken(target),
                   model);
        for (const std::string& note : requests.notes) fmt::print(stderr, "  {}\n", note);
    }
    const std::string amount = plan.open ? arrivals_text(*plan.open) : users_text(*plan.closed);
    const std::string end =
        plan.run_time == Duration::max()
            ? (plan.iterations ? fmt::format(", {} {}", *plan.iterations,
                                             plan.program ? "iterations" : "requests")
                               : ", until Ctrl-C")
            : ", " + format_duration(plan.run_time);
    fmt::print(stderr, "load: {}{}, {} worker{}\n", amount, end, plan.workers,
               plan.workers == 1 ? "" : "s");
}

// An expression about a task that is not there would never be true.
void check_expressions(const LoadOptions& options, const load::LoadPlan& plan) {
    std::vector<results::Expression> all = options.fail_if;
    for (const auto& lasting : options.abort_if) all.push_back(lasting.expression);
    std::vector<std::string> names;
    for (const load::PlanTask& task : plan.tasks) names.push_back(task.name);
    // Those of a scenario are known; others are made up while users run.
    for (std::size_t task = 0; plan.names && task < plan.names->tasks(); ++task)
        names.push_back(plan.names->task_at(static_cast<std::uint32_t>(task)).name);
    if (plan.program && names.empty()) return;
    for (const results::Expression& expression : all) {
        if (expression.task.empty() || std::ranges::find(names, expression.task) != names.end())
            continue;
        throw StartupError(fmt::format("'{}': there is no task '{}'; this load has {}",
                                       expression.to_string(), expression.task,
                                       fmt::join(names, ", ")));
    }
}

// What happens once a second while the load runs.
class Watch {
public:
    Watch(const LoadOptions& options, const load::LoadPlan& plan, std::stop_source& stop)
        : options_(options),
          run_s_(seconds(plan.run_time)),
          stop_(stop),
          live_(stderr),
          aborts_(options.abort_if) {
        if (!options.csv.empty()) csv_.emplace(options.csv, options.csv_full_history);
    }

    void operator()(const load::Progress& progress) {
        const results::SeriesPoint* second = progress.last_second;
        if (!options_.only_summary) {
            live_.show(*progress.so_far, *progress.window,
                       {progress.elapsed_s, run_s_, progress.users, progress.in_flight,
                        second ? second->cpu : 0});
        }
        if (!second) return;
        if (csv_) csv_->add(*progress.so_far, *progress.window, progress.users, std::time(nullptr));
        if (auto why = aborts_.add(*progress.window); why && aborted_.empty()) {
            aborted_ = std::move(*why);
            stop_.request_stop();
        }
    }

    void finish(const results::RunResult& run) {
        live_.clear();
        if (csv_) csv_->finish(run, std::time(nullptr));
        if (!aborted_.empty()) fmt::print(stderr, "ended early: {}\n", aborted_);
    }

private:
    const LoadOptions& options_;
    double run_s_;
    std::stop_source& stop_;
    report::LiveView live_;
    std::optional<report::LoadCsv> csv_;
    results::AbortWatch aborts_;
    std::string aborted_;
};

void print_results(const LoadOptions& options, const results::RunResult& run,
                   const results::Verdict& verdict) {
    // With --json standard output is for that alone.
    std::FILE* to = options.json ? stderr : stdout;
    fmt::print(to, "\n{}", report::load_summary(run, verdict, ::isatty(::fileno(to)) == 1));
    std::fflush(to);
    if (options.json) fmt::print("{}", report::locust_json(run));
    for (const std::string& path : options.outputs)
        write_output(path, run, verdict, options.fail_if);
    if (!options.json_file.empty())
        write_file(options.json_file + ".json", report::locust_json(run));
    std::fflush(stdout);
}

}  // namespace

int run_load(const LoadOptions& options, const LoadRequests& requests, std::stop_source& stop) {
    const load::LoadPlan plan = make_plan(options, requests);
    check_expressions(options, plan);
    announce(requests, plan);
    send_first_request(options, requests);
    const auto transports = make_transports(options, requests, plan);
    Watch watch(options, plan, stop);
    const auto on_progress = [&watch](const load::Progress& progress) { watch(progress); };
    results::RunResult run = load::run(plan, *transports, stop.get_token(), on_progress);
    run.target = {requests.target.url.to_string(),
                  std::string(protocols::name_of(requests.target.protocol)),
                  requests.target.model.name};
    watch.finish(run);
    const results::Verdict verdict = results::judge(run, options.fail_if);
    print_results(options, run, verdict);
    if (verdict.code == ExitCode::failed) return options.exit_code_on_error;
    return static_cast<int>(verdict.code);
}

}  // namespace mettle::cli
