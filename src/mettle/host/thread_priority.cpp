#include "mettle/host/thread_priority.hpp"

#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace mettle::host {

namespace {

constexpr std::uint64_t kSliceNs = 300'000;

// glibc has no wrapper before 2.41. An older kernel takes the nice value and leaves the slice; a
// sandbox may know only the older call.
void set(int nice) {
    sched_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.sched_nice = nice;
    attributes.sched_runtime = kSliceNs;
    if (::syscall(SYS_sched_setattr, 0, &attributes, 0) != 0)  // 0: this thread.
        ::setpriority(PRIO_PROCESS, 0, nice);
}

int nice_value() {
    return ::getpriority(PRIO_PROCESS, 0);  // 0: Linux means this thread.
}

}  // namespace

void be_prompt() {
    set(nice_value());
}

void give_way() {
    // A tenth of the weight of a thread of the usual priority. Of whoever started us, too, more is
    // kept than the last place (19), where idle-time work is.
    constexpr int kSteps = 10, kLast = 18;
    const int now = nice_value();
    set(std::max(now, std::min(now + kSteps, kLast)));
}

}  // namespace mettle::host
