#pragma once

#include "mettle/prove/sending.hpp"

#include <thread>

namespace mettle::prove {

// Sends a request ten times a second beside a run of load, and looks at refusals in full: the
// engine keeps no headers of what it only counts.
class RefusalProbe {
public:
    struct Seen {
        int refusals = 0;  // 429 or 503.
        int with_retry_after = 0;
    };

    explicit RefusalProbe(const Sending& sending);  // `sending` outlives this.

    Seen stop();  // Joins; once.

private:
    void work(const std::stop_token& stop);

    const Sending& sending_;
    Seen seen_;  // The thread's until it is joined.
    std::jthread thread_;
};

}  // namespace mettle::prove
