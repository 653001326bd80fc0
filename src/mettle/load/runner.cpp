#include "mettle/load/runner.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/base/clock_ns.hpp"
#include "mettle/host/cgroup.hpp"
#include "mettle/host/process_usage.hpp"
#include "mettle/load/gap_distance.hpp"
#include "mettle/load/plan_program.hpp"
#include "mettle/load/tally.hpp"
#include "mettle/load/validity.hpp"
#include "mettle/load/worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <thread>

namespace mettle::load {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kSetUp = 5'000'000;         // From the start of the threads to the load's.
constexpr std::int64_t kReportGrace = 20'000'000;  // Workers report on the second; then it is read.

double seconds(std::int64_t ns) {
    return static_cast<double>(ns) * 1e-9;
}

std::int64_t later(std::int64_t moment_ns, Duration length) {
    return length.count() > INT64_MAX - moment_ns ? INT64_MAX : moment_ns + length.count();
}

// Waits for a moment or the end of all workers, whichever is first.
class Finish {
public:
    explicit Finish(int workers) : running_(workers) {}

    void count_down() {
        const std::scoped_lock lock(mutex_);
        --running_;
        changed_.notify_all();
    }
    // Whether all have ended.
    bool wait_until(std::int64_t moment_ns) {
        std::unique_lock lock(mutex_);
        const auto moment = TimePoint(Duration(moment_ns));
        return changed_.wait_until(lock, moment, [this] { return running_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int running_;
};

// CPU time of this machine and of the target, read once a second.
class Meter {
public:
    explicit Meter(const TargetUsage& target_usage)
        : target_usage_(target_usage),
          host_(host::host_cpu()),
          throttle_(host::throttle_counters()) {
        read_target(0);
    }

    void read(results::SeriesPoint& point, double length_s) {
        if (const auto usage = host::usage_of_process(::getpid()))
            point.rss_bytes = usage->rss_bytes;
        if (const auto target = read_target(length_s)) {
            point.target_cpu = target->first;
            point.target_rss_bytes = target->second;
        }
    }

    std::optional<double> steal() const {
        const host::HostCpu now = host::host_cpu();
        if (now.busy == host_.busy && now.idle == host_.idle) return {};
        return host::steal_share(host_, now);
    }

    std::optional<double> throttled() const {
        const host::ThrottleCounters now = host::throttle_counters();
        if (now.periods <= throttle_.periods) return {};
        return static_cast<double>(now.throttled_periods - throttle_.throttled_periods) /
               static_cast<double>(now.periods - throttle_.periods);
    }

    // Mean over all readings, in cores.
    std::optional<double> target_cpu() const {
        if (target_seconds_ <= 0) return {};
        return target_cpu_seconds_ / target_seconds_;
    }

private:
    std::optional<std::pair<double, std::uint64_t>> read_target(double length_s) {
        if (!target_usage_) return {};
        const auto usage = target_usage_();
        if (!usage) return {};
        const double used_s = std::chrono::duration<double>(usage->cpu() - target_before_).count();
        target_before_ = usage->cpu();
        if (length_s <= 0) return {};
        target_cpu_seconds_ += used_s;
        target_seconds_ += length_s;
        return std::pair{used_s / length_s, usage->rss_bytes};
    }

    const TargetUsage& target_usage_;
    host::HostCpu host_;
    host::ThrottleCounters throttle_;
    Duration target_before_{};
    double target_cpu_seconds_ = 0;
    double target_seconds_ = 0;
};

struct WorkerSeat {
    Mailbox mailbox;
    Report report;  // The last taken; memory that goes round.
    std::unique_ptr<Worker> worker;
    std::thread thread;
    std::int64_t cpu_ns = 0;
    std::int64_t spin_ns = 0;
};

std::shared_ptr<Names> names_of(const LoadPlan& plan) {
    auto names = std::make_shared<Names>();
    for (const PlanTask& task : plan.tasks) names->add_task({task.name, task.method, false});
    return names;
}

class Run {
public:
    Run(const LoadPlan& plan, const TransportFactory& transports, const OnProgress& on_progress,
        const TargetUsage& target_usage)
        : plan_(plan),
          transports_(transports),
          on_progress_(on_progress),
          meter_(target_usage),
          finish_(plan.workers),
          program_(plan.program ? plan.program : make_plan_program(plan)),
          names_(plan.names ? plan.names : names_of(plan)),
          tally_(*names_, plan.steps) {}

    results::RunResult operator()(std::stop_token stop);

private:
    void start_workers();
    void watch();
    void collect();
    void end_window(std::int64_t end_ns);
    void finish_result(results::RunResult& result);
    void put_slowest(results::RunResult& result) const;
    results::Validity judge_validity(const results::RunResult& result);
    bool target_lost() const;

    const LoadPlan& plan_;
    const TransportFactory& transports_;
    const OnProgress& on_progress_;
    Meter meter_;
    Finish finish_;
    std::shared_ptr<const Program> program_;
    std::shared_ptr<const Names> names_;
    Tally tally_;
    RunTimes times_;
    std::atomic<bool> stop_ = false;
    std::vector<std::unique_ptr<WorkerSeat>> seats_;
    std::int64_t window_began_ns_ = 0;
    int users_ = 0;
    int in_flight_ = 0;
    std::int64_t window_cpu_ns_ = 0;
    bool interrupted_ = false;
};

results::RunResult Run::operator()(std::stop_token stop) {
    const std::string started = results::utc_now();
    const std::stop_callback on_stop(stop, [this] { stop_ = true; });
    start_workers();
    watch();
    for (auto& seat : seats_) seat->thread.join();
    collect();
    const Report& sums = tally_.sums();
    interrupted_ = stop_ && sums.ended_ns < times_.ends_ns;
    end_window(std::max(sums.ended_ns, times_.counted_from_ns));
    results::RunResult result = tally_.take();
    result.started = started;
    finish_result(result);
    return result;
}

void Run::start_workers() {
    times_.start_ns = clock_ns() + kSetUp;
    times_.counted_from_ns = later(times_.start_ns, plan_.warmup);
    times_.ends_ns = later(times_.counted_from_ns, plan_.run_time);
    window_began_ns_ = times_.counted_from_ns;
    for (int index = 0; index < plan_.workers; ++index) {
        WorkerSeat& seat = *seats_.emplace_back(std::make_unique<WorkerSeat>());
        seat.thread = std::thread([this, &seat, index] {
            seat.worker = std::make_unique<Worker>(plan_, *program_, transports_, index, times_,
                                                   stop_, seat.mailbox);
            seat.worker->run();
            finish_.count_down();
        });
    }
}

// Once a second, what the workers report becomes a point of the series.
void Run::watch() {
    std::int64_t second_ns = times_.counted_from_ns + kSecond;
    while (!finish_.wait_until(second_ns + kReportGrace)) {
        collect();
        if (second_ns <= times_.ends_ns && !stop_) {
            end_window(second_ns);
        } else if (on_progress_) {
            // Waiting for the last answers: nothing is due any more.
            on_progress_({seconds(clock_ns() - times_.counted_from_ns), users_, in_flight_,
                          &tally_.so_far(), &tally_.window(), nullptr});
        }
        second_ns += kSecond;
    }
}

void Run::collect() {
    users_ = in_flight_ = 0;
    for (auto& seat : seats_) {
        seat->report.clear();
        seat->mailbox.take(seat->report);
        tally_.add(seat->report);
        for (const AttemptRecord& record : seat->report.logged)
            plan_.on_logged(in_words(record, *names_, times_.counted_from_ns));
        seat->cpu_ns += seat->report.cpu_ns;
        seat->spin_ns += seat->report.spin_ns;
        window_cpu_ns_ += seat->report.cpu_ns;
        users_ += seat->report.users;
        in_flight_ += seat->report.in_flight;
    }
}

void Run::end_window(std::int64_t end_ns) {
    const double length_s = seconds(end_ns - window_began_ns_);
    results::SeriesPoint point;
    point.t_s = seconds(end_ns - times_.counted_from_ns);
    point.users = users_;
    point.in_flight = in_flight_;
    if (length_s > 0) point.cpu = seconds(window_cpu_ns_) / length_s;
    meter_.read(point, length_s);
    const results::SeriesPoint* const added = tally_.end_window(point, length_s);
    if (on_progress_ && length_s > 0)
        on_progress_({point.t_s, users_, in_flight_, &tally_.so_far(), &tally_.window(), added});
    tally_.begin_window();
    window_began_ns_ = end_ns;
    window_cpu_ns_ = 0;
}

void Run::finish_result(results::RunResult& result) {
    const double duration = result.duration_s;
    result.rps = duration > 0 ? static_cast<double>(result.totals.requests) / duration : 0;
    result.interrupted = interrupted_;
    result.counted_from = TimePoint(Duration(times_.counted_from_ns));
    result.target_lost = target_lost();
    result.target_cpu = meter_.target_cpu();
    for (const auto& seat : seats_) {
        result.connections_opened += seat->report.connections_opened;
        result.sent_again += seat->report.sent_again;
    }
    std::ranges::sort(result.sequence, {}, &results::Sample::due_us);
    put_slowest(result);
    result.host = results::describe_host();
    result.load.kind = plan_.closed ? "closed" : "open";
    if (plan_.open) {
        result.load.rate_rps = plan_.open->rate;
        result.load.arrivals = plan_.open->trace ? "trace" : plan_.open->law.to_string();
    } else {
        result.load.users = plan_.closed->users;
        result.load.spawn_rate = plan_.closed->spawn_rate;
        result.load.wait = plan_.closed->wait.to_string();
    }
    result.load.seed = plan_.seed;
    result.load.workers = plan_.workers;
    result.load.warmup_s = std::chrono::duration<double>(plan_.warmup).count();
    result.validity = judge_validity(result);
}

void Run::put_slowest(results::RunResult& result) const {
    result.records_dropped = tally_.sums().log_dropped;
    Slowest slowest(plan_.slowest);
    for (const AttemptRecord& record : tally_.sums().slowest) slowest.show(record);
    for (const AttemptRecord& record : slowest.sorted())
        result.slowest.push_back(in_words(record, *names_, times_.counted_from_ns));
}

results::Validity Run::judge_validity(const results::RunResult& result) {
    const Report& sums = tally_.sums();
    const results::LatencySet& times = result.totals.times;
    ValidityFacts facts;
    facts.requests = result.totals.requests;
    facts.send_lag_us = result.validity.send_lag_us;
    facts.latency_p99_us =
        static_cast<double>((times.latency.count() ? times.latency : times.failed).quantile(0.99));
    const auto share = [](double part, double all) { return all > 0 ? part / all : 0; };
    const auto due = static_cast<double>(sums.due);
    if (plan_.open) {
        if (due > 0 && !interrupted_)
            facts.achieved_over_intended = static_cast<double>(sums.sent_by_end) / due;
        // A twentieth of a millisecond or a tenth of the mean gap, in units of 100 ns.
        const double tolerance = std::max(500.0, 0.1 * 1e7 * plan_.workers / plan_.open->rate);
        facts.gap_distance = gap_distance(sums.planned_gaps, sums.actual_gaps,
                                          std::llround(std::min(tolerance, 1e15)));
    }
    const double length_s = seconds(sums.ended_ns - times_.start_ns);
    for (const auto& seat : seats_) {
        facts.busiest_worker =
            std::max(facts.busiest_worker, share(seconds(seat->cpu_ns - seat->spin_ns), length_s));
        facts.generator_cpu += share(seconds(seat->cpu_ns), length_s);
    }
    facts.steal = meter_.steal();
    facts.throttled = meter_.throttled();
    facts.waited_for_connection = share(static_cast<double>(sums.waited), due);
    const double recorded_s = (times.latency.mean() * static_cast<double>(times.latency.count()) +
                               times.failed.mean() * static_cast<double>(times.failed.count())) *
                              1e-6;
    // Less than a millisecond in all is rounding.
    if (sums.request_seconds > 1e-3)
        facts.littles_law_off = std::abs(recorded_s - sums.request_seconds) / sums.request_seconds;
    return judge(facts);
}

// Never answered, or not in the last max(5 s, a tenth of the run), because connecting failed.
bool Run::target_lost() const {
    const Report& sums = tally_.sums();
    if (sums.last_connect_failure_ns <= sums.last_answer_ns) return false;
    if (sums.last_answer_ns == 0) return true;
    const std::int64_t run_ns = sums.ended_ns - times_.counted_from_ns;
    return sums.ended_ns - sums.last_answer_ns >= std::max(5 * kSecond, run_ns / 10);
}

}  // namespace

results::RunResult run(const LoadPlan& plan, const TransportFactory& transports,
                       std::stop_token stop, const OnProgress& on_progress,
                       const TargetUsage& target_usage) {
    METTLE_ASSERT(plan.closed.has_value() != plan.open.has_value());
    METTLE_ASSERT(plan.workers >= 1 && (plan.program || !plan.tasks.empty()));
    return Run(plan, transports, on_progress, target_usage)(std::move(stop));
}

}  // namespace mettle::load
