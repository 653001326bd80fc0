#pragma once

// What somebody said about a model beside its file: `mettle.yaml`, or Triton's config.pbtxt. All of
// it is optional; the graph and the measured time say the rest.

#include "mettle/inference/batch_knobs.hpp"
#include "mettle/inference/time_model.hpp"
#include "mettle/inference/transform_config.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mettle {

struct VersionPolicy {
    bool operator==(const VersionPolicy&) const = default;

    enum class Kind { latest, all, specific };
    Kind kind = Kind::latest;
    std::size_t latest = 1;
    std::vector<std::int64_t> specific;
};

// How the runtime is to run a model.
struct RuntimeConfig {
    bool operator==(const RuntimeConfig&) const = default;

    std::optional<int> intra_op_threads;
    std::optional<int> graph_optimization_level;  // ONNX Runtime's: 0, 1, 2, 99.
    // Execution providers, first choice first, with their options. Empty: the server's.
    std::vector<std::pair<std::string, std::map<std::string, std::string>>> providers;
    std::vector<std::string> custom_op_libraries;
};

struct ModelConfig {
    bool operator==(const ModelConfig&) const = default;

    std::string name;  // Empty: the folder's.
    BatchKnobs batching;
    std::optional<int> workers;  // instance_group's count.
    std::optional<Lane> lane;
    std::optional<Duration> slo_p99;
    VersionPolicy versions;
    std::vector<std::string> labels;                    // Of the classes, by index.
    std::map<std::string, std::string> version_labels;  // "stable" -> "3"
    RuntimeConfig runtime;
    TransformConfig transforms;
};

}  // namespace mettle
