#pragma once

#include <atomic>

namespace mettle {

// Whether this server wants traffic. Set by the verb that runs it, read by health routes.
struct Readiness {
    std::atomic<bool> ready = false;
    int not_ready_status = 503;  // Triton says 400.
};

}  // namespace mettle
