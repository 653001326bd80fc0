// A library with the symbols of NVML, for tests: two GPUs, of which the second answers nothing but
// its memory, as a MIG slice or an old card does. Busier with each question, so that a series
// moves.

#include <cstdio>

struct Utilization {
    unsigned gpu, memory;
};
struct Memory {
    unsigned long long total, free, used;
};
using Device = unsigned long;  // 1 and 2.

namespace {

constexpr int kSuccess = 0, kInvalidArgument = 2, kNotSupported = 3;
bool g_started = false;
unsigned g_questions = 0;

int only_first(Device device, unsigned* into, unsigned value) {
    if (device != 1) return kNotSupported;
    *into = value;
    return kSuccess;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
    g_started = true;
    return kSuccess;
}
int nvmlShutdown() {
    g_started = false;
    return kSuccess;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
    *count = g_started ? 2 : 0;
    return kSuccess;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
    if (index > 1) return kInvalidArgument;
    *device = index + 1;
    return kSuccess;
}
int nvmlDeviceGetName(Device device, char* name, unsigned size) {
    std::snprintf(name, size, "Stand-in %lu", device);
    return kSuccess;
}
int nvmlDeviceGetUtilizationRates(Device device, Utilization* into) {
    if (device != 1) return kNotSupported;
    *into = {50 + g_questions++ % 50, 20};
    return kSuccess;
}
int nvmlDeviceGetMemoryInfo(Device, Memory* into) {
    *into = {80ULL << 30, 60ULL << 30, 20ULL << 30};
    return kSuccess;
}
int nvmlDeviceGetPowerUsage(Device device, unsigned* into) {
    return only_first(device, into, 312'500);
}
int nvmlDeviceGetEnforcedPowerLimit(Device device, unsigned* into) {
    return only_first(device, into, 700'000);
}
int nvmlDeviceGetClockInfo(Device device, int clock, unsigned* into) {
    return only_first(device, into, clock == 1 ? 1755 : 2619);
}
int nvmlDeviceGetTemperature(Device device, int, unsigned* into) {
    return only_first(device, into, 64);
}
int nvmlDeviceGetCurrentClocksThrottleReasons(Device device, unsigned long long* into) {
    if (device != 1) return kNotSupported;
    *into = 0x4;  // Software power cap.
    return kSuccess;
}
}
