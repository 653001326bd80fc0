#include "mettle/host/cpus.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/host/cgroup.hpp"

#include <fmt/format.h>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>

namespace mettle::host {
namespace {

constexpr int kMostCpus = 8192;  // What Linux can be configured for.

// A cpu_set_t has room for 1024 only; larger ones are allocated.
class CpuSet {
public:
    CpuSet() : set_(CPU_ALLOC(kMostCpus)) { CPU_ZERO_S(bytes(), set_); }
    ~CpuSet() { CPU_FREE(set_); }
    CpuSet(CpuSet&&) = delete;

    static std::size_t bytes() { return CPU_ALLOC_SIZE(kMostCpus); }
    cpu_set_t* get() { return set_; }
    void add(int cpu) { CPU_SET_S(static_cast<std::size_t>(cpu), bytes(), set_); }
    bool has(int cpu) const { return CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes(), set_); }

private:
    cpu_set_t* set_;
};

bool read_cpu(std::string_view& text, int& cpu) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpu);
    if (error != std::errc() || cpu < 0 || cpu >= kMostCpus) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

}  // namespace

std::vector<int> allowed_cpus() {
    CpuSet set;
    std::vector<int> cpus;
    if (::sched_getaffinity(0, CpuSet::bytes(), set.get()) == 0) {
        for (int cpu = 0; cpu < kMostCpus; ++cpu) {
            if (set.has(cpu)) cpus.push_back(cpu);
        }
    }
    if (cpus.empty()) cpus.push_back(0);
    return cpus;
}

int usable_cores() {
    const int cpus = static_cast<int>(allowed_cpus().size());
    const auto quota = cpu_quota();
    if (!quota || *quota >= cpus) return cpus;
    return std::max(1, static_cast<int>(std::ceil(*quota)));
}

int all_cores() {
    return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

Result<void> pin_this_thread(std::span<const int> cpus) {
    CpuSet set;
    for (const int cpu : cpus) {
        if (cpu < 0 || cpu >= kMostCpus)
            return fail(Error::Kind::invalid_input, fmt::format("there is no CPU {}", cpu));
        set.add(cpu);
    }
    const int error = ::pthread_setaffinity_np(::pthread_self(), CpuSet::bytes(), set.get());
    if (error == 0) return {};
    return fail(Error::Kind::unsupported,
                fmt::format("cannot run on CPUs {}: {}", format_cpus(cpus), std::strerror(error)));
}

CpuSplit split_cpus(std::span<const int> cpus) {
    METTLE_ASSERT(!cpus.empty());
    if (cpus.size() == 1) return {{cpus[0]}, {cpus[0]}, true};
    const auto middle = cpus.begin() + static_cast<std::ptrdiff_t>((cpus.size() + 1) / 2);
    return {{cpus.begin(), middle}, {middle, cpus.end()}, false};
}

std::string format_cpus(std::span<const int> cpus) {
    std::string text;
    for (std::size_t first = 0, last = 0; first < cpus.size(); first = last + 1) {
        for (last = first; last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1;) ++last;
        text += text.empty() ? "" : ",";
        text += first == last ? fmt::format("{}", cpus[first])
                              : fmt::format("{}-{}", cpus[first], cpus[last]);
    }
    return text;
}

Result<std::vector<int>> parse_cpus(std::string_view text) {
    const auto refuse = [whole = std::string(text)] {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is not a list of CPUs: write 0-3,6", whole));
    };
    std::vector<int> cpus;
    while (true) {
        int first = 0;
        if (!read_cpu(text, first)) return refuse();
        int last = first;
        if (text.starts_with('-')) {
            text.remove_prefix(1);
            if (!read_cpu(text, last) || last < first) return refuse();
        }
        for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
        if (text.empty()) break;
        if (!text.starts_with(',')) return refuse();
        text.remove_prefix(1);
    }
    std::ranges::sort(cpus);
    const auto surplus = std::ranges::unique(cpus);
    cpus.erase(surplus.begin(), surplus.end());
    return cpus;
}

}  // namespace mettle::host
