#include "mettle/monitor/cgroup_sampler.hpp"

namespace mettle::monitor {
namespace {

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

void CgroupSampler::sample(TimePoint moment, Timeline& to) {
    const host::CgroupUsage usage = host::usage_of_cgroup(folders_);
    probe_.begin(moment, to);
    put_throttling(usage, moment);
    if (is_ == GroupIs::target) put_target(usage);
    if (usage.memory_bytes)
        probe_.level("memory", "bytes", static_cast<double>(*usage.memory_bytes));
    if (usage.memory_bytes && usage.memory_limit_bytes && *usage.memory_limit_bytes > 0) {
        probe_.level("memory_of_limit", "share",
                     static_cast<double>(*usage.memory_bytes) /
                         static_cast<double>(*usage.memory_limit_bytes));
    }
    probe_.growth("out_of_memory_kills", "1/s", static_cast<double>(usage.out_of_memory_kills));
    if (usage.cpu_pressure)
        probe_.growth("cpu_pressure", "share", seconds(usage.cpu_pressure->some));
    if (usage.memory_pressure)
        probe_.growth("memory_pressure", "share", seconds(usage.memory_pressure->some));
    if (usage.io_pressure) probe_.growth("io_pressure", "share", seconds(usage.io_pressure->some));
}

// Of the periods in which it wanted to run, the share that ended in waiting for the next one.
void CgroupSampler::put_throttling(const host::CgroupUsage& usage, TimePoint moment) {
    const auto periods = periods_.per_second(static_cast<double>(usage.throttle.periods), moment);
    const auto throttled =
        throttled_.per_second(static_cast<double>(usage.throttle.throttled_periods), moment);
    if (periods && throttled && *periods > 0)
        probe_.level("throttled", "share", *throttled / *periods);
}

void CgroupSampler::put_target(const host::CgroupUsage& usage) {
    if (usage.cpu) probe_.growth("cpu", "cores", seconds(*usage.cpu));
    if (usage.user) probe_.growth("cpu_user", "cores", seconds(*usage.user));
    if (usage.system) probe_.growth("cpu_system", "cores", seconds(*usage.system));
    if (usage.anonymous_bytes)
        probe_.level("rss", "bytes", static_cast<double>(*usage.anonymous_bytes));
    if (usage.tasks) probe_.level("threads", "count", static_cast<double>(*usage.tasks));
    probe_.growth("minor_faults", "1/s", static_cast<double>(usage.minor_faults));
    probe_.growth("major_faults", "1/s", static_cast<double>(usage.major_faults));
    probe_.growth("disk_read", "bytes/s", static_cast<double>(usage.read_bytes));
    probe_.growth("disk_written", "bytes/s", static_cast<double>(usage.written_bytes));
}

}  // namespace mettle::monitor
