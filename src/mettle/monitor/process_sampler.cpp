#include "mettle/monitor/process_sampler.hpp"

#include "mettle/host/process_usage.hpp"

#include <utility>

namespace mettle::monitor {
namespace {

using namespace std::chrono_literals;

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

class UsageSampler final : public Sampler {
public:
    UsageSampler(const std::string& subject, std::vector<int> roots, Children children)
        : probe_(subject), roots_(std::move(roots)), children_(children) {}

    void sample(TimePoint moment, Timeline& to) override {
        const auto usage = children_ == Children::yes ? host::usage_of_trees(roots_)
                                                      : host::usage_of_process(roots_[0]);
        if (!usage) return;
        probe_.begin(moment, to);
        probe_.growth("cpu_user", "cores", seconds(usage->user));
        probe_.growth("cpu_system", "cores", seconds(usage->system));
        probe_.growth("cpu", "cores", seconds(usage->cpu()));
        probe_.level("rss", "bytes", static_cast<double>(usage->rss_bytes));
        probe_.level("threads", "count", usage->threads);
        if (children_ == Children::yes) probe_.level("processes", "count", usage->processes);
        probe_.growth("minor_faults", "1/s", static_cast<double>(usage->minor_faults));
        probe_.growth("major_faults", "1/s", static_cast<double>(usage->major_faults));
    }

private:
    Probe probe_;
    std::vector<int> roots_;
    Children children_;
};

class DetailSampler final : public Sampler {
public:
    DetailSampler(const std::string& subject, std::vector<int> roots)
        : probe_(subject), roots_(std::move(roots)) {}

    Duration period() const override { return 1s; }
    void sample(TimePoint moment, Timeline& to) override {
        const auto details = host::details_of_trees(roots_);
        probe_.begin(moment, to);
        // Threads that were ready and had no CPU, on average.
        probe_.growth("run_queue", "count", seconds(details.run_wait));
        if (details.descriptors >= 0) probe_.level("descriptors", "count", details.descriptors);
        probe_.growth("voluntary_switches", "1/s", static_cast<double>(details.voluntary_switches));
        probe_.growth("involuntary_switches", "1/s",
                      static_cast<double>(details.involuntary_switches));
        probe_.growth("disk_read", "bytes/s", static_cast<double>(details.read_bytes));
        probe_.growth("disk_written", "bytes/s", static_cast<double>(details.written_bytes));
    }

private:
    Probe probe_;
    std::vector<int> roots_;
};

class PssSampler final : public Sampler {
public:
    PssSampler(const std::string& subject, std::vector<int> roots)
        : probe_(subject), roots_(std::move(roots)) {}

    Duration period() const override { return 2s; }
    void sample(TimePoint moment, Timeline& to) override {
        const auto usage = host::usage_of_trees(roots_, host::WithPss::yes);
        if (!usage || usage->pss_bytes == 0) return;
        probe_.begin(moment, to);
        probe_.level("pss", "bytes", static_cast<double>(usage->pss_bytes));
    }

private:
    Probe probe_;
    std::vector<int> roots_;
};

}  // namespace

std::vector<std::unique_ptr<Sampler>> process_samplers(const std::string& subject,
                                                       std::vector<int> roots, Children children) {
    std::vector<std::unique_ptr<Sampler>> samplers;
    if (roots.empty()) return samplers;
    samplers.push_back(std::make_unique<UsageSampler>(subject, roots, children));
    if (children == Children::no) return samplers;
    samplers.push_back(std::make_unique<DetailSampler>(subject, roots));
    samplers.push_back(std::make_unique<PssSampler>(subject, std::move(roots)));
    return samplers;
}

}  // namespace mettle::monitor
