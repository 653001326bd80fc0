#include "mettle/monitor/monitor.hpp"

#include "mettle/base/clock_ns.hpp"
#include "mettle/monitor/cgroup_sampler.hpp"
#include "mettle/monitor/connection_sampler.hpp"
#include "mettle/monitor/gpu_sampler.hpp"
#include "mettle/monitor/host_sampler.hpp"
#include "mettle/monitor/process_sampler.hpp"

#include <fmt/format.h>

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace mettle::monitor {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr Duration kTick = 250ms;
constexpr Duration kScrapeEvery = 1s;

std::int64_t thread_cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// The next of a steady beat; beats that were missed are left out.
TimePoint next_beat(TimePoint last, Duration beat) {
    const auto now = steady_clock::now();
    return std::max(last + beat, now - (now - last) % beat + beat);
}

// Each page of several says which it is.
std::string prefix_of(const http::Url& url, std::size_t pages) {
    return pages > 1 ? url.authority() + " " : "";
}

}  // namespace

Monitor::Monitor(const MonitorPlan& plan) {
    add_samplers(plan);
    for (const http::Url& url : plan.scrape) {
        scrapers_.push_back(std::make_unique<Scraper>(url, prefix_of(url, plan.scrape.size())));
        watched_.push_back("metrics of " + url.to_string());
    }
    sampling_ = std::jthread([this](std::stop_token stop) { sample_until_stopped(stop); });
    if (!scrapers_.empty())
        scraping_ = std::jthread([this](std::stop_token stop) { scrape_until_stopped(stop); });
}

Monitor::~Monitor() = default;

void Monitor::add_samplers(const MonitorPlan& plan) {
    const auto take = [this](std::vector<std::unique_ptr<Sampler>> samplers) {
        for (auto& sampler : samplers) seats_.push_back({std::move(sampler), {}});
    };
    const WatchedTarget& target = plan.target;
    if (target.seen())
        watched_.push_back("target: " + target.words);
    else if (!target.words.empty())
        notes_.push_back("the target's CPU and memory are not seen: " + target.words);
    take(process_samplers("target", target.roots));
    if (target.group) {
        seats_.push_back(
            {std::make_unique<CgroupSampler>("target", *target.group, GroupIs::target), {}});
    } else if (!target.roots.empty()) {
        // That it shares with us says nothing about it alone.
        const auto group = host::cgroup_of(target.roots[0]), ours = host::cgroup_of(::getpid());
        if (group && (!ours || ours->name != group->name)) {
            seats_.push_back(
                {std::make_unique<CgroupSampler>("target", *group, GroupIs::surroundings), {}});
            watched_.push_back("target's cgroup: " + group->name);
        }
    }
    take(process_samplers("generator", {::getpid()}, Children::no));
    seats_.push_back({std::make_unique<HostSampler>(), {}});
    if (plan.port) {
        seats_.push_back({std::make_unique<ConnectionSampler>(*plan.port), {}});
        if (plan.port_is_here)
            seats_.push_back({std::make_unique<AcceptQueueSampler>(*plan.port), {}});
    }
    auto nvml = Nvml::open(plan.nvml);
    if (nvml && nvml->count() > 0) {
        for (unsigned gpu = 0; gpu < nvml->count(); ++gpu)
            watched_.push_back(fmt::format("gpu{}: {}", gpu, nvml->name(gpu)));
        seats_.push_back({std::make_unique<GpuSampler>(std::move(*nvml)), {}});
    } else if (!nvml && nvml.error().kind != Error::Kind::not_found) {
        notes_.push_back("GPUs are not seen: " + nvml.error().message);
    }
}

bool Monitor::wait_until(std::stop_token stop, TimePoint moment) {
    std::unique_lock lock(waiting_);
    stopped_.wait_until(lock, stop, moment, [] { return false; });
    return !stop.stop_requested();
}

void Monitor::sample_until_stopped(std::stop_token stop) {
    // A sampler that took c of CPU time rests for at least c × this.
    const double rest = static_cast<double>(seats_.size()) / kMostCpu;
    TimePoint beat = steady_clock::now();
    do {
        timeline_.begin_row(beat);
        for (Seat& seat : seats_) {
            if (seat.due > beat) continue;
            const std::int64_t before = thread_cpu_ns();
            seat.sampler->sample(steady_clock::now(), timeline_);
            const auto cost = static_cast<double>(thread_cpu_ns() - before);
            // Half a beat early is in time.
            const auto pause = Duration(std::llround(cost * rest));
            seat.due = beat + std::max(seat.sampler->period(), pause) - kTick / 2;
        }
        sampling_ns_ = thread_cpu_ns();
        beat = next_beat(beat, kTick);
    } while (wait_until(stop, beat));
}

void Monitor::scrape_until_stopped(std::stop_token stop) {
    TimePoint beat = steady_clock::now();
    do {
        for (auto& scraper : scrapers_) {
            if (stop.stop_requested()) return;
            scraper->scrape(timeline_);
        }
        std::vector<std::string> troubles;
        for (auto& scraper : scrapers_)
            std::ranges::copy(scraper->troubles(), std::back_inserter(troubles));
        {
            const std::scoped_lock lock(mutex_);
            scrape_troubles_ = std::move(troubles);
        }
        scraping_ns_ = thread_cpu_ns();
        beat = next_beat(beat, kScrapeEvery);
    } while (wait_until(stop, beat));
}

double Monitor::cpu() const {
    const auto length = static_cast<double>((steady_clock::now() - began_).count());
    return length > 0 ? static_cast<double>(sampling_ns_ + scraping_ns_) / length : 0;
}

results::Resources Monitor::seen(TimePoint from, TimePoint to) const {
    results::Resources resources = timeline_.slice(from, to);
    resources.watched = watched_;
    resources.notes = notes_;
    {
        const std::scoped_lock lock(mutex_);
        std::ranges::copy(scrape_troubles_, std::back_inserter(resources.notes));
    }
    if (timeline_.left_out() > 0)
        resources.notes.push_back(
            fmt::format("more than {} series: the rest is left out", Timeline::kMostSeries));
    resources.monitor_cpu = cpu();
    return resources;
}

void Monitor::fill(results::RunResult& run) const {
    const auto length = std::chrono::duration<double>(run.duration_s);
    run.resources =
        seen(run.counted_from, run.counted_from + std::chrono::duration_cast<Duration>(length));
}

}  // namespace mettle::monitor
