#include "mettle/results/run_result.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <sched.h>

#include <cstdint>
#include <fstream>

namespace mettle::results {

namespace {

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name")) continue;
        const auto colon = line.find(": ");
        if (colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown";
}

// In GiB, so that a megabyte more or less makes no other host.
std::uint64_t memory_gib() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    std::uint64_t kib = 0;
    file >> name >> kib;
    return (kib + (1 << 19)) >> 20;
}

// FNV-1a.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char character : text) {
        value ^= static_cast<unsigned char>(character);
        value *= 0x100000001b3;
    }
    return value;
}

}  // namespace

Host describe_host() {
    Host host;
    host.cpu = cpu_model();
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) host.cores = CPU_COUNT(&set);
    utsname names{};
    if (uname(&names) == 0) host.kernel = fmt::format("{} {}", names.sysname, names.release);
    host.fingerprint =
        fmt::format("{:016x}", hash(fmt::format("{}|{}|{}|{}|{}", host.cpu, host.cores, host.kernel,
                                                names.machine, memory_gib())));
    return host;
}

}  // namespace mettle::results
