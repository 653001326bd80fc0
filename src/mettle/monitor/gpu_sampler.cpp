#include "mettle/monitor/gpu_sampler.hpp"

#include <fmt/format.h>

namespace mettle::monitor {
namespace {

template <typename Number>
void put(Probe& probe, const char* quantity, const char* unit, const std::optional<Number>& value) {
    if (value) probe.level(quantity, unit, static_cast<double>(*value));
}

}  // namespace

GpuSampler::GpuSampler(Nvml nvml) : nvml_(std::move(nvml)) {
    for (unsigned gpu = 0; gpu < nvml_.count(); ++gpu)
        probes_.emplace_back(fmt::format("gpu{}", gpu));
}

void GpuSampler::sample(TimePoint moment, Timeline& to) {
    for (unsigned gpu = 0; gpu < nvml_.count(); ++gpu) {
        const GpuReading reading = nvml_.read(gpu);
        Probe& probe = probes_[gpu];
        probe.begin(moment, to);
        put(probe, "utilisation", "share", reading.utilisation);
        put(probe, "memory_activity", "share", reading.memory_activity);
        put(probe, "memory", "bytes", reading.memory_used_bytes);
        put(probe, "memory_total", "bytes", reading.memory_total_bytes);
        put(probe, "power", "W", reading.power_watts);
        put(probe, "power_limit", "W", reading.power_limit_watts);
        put(probe, "sm_clock", "MHz", reading.sm_clock_mhz);
        put(probe, "memory_clock", "MHz", reading.memory_clock_mhz);
        put(probe, "temperature", "°C", reading.temperature);
        if (!reading.throttling) continue;
        const ThrottleReasons reasons = throttle_reasons(*reading.throttling);
        probe.level("throttled_by_power", "share", reasons.power ? 1 : 0);
        probe.level("throttled_by_heat", "share", reasons.thermal ? 1 : 0);
        probe.level("throttled_otherwise", "share", reasons.other ? 1 : 0);
    }
}

}  // namespace mettle::monitor
