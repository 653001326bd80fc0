#include "mettle/cli/scenario_run.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/load_run.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/cli/task_ratio.hpp"
#include "mettle/load/names.hpp"
#include "mettle/scenario/script_program.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::cli {

namespace {

using scenario::Script;
using scenario::ScriptPart;
using Compiled = std::shared_ptr<const Script>;
using Values = std::vector<scenario::KeptValue>;

Compiled compile(const LoadOptions& options, ScriptPart part, load::Names& names, Values shared) {
    scenario::ScriptOptions how;
    how.part = part;
    how.target = options.target.url;
    how.headers = options.headers;
    how.through_proxy = options.route.proxy.has_value();
    how.tags = options.tags;
    how.excluded_tags = options.excluded_tags;
    how.user_classes = options.user_classes;
    if (options.wait_given) how.wait = options.wait;
    how.shared = std::move(shared);
    std::vector<std::string> warnings;
    auto script = scenario::compile_script(options.scenario, how, names, warnings);
    for (const std::string& warning : warnings) warn(warning);
    if (!script) throw StartupError(script.error().message);
    return *script;
}

Values run_once(const LoadOptions& options, ScriptPart part, Values shared, std::stop_token stop) {
    load::Names names;  // What is sent once is not part of the statistics.
    const Compiled script = compile(options, part, names, std::move(shared));
    auto values = scenario::run_once(*script, {options.route, options.timeout, options.seed},
                                     std::move(stop));
    if (!values) throw_startup(values.error());
    return std::move(*values);
}

// The first request of the first task of the first class, where it is harmless and is the same
// whatever came before.
const scenario::ScriptRequest* first_request(const Script& script) {
    using Op = scenario::Instruction::Op;
    const scenario::ScriptSet& set = script.sets[script.classes[0].set];
    const scenario::ScriptTask& task = set.tasks[0];
    if (!script.scenario->setup.empty() || script.code[set.on_start].op != Op::end) return nullptr;
    if (task.set != scenario::kNone || script.code[task.begin].op != Op::request) return nullptr;
    const auto& request = script.requests[script.code[task.begin].argument];
    const bool harmless = request.step.method == "GET" || request.step.method == "HEAD";
    return request.is_ready && harmless && request.made.origin == 0 ? &request : nullptr;
}

void show_first_request(const LoadOptions& options, const Script& script) {
    const scenario::ScriptRequest* first = first_request(script);
    if (!first) {
        say("first request: not shown, since it depends on what users do before");
        return;
    }
    http::ClientRequest request{first->step.method, first->path, script.http.headers, ""};
    for (const scenario::HeaderText& header : first->step.headers)
        request.headers.emplace_back(header.name, header.value.text());
    http::Client client(options.target.url, options.route);
    const auto response = client.send(request, options.timeout);
    const std::string what = fmt::format("{} {}", request.method, request.target);
    if (!response) {
        throw StartupError(fmt::format("{} gave no answer to {}: {}", options.target.url.origin(),
                                       what, response.error().message),
                           ExitCode::unreachable);
    }
    say(fmt::format("first request: {} -> {} {} in {}: {}", what, response->status,
                    response->reason, format_duration(response->elapsed),
                    shown_body(response->body, kShownInLine)));
    const bool judged = std::ranges::any_of(first->step.checks, [](const scenario::Check& check) {
        return check.kind == scenario::Check::Kind::status;
    });
    constexpr int kMistakes[] = {401, 403, 404, 405, 422};
    if (judged || std::ranges::find(kMistakes, response->status) == std::end(kMistakes)) return;
    throw StartupError(fmt::format(
        "{} got {} {}, so nothing more was sent: correct the scenario, or say that it is right "
        "with 'checks: {{status: {}}}'\n{}",
        what, response->status, response->reason, response->status,
        shown_body(response->body, kShownWhole)));
}

// Of a set whose sums are added up.
std::vector<double> one_by_one(std::vector<double> sums) {
    for (std::size_t index = sums.size(); index-- > 1;) sums[index] -= sums[index - 1];
    return sums;
}

std::vector<ClassTasks> class_tasks(const Script& script) {
    std::vector<ClassTasks> classes;
    for (const scenario::ScriptClass& each : script.classes) {
        const scenario::ScriptSet& set = script.sets[each.set];
        ClassTasks& shown =
            classes.emplace_back(each.about.name, each.about.weight, each.about.fixed_count);
        std::vector<std::vector<double>> moves;
        for (const std::vector<double>& row : set.moves) moves.push_back(one_by_one(row));
        const std::vector<double> weights = moves.empty() ? one_by_one(set.weights) : visits(moves);
        const bool in_order = set.order == scenario::TaskSetSpec::Order::sequential;
        for (std::size_t index = 0; index < set.tasks.size(); ++index) {
            const bool equal = in_order || index >= weights.size();
            shown.tasks.emplace_back(set.tasks[index].name, equal ? 1 : weights[index]);
        }
    }
    return classes;
}

void say_what_would_run(const LoadOptions& options, const Script& script) {
    if (options.list_users) {
        for (const scenario::ScriptClass& each : script.classes)
            fmt::print("{}\n", each.about.name);
        return;
    }
    if (options.check_only) {
        fmt::print("{}: ok\ntarget: {}\n", script.scenario->file, options.target.url.to_string());
        fmt::print("requests: {}, metrics: {}, data files: {}\n", script.requests.size(),
                   script.metrics.size(), script.scenario->data.size());
    }
    if (options.output.task_ratio_json)
        fmt::print("{}", task_ratio_json(class_tasks(script), options.users.value_or(1)));
    else
        fmt::print("{}", scenario::describe_ratios(script));
}

void fill(LoadRequests& requests, const LoadOptions& options, const Compiled& script) {
    requests.target.url = options.target.url;
    requests.program = scenario::make_script_program(script, options.seed);
    requests.more_origins.assign(script->http.origins.begin() + 1, script->http.origins.end());
}

}  // namespace

LoadRequests make_scenario_requests(const LoadOptions& options) {
    if (!options.scenario->setup.empty() || !options.scenario->teardown.empty())
        throw StartupError(
            fmt::format("{} has a setup or a teardown, which is for one run: leave "
                        "them out here",
                        options.scenario->file));
    LoadRequests requests;
    requests.names = std::make_shared<load::Names>();
    fill(requests, options, compile(options, ScriptPart::users, *requests.names, {}));
    return requests;
}

int run_scenario(const LoadOptions& options, std::stop_source& stop) {
    const scenario::Scenario& scenario = *options.scenario;
    LoadRequests requests;
    requests.names = std::make_shared<load::Names>();
    if (options.only_says()) {
        say_what_would_run(options, *compile(options, ScriptPart::users, *requests.names, {}));
        return 0;
    }
    Values shared;
    if (!scenario.setup.empty())
        shared = run_once(options, ScriptPart::setup, {}, stop.get_token());
    const Compiled script = compile(options, ScriptPart::users, *requests.names, shared);
    show_first_request(options, *script);
    fill(requests, options, script);
    const int code = run_load(options, requests, stop);
    if (scenario.teardown.empty()) return code;
    try {
        run_once(options, ScriptPart::teardown, shared, {});
    } catch (const StartupError& error) {
        // The load has been judged; what was not cleaned up is another matter.
        warn(error.what());
    }
    return code;
}

}  // namespace mettle::cli
