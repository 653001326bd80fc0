#pragma once

#include "mettle/monitor/sampler.hpp"

#include <cstdint>

namespace mettle::monitor {

// Our own TCP connections to a port: round trip and retransmissions, as the kernel sees them
// (tcp_info), of at most 64 of them. Sockets are looked at by descriptor while their owners use
// them: a descriptor that is closed meanwhile costs one sample, and nothing is changed.
class ConnectionSampler final : public Sampler {
public:
    static constexpr int kMostConnections = 64;

    explicit ConnectionSampler(std::uint16_t port) : port_(port) {}

    Duration period() const override { return std::chrono::seconds(1); }
    void sample(TimePoint moment, Timeline& to) override;

private:
    std::uint16_t port_;
    Probe probe_{"connections"};
};

// Of a target on this machine: how many connections wait for its accept(). A sampler of its own,
// since the kernel walks its whole table of connections for it: some milliseconds.
class AcceptQueueSampler final : public Sampler {
public:
    explicit AcceptQueueSampler(std::uint16_t port) : port_(port) {}

    Duration period() const override { return std::chrono::seconds(1); }
    void sample(TimePoint moment, Timeline& to) override;

private:
    std::uint16_t port_;
    Probe probe_{"target"};
};

}  // namespace mettle::monitor
