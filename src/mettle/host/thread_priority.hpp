#pragma once

namespace mettle::host {

// Lets other threads have the core first where they share one, for good: a thread may give way
// without asking anybody, and not take it back. Says so in the kernel's nice value, which counts
// among the threads of a process and of its control group.
void give_way();

}  // namespace mettle::host
