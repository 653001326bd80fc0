#include "mettle/monitor/nvml.hpp"

#include <fmt/format.h>

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mettle::monitor {
namespace {

// The part of nvml.h that is used; its ABI has been the same since version 1 of each symbol.
using Device = struct nvmlDevice_st*;
struct Utilization {
    unsigned gpu = 0, memory = 0;  // Percent.
};
struct Memory {
    unsigned long long total = 0, free = 0, used = 0;
};
constexpr int kSuccess = 0;
constexpr int kTemperatureGpu = 0, kClockSm = 1, kClockMemory = 2;

template <typename Function>
bool find(void* library, const char* symbol, Function& into) {
    into = reinterpret_cast<Function>(::dlsym(library, symbol));
    return into != nullptr;
}

std::optional<double> divided(int status, unsigned value, double by) {
    if (status != kSuccess) return {};
    return value / by;
}

}  // namespace

// NVML is C, and names its types otherwise: nothing that UBSan could compare with ours.
#define METTLE_CALLS_NVML __attribute__((no_sanitize("function")))

struct Nvml::Library {
    Library() = default;
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    METTLE_CALLS_NVML ~Library() {
        if (started) shutdown();
        if (handle) ::dlclose(handle);
    }

    bool find_all() {
        return find(handle, "nvmlInit_v2", init) && find(handle, "nvmlShutdown", shutdown) &&
               find(handle, "nvmlDeviceGetCount_v2", count) &&
               find(handle, "nvmlDeviceGetHandleByIndex_v2", by_index) &&
               find(handle, "nvmlDeviceGetName", name) &&
               find(handle, "nvmlDeviceGetUtilizationRates", utilization) &&
               find(handle, "nvmlDeviceGetMemoryInfo", memory) &&
               find(handle, "nvmlDeviceGetPowerUsage", power) &&
               find(handle, "nvmlDeviceGetEnforcedPowerLimit", power_limit) &&
               find(handle, "nvmlDeviceGetClockInfo", clock) &&
               find(handle, "nvmlDeviceGetTemperature", temperature) &&
               find(handle, "nvmlDeviceGetCurrentClocksThrottleReasons", throttling);
    }

    void* handle = nullptr;
    bool started = false;
    std::vector<Device> devices;

    int (*init)() = nullptr;
    int (*shutdown)() = nullptr;
    int (*count)(unsigned*) = nullptr;
    int (*by_index)(unsigned, Device*) = nullptr;
    int (*name)(Device, char*, unsigned) = nullptr;
    int (*utilization)(Device, Utilization*) = nullptr;
    int (*memory)(Device, Memory*) = nullptr;
    int (*power)(Device, unsigned*) = nullptr;        // mW
    int (*power_limit)(Device, unsigned*) = nullptr;  // mW
    int (*clock)(Device, int, unsigned*) = nullptr;   // MHz
    int (*temperature)(Device, int, unsigned*) = nullptr;
    int (*throttling)(Device, unsigned long long*) = nullptr;
};

// nvml.h: idle 1, application clocks 2, software power cap 4, hardware slowdown 8, sync boost 10,
// software thermal 20, hardware thermal 40, power brake 80, display clocks 100 (hexadecimal). Idle
// and clocks that somebody chose are no throttling.
ThrottleReasons throttle_reasons(std::uint64_t bits) {
    ThrottleReasons reasons;
    reasons.power = (bits & (0x4 | 0x80)) != 0;
    reasons.thermal = (bits & (0x20 | 0x40)) != 0;
    reasons.other = (bits & (0x8 | 0x10)) != 0 && !reasons.power && !reasons.thermal;
    return reasons;
}

Nvml::Nvml(std::unique_ptr<Library> library) : library_(std::move(library)) {}
Nvml::Nvml(Nvml&& other) noexcept = default;
Nvml::~Nvml() = default;

METTLE_CALLS_NVML Result<Nvml> Nvml::open(const std::string& path) {
    auto library = std::make_unique<Library>();
    library->handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library->handle)
        return fail(Error::Kind::not_found, fmt::format("{} is not there: no GPU is seen", path));
    if (!library->find_all())
        return fail(Error::Kind::not_found, fmt::format("{} lacks functions of NVML", path));
    if (const int status = library->init(); status != kSuccess)
        return fail(Error::Kind::unavailable,
                    fmt::format("NVML does not start: status {}", status));
    library->started = true;
    unsigned count = 0;
    if (library->count(&count) != kSuccess) count = 0;
    for (unsigned gpu = 0; gpu < std::min(count, kMostGpus); ++gpu) {
        Device device = nullptr;
        // One that has fallen off the bus keeps its number.
        if (library->by_index(gpu, &device) != kSuccess) device = nullptr;
        library->devices.push_back(device);
    }
    return Nvml(std::move(library));
}

unsigned Nvml::count() const {
    return static_cast<unsigned>(library_->devices.size());
}

METTLE_CALLS_NVML std::string Nvml::name(unsigned gpu) const {
    std::array<char, 96> text{};
    const Device device = library_->devices[gpu];
    if (!device || library_->name(device, text.data(), text.size() - 1) != kSuccess) return "";
    return text.data();
}

METTLE_CALLS_NVML GpuReading Nvml::read(unsigned gpu) const {
    GpuReading reading;
    const Library& library = *library_;
    const Device device = library.devices[gpu];
    if (!device) return reading;
    Utilization utilization;
    if (library.utilization(device, &utilization) == kSuccess) {
        reading.utilisation = utilization.gpu / 100.0;
        reading.memory_activity = utilization.memory / 100.0;
    }
    Memory memory;
    if (library.memory(device, &memory) == kSuccess) {
        reading.memory_used_bytes = memory.used;
        reading.memory_total_bytes = memory.total;
    }
    unsigned value = 0;
    int status = library.power(device, &value);
    reading.power_watts = divided(status, value, 1000);
    status = library.power_limit(device, &value);
    reading.power_limit_watts = divided(status, value, 1000);
    status = library.clock(device, kClockSm, &value);
    reading.sm_clock_mhz = divided(status, value, 1);
    status = library.clock(device, kClockMemory, &value);
    reading.memory_clock_mhz = divided(status, value, 1);
    status = library.temperature(device, kTemperatureGpu, &value);
    reading.temperature = divided(status, value, 1);
    unsigned long long bits = 0;
    if (library.throttling(device, &bits) == kSuccess) reading.throttling = bits;
    return reading;
}

}  // namespace mettle::monitor
