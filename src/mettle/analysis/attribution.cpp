#include "mettle/analysis/attribution.hpp"

#include "mettle/analysis/time_shares.hpp"
#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace mettle::analysis {
namespace {

constexpr double kFull = 0.9;  // Of its cores: above this there is nothing left to use.

constexpr double kNeighbours = 0.2;
constexpr double kHostFull = 0.95;
constexpr double kThrottled = 0.1;
constexpr double kWantOfMemory = 0.1;
constexpr double kWantOfDisk = 0.2;

// What else than the model takes less than this is not worth an effort: by Amdahl's law nothing
// done to it makes the service faster by more than 11 %.
constexpr double kWorthWhile = 0.1;

// Its phases are wall-clock times. Where they hold more than the CPU that a request takes, they
// hold waiting for it too, and are shares of the request's time, not of its CPU.
std::string shares_of_time(const LoadPicture& seen) {
    const double known = seen.queue_ms + seen.infer_ms + seen.codec_ms;
    const double whole = std::max(seen.service_ms, known);
    const auto percents =
        whole_percents({seen.queue_ms, seen.infer_ms, seen.codec_ms, whole - known});
    return fmt::format(
        "; of a request's {:.2f} ms waiting for its turn takes {} %, the model {} %, parsing and "
        "writing {} %, the rest {} % (with waiting for a core)",
        whole, percents[0], percents[1], percents[2], percents[3]);
}

// Where a saturated target's CPU goes, as far as its own phases say.
std::string shares(const LoadPicture& seen) {
    const double cpu_ms =
        seen.rate_rps > 0 ? seen.target_cpu.value_or(0) / seen.rate_rps * 1000 : 0;
    if (cpu_ms <= 0 || seen.infer_ms <= 0) return "";
    const double rest = cpu_ms - seen.infer_ms - seen.codec_ms;
    if (rest < 0) return shares_of_time(seen);
    const auto percents = whole_percents({seen.infer_ms, seen.codec_ms, rest});
    std::string text = fmt::format(
        "; of its {:.0f} µs a request the model takes {} %, parsing and writing {} %, HTTP and the "
        "kernel {} %",
        cpu_ms * 1000, percents[0], percents[1], percents[2]);
    const double beside = 1 - seen.infer_ms / cpu_ms;
    if (beside < kWorthWhile)
        text += fmt::format(
            "; beside the model nothing is left worth optimising: without all the rest it would "
            "be {:.0f} % faster",
            100 * (1 / (1 - beside) - 1));
    return text;
}

std::string cpu_to_spare(const LoadPicture& seen) {
    if (!seen.target_cpu) return "";
    if (seen.target_cores <= 0) return fmt::format(", at {:.2f} cores of CPU", *seen.target_cpu);
    return fmt::format(", with {:.2f} of {:.0f} cores in use", *seen.target_cpu, seen.target_cores);
}

int percent(double part, double whole) {
    return whole > 0 ? static_cast<int>(part / whole * 100 + 0.5) : 0;
}

const char* cores_word(double cores) {
    return cores == 1 ? "core" : "cores";
}

std::string rate_of(const LoadPicture& seen) {
    return format_rate(seen.rate_rps) + " rps";
}

using Found = std::optional<Attribution>;

// What the target itself has used up.
Found of_target(const LoadPicture& seen) {
    const std::string at = rate_of(seen);
    if (seen.throttled >= kThrottled)
        return Attribution{
            Bottleneck::throttling,
            fmt::format("throttling: the CPU quota of the target's control group ran out in {} % "
                        "of its periods at {}{}: a higher quota would help",
                        percent(seen.throttled, 1), at, cpu_to_spare(seen))};
    if (seen.gpu && *seen.gpu >= kFull)
        return Attribution{Bottleneck::gpu,
                           fmt::format("GPU: busy {} % of the time at {}{}", percent(*seen.gpu, 1),
                                       at, cpu_to_spare(seen))};
    if (seen.target_cpu && seen.target_cores > 0 && *seen.target_cpu >= kFull * seen.target_cores)
        return Attribution{Bottleneck::compute,
                           fmt::format("compute: the target uses {:.2f} of its {:.0f} {} at {}{}",
                                       *seen.target_cpu, seen.target_cores,
                                       cores_word(seen.target_cores), at, shares(seen))};
    return {};
}

// What others on its machine have used up.
Found of_machine(const LoadPicture& seen) {
    const std::string at = rate_of(seen);
    const double target = seen.target_cpu.value_or(0);
    const double on_cores = target + seen.neighbours_cpu;
    if (seen.neighbours_cpu > kNeighbours * seen.target_cores && seen.target_cores > 0 &&
        on_cores >= kFull * seen.target_cores) {
        return Attribution{
            Bottleneck::neighbours,
            fmt::format("neighbours: other processes use {:.2f} of the target's {:.0f} {} at "
                        "{}, so it has {:.2f}; on a quiet machine it would do better",
                        seen.neighbours_cpu, seen.target_cores, cores_word(seen.target_cores), at,
                        target)};
    }
    if (seen.target_cpu && seen.host_cores > 0 && seen.host_cpu >= kHostFull * seen.host_cores) {
        const double others = std::max(0.0, seen.host_cpu - target - seen.generator_cpu);
        return Attribution{
            Bottleneck::machine,
            fmt::format("machine: all {:.0f} {} of the host are in use at {}: the target has "
                        "{:.2f}, the load generator {:.2f}, others {:.2f}; apart from the "
                        "generator the target may do better",
                        seen.host_cores, cores_word(seen.host_cores), at, target,
                        seen.generator_cpu, others)};
    }
    return {};
}

Found of_generator(const LoadPicture& seen) {
    const bool full = seen.generator_cpu >= 0.95 * seen.generator_cores;
    if (!seen.generator_gave_out && !full) return {};
    return Attribution{Bottleneck::generator,
                       fmt::format("generator: at {} the load generator uses {:.2f} of its {:.0f} "
                                   "{}, so the target may take more than was measured",
                                   rate_of(seen), seen.generator_cpu, seen.generator_cores,
                                   cores_word(seen.generator_cores))};
}

// What work stood still for.
Found of_pressure(const LoadPicture& seen) {
    if (seen.memory_pressure >= kWantOfMemory)
        return Attribution{
            Bottleneck::memory,
            fmt::format("memory: for {} % of the time work stood still for want of "
                        "memory at {}{}",
                        percent(seen.memory_pressure, 1), rate_of(seen), cpu_to_spare(seen))};
    if (seen.io_pressure >= kWantOfDisk)
        return Attribution{
            Bottleneck::disk,
            fmt::format("disk: for {} % of the time work waited for a disk at {}{}",
                        percent(seen.io_pressure, 1), rate_of(seen), cpu_to_spare(seen))};
    return {};
}

// Where a request spends its time, by the phases that the target reports.
Found of_phases(const LoadPicture& seen) {
    const std::string at = rate_of(seen);
    const auto mostly = [&](double ms) { return seen.service_ms > 0 && ms > seen.service_ms / 2; };
    if (mostly(seen.queue_ms)) {
        return Attribution{
            Bottleneck::queue,
            fmt::format("queue: {} % of a request's time is waiting for its turn at {}{}",
                        percent(seen.queue_ms, seen.service_ms), at, cpu_to_spare(seen))};
    }
    if (mostly(seen.infer_ms)) {
        return Attribution{
            Bottleneck::inference,
            fmt::format("inference: the model takes {} % of a request's time at {}{}",
                        percent(seen.infer_ms, seen.service_ms), at, cpu_to_spare(seen))};
    }
    if (mostly(seen.network_ms) && seen.infer_ms > 0) {
        const std::string queued =
            seen.accept_queue >= 1
                ? fmt::format("; {:.0f} connections wait for its accept()", seen.accept_queue)
                : "";
        return Attribution{
            Bottleneck::network,
            fmt::format("network or accept queue: {} % of a request's time passes outside the "
                        "server's own phases at {}{}{}",
                        percent(seen.network_ms, seen.service_ms), at, cpu_to_spare(seen), queued)};
    }
    return {};
}

// Phases come from the target itself; without its CPU nothing says that it was not full instead.
double confidence_in(Bottleneck bottleneck, const LoadPicture& seen) {
    const double of_time = seen.target_cpu ? 0.9 : 0.6;
    const auto share = [&](double ms) { return of_time * std::min(1.0, ms / seen.service_ms); };
    switch (bottleneck) {
        case Bottleneck::throttling:
        case Bottleneck::gpu:
        case Bottleneck::compute:
            return 0.95;
        case Bottleneck::neighbours:
        case Bottleneck::machine:
        case Bottleneck::generator:
            return 0.9;
        case Bottleneck::memory:
        case Bottleneck::disk:
            return 0.7;
        case Bottleneck::queue:
            return share(seen.queue_ms);
        case Bottleneck::inference:
            return share(seen.infer_ms);
        case Bottleneck::network:
            return share(seen.network_ms);
        case Bottleneck::unknown:
            return 0;
    }
    return 0;
}

}  // namespace

std::string_view name_of(Bottleneck bottleneck) {
    switch (bottleneck) {
        case Bottleneck::throttling:
            return "throttling";
        case Bottleneck::gpu:
            return "gpu";
        case Bottleneck::machine:
            return "machine";
        case Bottleneck::memory:
            return "memory";
        case Bottleneck::disk:
            return "disk";
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

// Where the generator gave out, the target's own limit was not seen, however busy it was.
Attribution attribute(const LoadPicture& seen) {
    Found found = seen.generator_gave_out ? Found() : of_target(seen);
    for (const auto& rule : {of_machine, of_generator, of_pressure, of_phases}) {
        if (!found) found = rule(seen);
    }
    if (found) {
        found->confidence = confidence_in(found->bottleneck, seen);
        return *found;
    }
    return {Bottleneck::unknown,
            fmt::format("not attributed at {}: the target reports no phases{}", rate_of(seen),
                        seen.target_cpu ? cpu_to_spare(seen) : ", and its CPU cannot be seen"),
            0};
}

}  // namespace mettle::analysis
