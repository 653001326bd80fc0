#pragma once

// What somebody said about a model beside its file: `mettle.yaml`, or Triton's config.pbtxt. All of
// it is optional; the graph and the measured time say the rest.

#include "mettle/inference/batch_knobs.hpp"
#include "mettle/inference/provider_choice.hpp"
#include "mettle/inference/time_model.hpp"
#include "mettle/inference/transform_config.hpp"
#include "mettle/schema/place.hpp"
#include "mettle/tensor/signature.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mettle {

struct VersionPolicy {
    bool operator==(const VersionPolicy&) const = default;

    enum class Kind { latest, all, specific };
    Kind kind = Kind::all;
    std::size_t latest = 1;
    std::vector<std::int64_t> specific;
};

// How the runtime is to run a model.
struct RuntimeConfig {
    bool operator==(const RuntimeConfig&) const = default;

    std::optional<int> intra_op_threads;
    std::optional<int> graph_optimization_level;  // ONNX Runtime's: 0, 1, 2, 99.
    // Execution providers, first choice first, with their options. Empty: the server's.
    std::vector<ProviderChoice> providers;
    std::vector<std::string> custom_op_libraries;
};

// What a config says of an input or output, to be held against the graph's.
struct DeclaredTensor {
    bool operator==(const DeclaredTensor&) const = default;

    std::string name;
    Place place;
    std::optional<DataType> type;
    Place type_place;
    std::optional<Shape> dims;  // Of a row, where max_batch_size is above 0.
    Place dims_place;
    bool optional = false;
};

// An input of a run that warms a model up.
struct WarmUpInput {
    bool operator==(const WarmUpInput&) const = default;

    enum class Fill { zeros, noise, bytes };
    std::string name;
    Place place;
    DataType type = DataType::fp32;
    Shape dims;  // Of a row, where the warm-up has rows.
    Fill fill = Fill::zeros;
    std::vector<std::byte> bytes;  // In V2's binary form, as many as `dims` has.
};

// A run that must succeed before a version is served.
struct WarmUp {
    bool operator==(const WarmUp&) const = default;

    std::string name;
    Place place;
    std::int64_t rows = 0;  // 0: the inputs' dims are whole shapes.
    int count = 1;
    std::vector<WarmUpInput> inputs;
};

struct ModelConfig {
    bool operator==(const ModelConfig&) const = default;

    std::string name;  // Empty: the folder's.
    Place name_place;
    std::string model_file;                      // Within a version; empty: the only one there.
    std::optional<std::int64_t> max_batch_size;  // Triton's: 0 says that no dimension is the rows.
    Place max_batch_place;
    std::vector<DeclaredTensor> inputs, outputs;
    std::vector<WarmUp> warm_ups;
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
