#include "mettle/load/worker.hpp"

#include "mettle/base/clock_ns.hpp"
#include "mettle/host/cgroup.hpp"
#include "mettle/host/cpus.hpp"
#include "mettle/load/arrivals.hpp"
#include "mettle/load/users.hpp"

#include <sys/prctl.h>

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace mettle::load {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLongestSleep = 50'000'000;  // Then a stop is looked for.
constexpr std::int64_t kLongestSpin = 80'000;
constexpr std::int64_t kShortestSpin = 5'000;

std::int64_t thread_cpu_ns() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
}

// a + b without overflow; both from 0 on.
std::int64_t later(std::int64_t moment_ns, std::int64_t length_ns) {
    return length_ns > INT64_MAX - moment_ns ? INT64_MAX : moment_ns + length_ns;
}

// A worker's part of `all`.
std::uint64_t share_of(std::uint64_t all, int worker, int workers) {
    const auto count = static_cast<std::uint64_t>(workers);
    return all / count + (static_cast<std::uint64_t>(worker) < all % count ? 1 : 0);
}

// Spinning on a machine's only CPU, or at the cost of a quota, would take the time from the target.
// Being pinned to one of several CPUs is no reason: whoever pins means it to be ours.
bool has_cpu_to_spare() {
    return ::sysconf(_SC_NPROCESSORS_ONLN) > 1 && host::cpu_quota().value_or(2) > 1;
}

void pin(const LoadPlan& plan, int worker) {
    if (plan.cpus.empty()) return;
    const std::array cpu = {plan.cpus[static_cast<std::size_t>(worker) % plan.cpus.size()]};
    // A load from another CPU is still a load; the flag was checked when it was read.
    static_cast<void>(host::pin_this_thread(cpu));
}

}  // namespace

void Mailbox::put(Report& report) {
    const std::scoped_lock lock(mutex_);
    if (full_) {
        pending_.merge(report);
        report.clear();
    } else {
        std::swap(pending_, report);
        report.tasks.resize(pending_.tasks.size());
        full_ = true;
    }
}

void Mailbox::take(Report& report) {
    const std::scoped_lock lock(mutex_);
    if (!full_) return;
    std::swap(pending_, report);
    full_ = false;
}

Worker::Worker(const LoadPlan& plan, const Program& program, const TransportFactory& transports,
               int index, const RunTimes& times, const std::atomic<bool>& stop, Mailbox& mailbox)
    : plan_(plan),
      program_(program),
      index_(index),
      times_(times),
      stop_(stop),
      mailbox_(mailbox),
      recorder_(plan.tasks.size(),
                {times.counted_from_ns, times.ends_ns, plan.record_sequence, plan.slowest,
                 plan.on_logged ? plan.log_share : 0,
                 Random(plan.seed ^ (static_cast<std::uint64_t>(index) << 40)).next()}),
      behaviours_(program.make(recorder_, index)),
      transport_(transports.make(*this, index)),
      next_report_ns_(times.counted_from_ns + kSecond),
      timeout_ns_(plan.timeout.count()),
      spin_window_ns_(kLongestSpin / 2),
      may_spin_(plan.open.has_value() && has_cpu_to_spare()) {}

std::unique_ptr<Source> Worker::make_source() {
    const std::uint64_t iterations =
        plan_.iterations ? share_of(*plan_.iterations, index_, plan_.workers) : UINT64_MAX;
    Launcher& launcher = *this;
    if (plan_.closed) {
        return std::make_unique<Users>(
            plan_, Users::Share{index_, plan_.workers, times_.start_ns, iterations}, program_,
            *behaviours_, launcher, recorder_);
    }
    const Duration length = Duration(times_.ends_ns - times_.start_ns);
    return std::make_unique<Arrivals>(
        plan_, Arrivals::Share{index_, plan_.workers, times_.start_ns, length, iterations},
        program_, *behaviours_, launcher);
}

void Worker::run() {
    pin(plan_, index_);
    // Timers of an ordinary thread are up to 50 µs late on purpose.
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    source_ = make_source();
    reported_cpu_ns_ = thread_cpu_ns();
    run_until_end();
    drain();
    report(/*finished=*/true);
}

void Worker::run_until_end() {
    for (;;) {
        now_ns_ = clock_ns();
        report_if_time();
        const bool stopped = stop_.load(std::memory_order_relaxed);
        if (now_ns_ >= times_.ends_ns || stopped) break;
        source_->release(now_ns_);
        if (source_->exhausted()) break;
        wait_until(source_->next_due_ns(),
                   std::min({times_.ends_ns, next_report_ns_, now_ns_ + kLongestSleep}));
    }
    if (!stop_.load(std::memory_order_relaxed)) release_the_late();
    ended_ns_ = std::min(clock_ns(), times_.ends_ns);
    source_->stop(clock_ns());
}

