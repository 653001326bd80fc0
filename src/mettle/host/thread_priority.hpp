#pragma once

// How a thread shares a core with others of its process and of its control group. Both calls are
// for the calling thread, for good, and need no privilege.

namespace mettle::host {

// For short work that somebody waits for: asks for short slices of time (Linux 6.12; older kernels
// don't know them), so that a thread that wakes up need not wait until another's slice of 3 ms or
// more is over.
void be_prompt();

// Prompt, too, but behind those of the usual priority: a nice value of 10 more.
void give_way();

}  // namespace mettle::host
