#include "mettle/cli/load_run.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/load_options.hpp"
#include "mettle/cli/load_setup.hpp"
#include "mettle/cli/load_watch.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/monitor/monitor.hpp"
#include "mettle/report/load_summary.hpp"
#include "mettle/results/verdict.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace mettle::cli {

namespace {

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
        say(fmt::format("target: {}, users: {}", target.url.to_string(), fmt::join(classes, ", ")));
    } else {
        say(fmt::format("target: {} speaks {}{}", target.url.to_string(), spoken(target), model));
        for (const std::string& note : requests.notes) say("  " + note);
    }
    const std::string amount = plan.open ? arrivals_text(*plan.open) : users_text(*plan.closed);
    const std::string end =
        plan.run_time == Duration::max()
            ? (plan.iterations ? fmt::format(", {} {}", *plan.iterations,
                                             plan.program ? "iterations" : "requests")
                               : ", until Ctrl-C")
            : ", " + format_duration(plan.run_time);
    say(fmt::format("load: {}{}, {} worker{}", amount, end, plan.workers,
                    plan.workers == 1 ? "" : "s"));
}

std::vector<std::string> task_names(const load::LoadPlan& plan) {
    std::vector<std::string> names;
    for (const load::PlanTask& task : plan.tasks) names.push_back(task.name);
    for (std::uint32_t number = 0; plan.names && number < plan.names->tasks(); ++number)
        names.push_back(plan.names->task_at(number).name);
    return names;
}

bool is_known(const results::Expression& expression, const load::LoadPlan& plan,
              const std::vector<std::string>& tasks) {
    if (!results::is_own_metric(expression)) {
        return expression.task.empty() || std::ranges::find(tasks, expression.task) != tasks.end();
    }
    for (std::uint32_t number = 0; plan.names && number < plan.names->metrics(); ++number) {
        const load::MetricName& metric = plan.names->metric_at(number);
        if (results::is_about(expression, metric.name, metric.unit)) return true;
    }
    return false;
}

// An expression about a task or a metric that is not there would never be true. Users may name some
// as they go: then it is only said.
void check_expressions(const LoadOptions& options, const load::LoadPlan& plan) {
    std::vector<results::Expression> all = options.fail_if;
    for (const auto& lasting : options.abort_if) all.push_back(lasting.expression);
    const std::vector<std::string> tasks = task_names(plan);
    for (const results::Expression& expression : all) {
        if (is_known(expression, plan, tasks)) continue;
        std::string sentence;
        if (results::is_own_metric(expression))
            sentence = results::parse_expression(expression.to_string()).error().message;
        else
            sentence = fmt::format("'{}': there is no task '{}'; this load has {}",
                                   expression.to_string(), expression.task, fmt::join(tasks, ", "));
        if (!plan.program || !plan.names || options.scenario) throw StartupError(sentence);
        say(sentence + ", unless its users name it as they go");
    }
}

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

// Nothing where nothing is to be watched.
std::optional<monitor::MonitorPlan> plan_monitor(const LoadOptions& options, const http::Url& url) {
    if (options.monitor.off) return {};
    monitor::MonitorPlan plan;
    plan.target = value_or_throw(monitor::find_target(options.monitor.target, url));
    plan.port = url.port;
    plan.port_is_here = url.is_loopback();
    plan.scrape = options.monitor.scrape;
    return plan;
}

// Runs `load` with the monitor beside it.
template <typename Load>
results::RunResult watched(const std::optional<monitor::MonitorPlan>& plan, const Load& load) {
    if (!plan) return load(load::TargetUsage());
    const monitor::Monitor monitor(*plan);
    load::TargetUsage usage;
    if (plan->target.seen()) usage = [&plan] { return plan->target.usage(); };
    results::RunResult run = load(usage);
    monitor.fill(run);
    return run;
}

}  // namespace

int run_load(const LoadOptions& options, const LoadRequests& requests, std::stop_source& stop) {
    load::LoadPlan plan = make_plan(options, requests);
    check_expressions(options, plan);
    if (!options.recording_note.empty()) say(options.recording_note);
    announce(requests, plan);
    const auto watching = plan_monitor(options, requests.target.url);
    LoadWatch watch(options, stop);
    watch.join(plan);
    send_first_request(options, requests);
    const auto transports = make_transports(options, requests, plan);
    const auto on_progress = [&watch](const load::Progress& progress) { watch.show(progress); };
    results::RunResult run = watched(watching, [&](const load::TargetUsage& usage) {
        return load::run(plan, *transports, stop.get_token(), on_progress, usage);
    });
    run.target = {requests.target.url.to_string(),
                  std::string(protocols::name_of(requests.target.protocol)),
                  requests.target.model.name};
    watch.finish(run);
    const results::Verdict verdict = results::judge(run, options.fail_if);
    run.percentiles = options.output.percentiles;
    run.thresholds = results::thresholds_of(run, options.fail_if);
    print_results(options, run, verdict);
    keep_result(options.history, results::to_json(run));
    if (options.request_stream && !options.request_stream->mistake().empty()) {
        say(options.request_stream->mistake());
        return static_cast<int>(ExitCode::bad_input);
    }
    if (verdict.code == ExitCode::failed) return options.exit_code_on_error;
    return static_cast<int>(verdict.code);
}

}  // namespace mettle::cli