// Arrivals that were due just before the end still go. Those of a generator that is far behind are
// counted and not sent, else a run of seconds could go on for hours.
void Worker::release_the_late() {
    constexpr std::int64_t kPatience = 100'000'000;
    while (source_->next_due_ns() < times_.ends_ns &&
           clock_ns() < later(times_.ends_ns, kPatience)) {
        source_->release(times_.ends_ns - 1);
        transport_->poll(0);
    }
    recorder_.report().due += source_->unsent_before(times_.ends_ns);
}

// Who is there leaves; what is open gets the stop timeout, and is then given up.
void Worker::drain() {
    const std::int64_t give_up_ns = later(ended_ns_, plan_.stop_timeout.count());
    while (!source_->exhausted()) {
        now_ns_ = clock_ns();
        report_if_time();
        if (now_ns_ >= give_up_ns) break;
        source_->release(now_ns_);
        transport_->poll(std::min({give_up_ns, next_report_ns_, now_ns_ + kLongestSleep,
                                   source_->exhausted() ? now_ns_ : source_->next_due_ns()}));
    }
    source_->abandon();
    transport_->cancel_waiting();
    source_->for_each_in_flight([this](Attempt& attempt) { transport_->cancel(attempt); });
    now_ns_ = clock_ns();
}

void Worker::wait_until(std::int64_t due_ns, std::int64_t latest_ns) {
    const std::int64_t wake_ns = std::min(due_ns, latest_ns);
    if (!may_spin_ || due_ns > latest_ns) return transport_->poll(wake_ns);
    if (due_ns - now_ns_ <= spin_window_ns_) return spin_until(due_ns);
    const std::uint64_t completed = completed_;
    const std::int64_t asked_ns = due_ns - spin_window_ns_;
    transport_->poll(asked_ns);
    if (completed == completed_) learn_lateness(asked_ns);
}

void Worker::learn_lateness(std::int64_t asked_ns) {
    const std::int64_t late_ns = clock_ns() - asked_ns;
    if (late_ns < 0) return;  // Woken by something else.
    // Grows at once and shrinks over some thousand wake-ups: a few late ones are what p99 is about.
    const std::int64_t wanted = std::clamp(late_ns + late_ns / 4, kShortestSpin, kLongestSpin);
    if (wanted > spin_window_ns_)
        spin_window_ns_ = wanted;
    else
        spin_window_ns_ -= (spin_window_ns_ - wanted) / 512;
}

void Worker::spin_until(std::int64_t due_ns) {
    std::int64_t before_ns = now_ns_;
    while (before_ns < due_ns) {
        const std::uint64_t completed = completed_;
        transport_->poll(0);
        const std::int64_t after_ns = clock_ns();
        if (completed == completed_) recorder_.add_spin(after_ns - before_ns);
        before_ns = after_ns;
    }
}

void Worker::launch(Attempt& attempt) {
    ++in_flight_;
    if (attempt.is_arrival) note_gap(attempt);
    attempt.deadline_ns = later(std::max(attempt.due_ns, now_ns_),
                                attempt.timeout_ns ? attempt.timeout_ns : timeout_ns_);
    attempt.sent_ns = 0;
    transport_->start(attempt);
}

void Worker::note_gap(const Attempt& attempt) {
    now_ns_ = clock_ns();
    if (last_launch_ns_ != 0 && recorder_.counts(attempt))
        recorder_.record_gap(attempt.due_ns - last_due_ns_, now_ns_ - last_launch_ns_);
    last_due_ns_ = attempt.due_ns;
    last_launch_ns_ = now_ns_;
}

void Worker::on_complete(Attempt& attempt) {
    --in_flight_;
    ++completed_;
    now_ns_ = attempt.done_ns;
    recorder_.record(attempt);
    source_->on_done(attempt, now_ns_);
}

void Worker::report_if_time() {
    if (now_ns_ < next_report_ns_) return;
    report(/*finished=*/false);
    while (next_report_ns_ <= now_ns_) next_report_ns_ += kSecond;
}

void Worker::report(bool finished) {
    Report& report = recorder_.report();
    const std::int64_t cpu_ns = thread_cpu_ns();
    report.cpu_ns = cpu_ns - reported_cpu_ns_;
    reported_cpu_ns_ = cpu_ns;
    report.connections_opened = transport_->connections_opened();
    report.sent_again = transport_->requests_sent_again();
    report.users = source_->users();
    report.in_flight = in_flight_;
    report.ended_ns = ended_ns_;
    report.finished = finished;
    if (finished) recorder_.finish();
    mailbox_.put(report);
}

}  // namespace mettle::load
