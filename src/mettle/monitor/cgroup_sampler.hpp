#pragma once

#include "mettle/host/cgroup.hpp"
#include "mettle/monitor/sampler.hpp"

namespace mettle::monitor {

// What a control group uses and where it is held back: "target.throttled", "target.memory", ... Of
// a target that is a whole group, its CPU and RSS, too.
enum class GroupIs { target, surroundings };

class CgroupSampler final : public Sampler {
public:
    CgroupSampler(const std::string& subject, host::CgroupFolders folders, GroupIs is)
        : probe_(subject), folders_(std::move(folders)), is_(is) {}

    void sample(TimePoint moment, Timeline& to) override;

private:
    void put_target(const host::CgroupUsage& usage);
    void put_throttling(const host::CgroupUsage& usage, TimePoint moment);

    Probe probe_;
    host::CgroupFolders folders_;
    GroupIs is_;
    Growth periods_, throttled_;
};

}  // namespace mettle::monitor
