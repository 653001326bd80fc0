#include "mettle/cli/onnx_factory.hpp"

#include "mettle/inference/onnx/onnx_model.hpp"
#include "mettle/inference/transforms/transformed_model.hpp"

#include <fmt/format.h>

namespace mettle::cli {

OnnxFactory::OnnxFactory(const ServeOptions& options) : options_(options) {
    onnx::start_runtime();
}

Result<std::unique_ptr<Model>> OnnxFactory::make(const ModelFile& file, const ModelConfig& config) {
    for (const auto& [provider, settings] : config.runtime.providers) {
        if (provider != "cpu")
            return fail(Error::Kind::unsupported,
                        fmt::format("model '{}': execution provider '{}' is not offered: there is "
                                    "cpu",
                                    file.name, provider));
    }
    if (!config.runtime.custom_op_libraries.empty())
        return fail(Error::Kind::unsupported,
                    fmt::format("model '{}': custom_ops is not offered", file.name));
    onnx::Options options;
    options.intra_op_threads = config.runtime.intra_op_threads.value_or(options_.intra_op_threads);
    options.graph_optimization_level = config.runtime.graph_optimization_level.value_or(99);
    options.cache_folder = options_.model_cache;
    auto model = onnx::load(file.file, options);
    if (!model) return std::unexpected(model.error());
    auto transformed = with_transforms(*std::move(model), config.transforms);
    if (!transformed)
        return fail(transformed.error().kind,
                    fmt::format("model '{}': {}", file.name, transformed.error().message));
    return transformed;
}

ServedModel::Options OnnxFactory::options(const ModelConfig& config) const {
    ServedModel::Options options;
    options.max_queue = options_.max_queue;
    options.workers = config.workers.value_or(options_.workers);
    options.batching = config.batching;
    if (!options.batching.max_batch_rows) options.batching.max_batch_rows = options_.max_batch_rows;
    options.lane = config.lane ? config.lane : options_.lane;
    options.labels = config.labels;
    options.slo = config.slo_p99 ? config.slo_p99 : options_.slo;
    options.queue_target = options_.queue_target;
    return options;
}

}  // namespace mettle::cli
