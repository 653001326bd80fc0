#pragma once

// Runs a load plan against a transport and gives back what was measured. Blocks its caller; the
// load runs on worker threads of its own.

#include "mettle/host/process_usage.hpp"
#include "mettle/load/arrival_law.hpp"
#include "mettle/load/arrival_schedule.hpp"
#include "mettle/load/behaviour.hpp"
#include "mettle/load/load_shape.hpp"
#include "mettle/load/names.hpp"
#include "mettle/load/transport.hpp"
#include "mettle/load/wait_time.hpp"
#include "mettle/results/run_result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace mettle::load {

// One kind of request of the plan, as the statistics name it.
struct PlanTask {
    std::string name;
    std::string method = "POST";
    double weight = 1;
    std::uint32_t payload_count = 1;  // Payloads 0 .. payload_count - 1 are sent in turn.
};

struct ClosedLoad {
    // The stages, else a ramp to `users`.
    LoadShape shape() const { return stages ? *stages : LoadShape::ramp(users, spawn_rate); }

    int users = 1;            // At most.
    double spawn_rate = 1e9;  // Users a second.
    WaitTime wait;            // Of a load without a program.
    std::optional<LoadShape> stages = {};
};

// A request of the plan's tasks.
struct PlannedRequest {
    std::uint32_t task = 0;
    std::uint32_t payload = 0;
};

struct OpenLoad {
    using Law = ArrivalLaw;

    double rate = 0;  // Arrivals a second, over all workers; where it changes, their mean.
    Law law = Law::constant;
    std::optional<LoadShape> stages = {};  // The rate over time, in place of a steady one.
    // Recorded moments, in place of both.
    std::shared_ptr<const ArrivalSchedule::Moments> trace = {};
    // What each arrival of the trace sends. None: as without a trace.
    std::shared_ptr<const std::vector<PlannedRequest>> requests = {};
};

struct LoadPlan {
    std::vector<PlanTask> tasks;  // Those with prepared payloads, by the transport's numbers.
    // What users do; none: one of `tasks` an iteration. Its names must be `names`, where the
    // plan's tasks come first.
    std::shared_ptr<const Program> program;
    std::shared_ptr<Names> names;      // None: those of `tasks` alone.
    std::optional<ClosedLoad> closed;  // Exactly one of these two.
    std::optional<OpenLoad> open;
    Duration run_time = Duration::max();      // From the end of the warm-up.
    std::optional<std::uint64_t> iterations;  // In all, of the warm-up too.
    Duration timeout = std::chrono::seconds(60);
    Duration stop_timeout = std::chrono::seconds(60);
    // At the end who is within a task finishes it, as long as the stop timeout lasts; else only the
    // request in flight.
    bool finish_tasks = false;
    std::vector<LoadShape::Step> steps;  // Statistics of their own, by the second.
    Duration warmup = Duration::zero();  // Sent and not counted.
    int workers = 1;
    std::vector<int> cpus;  // Worker w is pinned to cpus[w % size]; empty: not pinned.
    std::uint64_t seed = 1;
    std::size_t slowest = 0;  // Requests that RunResult::slowest shows in full.
    // This share of the requests is handed to `on_logged` one by one, on the runner's thread,
    // within a second or two. What comes faster than that is dropped and counted.
    double log_share = 1;
    std::function<void(const results::RequestRecord&)> on_logged = {};
    // Keeps RunResult::sequence: 12 bytes a request, so for probes of seconds, not for soaks.
    bool record_sequence = false;
};

// What the live view gets once a second, on the runner's own thread.
struct Progress {
    double elapsed_s = 0;
    int users = 0;
    int in_flight = 0;
    const results::RunResult* so_far = nullptr;  // Totals, tasks, failures until now.
    const results::RunResult* window = nullptr;  // The same of the last second alone.
    const results::SeriesPoint* last_second = nullptr;
};

using OnProgress = std::function<void(const Progress&)>;

// CPU and memory of the target now; nothing when it cannot be seen.
using TargetUsage = std::function<std::optional<host::ProcessUsage>()>;

// Runs to the end of the plan, or until `stop` is requested. `target_usage`, where known, is asked
// once a second, on the runner's own thread.
results::RunResult run(const LoadPlan& plan, const TransportFactory& transports,
                       std::stop_token stop, const OnProgress& on_progress = {},
                       const TargetUsage& target_usage = {});

}  // namespace mettle::load
