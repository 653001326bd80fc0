#pragma once

#include <stop_token>
#include <thread>

namespace mettle::cli {

// While it lives, the first Ctrl-C or SIGTERM asks for a stop, and a second one ends the process at
// once. REQUIRES: made before other threads, which then leave these signals to it.
class StopSignals {
public:
    explicit StopSignals(std::stop_source& stop);
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

private:
    std::jthread waiter_;
};

}  // namespace mettle::cli
