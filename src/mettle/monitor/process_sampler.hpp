#pragma once

// CPU, memory, threads, descriptors, faults, switches and disk traffic of process trees, by their
// roots: "target.cpu", "target.rss", ...

#include "mettle/monitor/sampler.hpp"

#include <memory>
#include <vector>

namespace mettle::monitor {

enum class Children { no, yes };

// Four times a second what /proc/PID/stat says; once a second what its threads and descriptors say;
// every 2 s or less often PSS. Each is a sampler of its own, since they differ in what they cost.
std::vector<std::unique_ptr<Sampler>> process_samplers(const std::string& subject,
                                                       std::vector<int> roots,
                                                       Children children = Children::yes);

}  // namespace mettle::monitor
