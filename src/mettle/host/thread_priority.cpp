#include "mettle/host/thread_priority.hpp"

#include <sys/resource.h>

namespace mettle::host {

void give_way() {
    // A tenth of the weight of a thread of the usual priority. Of whoever started us, too, more is
    // kept than the last place (19), where idle-time work is.
    constexpr int kSteps = 10, kLast = 18;
    const int now = ::getpriority(PRIO_PROCESS, 0);  // 0: Linux means this thread.
    if (now < kLast) ::setpriority(PRIO_PROCESS, 0, now + kSteps < kLast ? now + kSteps : kLast);
}

}  // namespace mettle::host
