#pragma once

#include "mettle/monitor/nvml.hpp"
#include "mettle/monitor/sampler.hpp"

#include <vector>

namespace mettle::monitor {

// "gpu0.utilisation", "gpu0.memory", "gpu0.power", ... of all GPUs.
class GpuSampler final : public Sampler {
public:
    explicit GpuSampler(Nvml nvml);

    void sample(TimePoint moment, Timeline& to) override;

private:
    Nvml nvml_;
    std::vector<Probe> probes_;
};

}  // namespace mettle::monitor
