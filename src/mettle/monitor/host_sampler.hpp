#pragma once

#include "mettle/monitor/sampler.hpp"

#include <string>

namespace mettle::monitor {

// The whole machine: "host.cpu", "host.steal", "host.cpu_pressure", "host.tcp_retransmits", ...
class HostSampler final : public Sampler {
public:
    explicit HostSampler(std::string root = "") : root_(std::move(root)) {}

    void sample(TimePoint moment, Timeline& to) override;

private:
    void put_cpu();
    void put_memory();
    void put_pressure();
    void put_disks();
    void put_network();
    bool read(const char* path);  // Into text_.

    std::string root_;  // Before /proc, so that tests can bring files of their own.
    Probe probe_{"host"};
    std::string text_;
};

}  // namespace mettle::monitor
