#include "mettle/analysis/attribution.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::analysis {
namespace {

constexpr double kFull = 0.9;  // Of its cores: above this there is nothing left to use.

constexpr double kNeighbours = 0.2;

// Where a saturated target's CPU goes, as far as its own phases say.
std::string shares(const LoadPicture& seen) {
    const double cpu_ms =
        seen.rate_rps > 0 ? seen.target_cpu.value_or(0) / seen.rate_rps * 1000 : 0;
    if (cpu_ms <= 0 || seen.infer_ms <= 0) return "";
    const auto share = [&](double ms) { return std::min(100.0, ms / cpu_ms * 100); };
    const double rest = std::max(0.0, 100 - share(seen.infer_ms) - share(seen.codec_ms));
    return fmt::format(
        "; of its {:.0f} µs a request the model takes {:.0f} %, parsing and writing "
        "{:.0f} %, HTTP and the kernel {:.0f} %",
        cpu_ms * 1000, share(seen.infer_ms), share(seen.codec_ms), rest);
}

std::string cpu_to_spare(const LoadPicture& seen) {
    if (!seen.target_cpu) return "";
    if (seen.target_cores <= 0) return fmt::format(", at {:.2f} cores of CPU", *seen.target_cpu);
    return fmt::format(", with {:.2f} of {:.0f} cores in use", *seen.target_cpu, seen.target_cores);
}

int percent(double part, double whole) {
    return whole > 0 ? static_cast<int>(part / whole * 100 + 0.5) : 0;
}

}  // namespace

std::string_view name_of(Bottleneck bottleneck) {
    switch (bottleneck) {
        case Bottleneck::generator:
            return "generator";
        case Bottleneck::compute:
            return "compute";
        case Bottleneck::neighbours:
            return "neighbours";
        case Bottleneck::queue:
            return "queue";
        case Bottleneck::inference:
            return "inference";
        case Bottleneck::network:
            return "network";
        case Bottleneck::unknown:
            return "unknown";
    }
    return "";
}

Attribution attribute(const LoadPicture& seen) {
    const std::string at = format_rate(seen.rate_rps) + " rps";
    const bool target_full =
        seen.target_cpu && seen.target_cores > 0 && *seen.target_cpu >= kFull * seen.target_cores;
    const bool generator_full = seen.generator_cpu >= 0.95 * seen.generator_cores;
    if (target_full && !seen.generator_gave_out) {
        return {Bottleneck::compute,
                fmt::format("compute: the target uses {:.2f} of its {:.0f} {} at {}{}",
                            *seen.target_cpu, seen.target_cores,
                            seen.target_cores == 1 ? "core" : "cores", at, shares(seen))};
    }
    const double on_cores = seen.target_cpu.value_or(0) + seen.neighbours_cpu;
    if (seen.neighbours_cpu > kNeighbours * seen.target_cores && seen.target_cores > 0 &&
        on_cores >= kFull * seen.target_cores) {
        return {Bottleneck::neighbours,
                fmt::format("neighbours: other processes use {:.2f} of the target's {:.0f} {} at "
                            "{}, so it has {:.2f}; on a quiet machine it would do better",
                            seen.neighbours_cpu, seen.target_cores,
                            seen.target_cores == 1 ? "core" : "cores", at,
                            seen.target_cpu.value_or(0))};
    }
    if (seen.generator_gave_out || generator_full) {
        return {Bottleneck::generator,
                fmt::format("generator: at {} the load generator uses {:.2f} of its {:.0f} {}, so "
                            "the target may take more than was measured",
                            at, seen.generator_cpu, seen.generator_cores,
                            seen.generator_cores == 1 ? "core" : "cores")};
    }
    const auto mostly = [&](double ms) { return seen.service_ms > 0 && ms > seen.service_ms / 2; };
    if (mostly(seen.queue_ms)) {
        return {Bottleneck::queue,
                fmt::format("queue: {} % of a request's time is waiting for its turn at {}{}",
                            percent(seen.queue_ms, seen.service_ms), at, cpu_to_spare(seen))};
    }
    if (mostly(seen.infer_ms)) {
        return {Bottleneck::inference,
                fmt::format("inference: the model takes {} % of a request's time at {}{}",
                            percent(seen.infer_ms, seen.service_ms), at, cpu_to_spare(seen))};
    }
    if (mostly(seen.network_ms) && seen.infer_ms > 0) {
        return {Bottleneck::network,
                fmt::format("network or accept queue: {} % of a request's time passes outside the "
                            "server's own phases at {}{}",
                            percent(seen.network_ms, seen.service_ms), at, cpu_to_spare(seen))};
    }
    return {Bottleneck::unknown,
            fmt::format("not attributed at {}: the target reports no phases{}", at,
                        seen.target_cpu ? cpu_to_spare(seen) : ", and its CPU cannot be seen")};
}

}  // namespace mettle::analysis
