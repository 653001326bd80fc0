#pragma once

#include "mettle/monitor/sampler.hpp"

#include <cstdint>

namespace mettle::monitor {

// Our own TCP connections to a port: round trip and retransmissions, as the kernel sees them
// (tcp_info), of at most 64 of them; and, where the target is on this machine, how many connections
// wait for its accept(). Sockets are looked at by descriptor while their owners use them: a
// descriptor that is closed meanwhile costs one sample, and nothing is changed.
class ConnectionSampler final : public Sampler {
public:
    static constexpr int kMostConnections = 64;

    ConnectionSampler(std::uint16_t port, bool on_this_machine)
        : port_(port), on_this_machine_(on_this_machine) {}

    Duration period() const override { return std::chrono::seconds(1); }
    void sample(TimePoint moment, Timeline& to) override;

private:
    std::uint16_t port_;
    bool on_this_machine_;
    Probe connections_{"connections"};
    Probe target_{"target"};
};

}  // namespace mettle::monitor
