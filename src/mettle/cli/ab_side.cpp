#include "mettle/cli/ab_side.hpp"

#include "mettle/analysis/paired_validity.hpp"
#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/scenario_run.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/http/client.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/results/stored_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace mettle::cli {
namespace {

using namespace std::chrono_literals;

// From exec to the first right answer; loading a model of gigabytes takes its time.
constexpr Duration kPatience = 120s;

bool is_right(const protocols::TaskRequest& asked, const http::ClientResponse& response) {
    if (!asked.check) return response.status < 400;
    return !asked.check->judge(protocols::answer_of(response));
}

// By the same definitions as those of a stored result.
AbRun read(const results::RunResult& run) {
    AbRun read;
    read.load = run.load;
    read.target_lost = run.target_lost;
    const auto stored = results::read_stored_run(results::to_json(run));
    if (!stored) {
        read.doubt = stored.error().message;
        return read;
    }
    read.metrics = stored->metrics;
    read.doubt = analysis::doubt_in_pair(run);
    read.lag_in_p99 = analysis::lag_in_p99(run);
    return read;
}

}  // namespace

AbSide::AbSide(std::string label, std::string url, std::optional<prove::Launch> command,
               std::vector<int> cpus)
    : label_(std::move(label)),
      url_(std::move(url)),
      command_(std::move(command)),
      cpus_(std::move(cpus)) {}

void AbSide::prepare(const Settle& settle, const std::stop_token& stop) {
    if (command_) started_ = value_or_throw(prove::ServerProcess::start(*command_, cpus_, stop));
    options_ = settle(url_);
    if (options_->scenario)
        requests_ = make_scenario_requests(*options_);
    else
        ask_until_right(stop);
    transports_ = make_transports(*options_, requests_, plan(options_->seed, Duration::zero()));
    this->stop();
}

load::LoadPlan AbSide::plan(std::uint64_t seed, Duration warmup) const {
    load::LoadPlan plan = make_plan(*options_, requests_);
    plan.seed = seed;
    plan.warmup = std::max(plan.warmup, warmup);
    return plan;
}

results::Target AbSide::target() const {
    return {requests_.target.url.to_string(),
            std::string(protocols::name_of(requests_.target.protocol)),
            requests_.target.model.name};
}

Result<void> AbSide::start(const std::stop_token& stop) {
    if (!command_) {
        if (!watched_.seen() && !options_->monitor.off) {
            auto found = monitor::find_target(options_->monitor.target, requests_.target.url);
            if (!found) return std::unexpected(found.error());
            watched_ = std::move(*found);
        }
        return {};
    }
    auto started = prove::ServerProcess::start(*command_, cpus_, stop);
    if (!started) return std::unexpected(started.error());
    started_ = std::move(*started);
    watched_ = monitor::watch_process(started_->pid());
    return wait_for_first_answer(stop);
}

// A command that listens may still load its model: until then it may take itself for anything.
void AbSide::ask_until_right(const std::stop_token& stop) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        try {
            requests_ = make_requests(*options_, ask_target(*options_));
            if (!started_ || !flaw_of_first_answer()) break;
        } catch (const StartupError&) {
            if (!started_ || std::chrono::steady_clock::now() > end) throw;
        }
        if (const auto ended = started_->epitaph())
            throw StartupError(label_ + ": " + *ended, ExitCode::unreachable);
        if (stop.stop_requested() || std::chrono::steady_clock::now() > end) break;
        std::this_thread::sleep_for(50ms);
    }
    send_first_request(*options_, requests_);
}

// Nothing when it is right, or where nobody knows here what users will send.
std::optional<std::string> AbSide::flaw_of_first_answer() const {
    if (requests_.tasks.empty()) return {};
    const protocols::TaskRequest& asked = requests_.tasks.front().requests.front();
    http::Client client(requests_.target.url, options_->route);
    const auto response = client.send(asked.request, 10s);
    if (!response) return response.error().message;
    if (is_right(asked, *response)) return {};
    return fmt::format("a wrong answer, with status {}", response->status);
}

Result<void> AbSide::wait_for_first_answer(const std::stop_token& stop) {
    const auto end = started_->started() + kPatience;
    std::optional<std::string> flaw = "no answer";
    while (std::chrono::steady_clock::now() < end && !stop.stop_requested()) {
        flaw = flaw_of_first_answer();
        if (!flaw) {
            const std::chrono::duration<double, std::milli> took =
                std::chrono::steady_clock::now() - started_->started();
            if (!requests_.tasks.empty()) cold_start_ms_ = took.count();
            return {};
        }
        if (const auto ended = started_->epitaph())
            return fail(Error::Kind::unavailable, label_ + ": " + *ended);
        std::this_thread::sleep_for(1ms);
    }
    if (stop.stop_requested()) return fail(Error::Kind::cancelled, "interrupted");
    return fail(Error::Kind::timed_out, fmt::format("{}: no right answer within {}: {}", label_,
                                                    format_duration(kPatience), *flaw));
}

AbRun AbSide::run(std::uint64_t seed, Duration warmup, const std::stop_token& stop) {
    load::TargetUsage usage;
    if (watched_.seen()) usage = [this] { return watched_.usage(); };
    const auto measured = load::run(plan(seed, warmup), *transports_, stop, {}, usage);
    AbRun result = read(measured);
    // A run of a second has hardly a reading of its own.
    if (const auto now = watched_.seen() ? watched_.usage() : std::nullopt; now && now->rss_bytes) {
        double& memory = result.metrics["memory"];
        memory = std::max(memory, static_cast<double>(now->rss_bytes));
    }
    if (cold_start_ms_) result.metrics["cold_start"] = *cold_start_ms_;
    return result;
}

void AbSide::stop() {
    if (started_) started_->stop();
    started_.reset();
    cold_start_ms_.reset();
}

std::string difference(const LoadRequests& a, const LoadRequests& b) {
    const auto names = [](const LoadRequests& requests) {
        std::vector<std::string> names;
        for (const protocols::Task& task : requests.tasks) names.push_back(task.name);
        return names;
    };
    if (a.target.protocol != b.target.protocol)
        return fmt::format("A speaks {} and B {}", protocols::name_of(a.target.protocol),
                           protocols::name_of(b.target.protocol));
    if (names(a) != names(b))
        return fmt::format("A would be sent {} and B {}", fmt::join(names(a), ", "),
                           fmt::join(names(b), ", "));
    for (std::size_t task = 0; task < a.tasks.size(); ++task) {
        const auto& left = a.tasks[task].requests;
        const auto& right = b.tasks[task].requests;
        const auto same = [](const auto& one, const auto& other) {
            return one.request.method == other.request.method &&
                   one.request.target == other.request.target &&
                   one.request.body == other.request.body;
        };
        if (!std::ranges::equal(left, right, same))
            return fmt::format("the payloads of '{}' are not the same for A and B",
                               a.tasks[task].name);
    }
    return "";
}

}  // namespace mettle::cli
