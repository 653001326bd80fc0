#pragma once

// NVIDIA's management library, opened at run time: nothing is needed to build, and a machine
// without it simply has no GPUs to watch. Only reads. One thread.

#include "mettle/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::monitor {

// What a GPU said; nothing where it does not support the question.
struct GpuReading {
    std::optional<double> utilisation;  // Share of the time in which a kernel ran.
    std::optional<double> memory_activity;
    std::optional<std::uint64_t> memory_used_bytes, memory_total_bytes;
    std::optional<double> power_watts, power_limit_watts;
    std::optional<double> sm_clock_mhz, memory_clock_mhz;
    std::optional<double> temperature;        // °C
    std::optional<std::uint64_t> throttling;  // Bits of NVML's clocksThrottleReasons.
};

// The bits that mean that the GPU runs slower than it could, by what holds it back.
struct ThrottleReasons {
    bool power = false, thermal = false, other = false;
};
ThrottleReasons throttle_reasons(std::uint64_t bits);

class Nvml {
public:
    static constexpr const char* kLibrary = "libnvidia-ml.so.1";
    static constexpr unsigned kMostGpus = 16;

    // not_found without the library or its symbols; unavailable when it does not start.
    static Result<Nvml> open(const std::string& library = kLibrary);

    Nvml(Nvml&& other) noexcept;
    ~Nvml();

    unsigned count() const;
    std::string name(unsigned gpu) const;
    GpuReading read(unsigned gpu) const;

private:
    struct Library;
    explicit Nvml(std::unique_ptr<Library> library);
    std::unique_ptr<Library> library_;
};

}  // namespace mettle::monitor
