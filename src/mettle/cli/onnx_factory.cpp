#include "mettle/cli/onnx_factory.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/inference/onnx/custom_ops.hpp"
#include "mettle/inference/onnx/onnx_model.hpp"
#include "mettle/inference/transforms/model_chain.hpp"
#include "mettle/inference/transforms/transformed_model.hpp"

#include <fmt/format.h>

#include <functional>

namespace mettle::cli {

namespace {

namespace fs = std::filesystem;

using LoadGraph = std::function<Result<std::unique_ptr<Model>>(const fs::path&)>;

// Beside the version's own graph, or one for all versions in the model's folder.
fs::path graph_file(const ModelFile& model, const std::string& name) {
    const fs::path of_version = model.file.parent_path() / name;
    std::error_code error;
    return fs::exists(of_version, error) ? of_version : model.folder / name;
}

Result<std::unique_ptr<Model>> with_all_transforms(std::unique_ptr<Model> model,
                                                   const ModelFile& file,
                                                   const TransformConfig& config,
                                                   const LoadGraph& load) {
    ChainLinks links;
    if (config.before) {
        auto graph = load(graph_file(file, config.before->file));
        if (!graph) return graph;
        links.before = *std::move(graph);
        links.pad = config.before->pad;
        links.pad_to_multiple_of = config.before->pad_to_multiple_of;
    }
    if (!config.after.empty()) {
        auto graph = load(graph_file(file, config.after));
        if (!graph) return graph;
        links.after = *std::move(graph);
    }
    auto chained = chain_models(std::move(model), std::move(links));
    if (!chained) return chained;
    return with_transforms(*std::move(chained), config);
}

}  // namespace

OnnxFactory::OnnxFactory(const ServeOptions& options) : options_(options) {
    onnx::start_runtime();
    for (const fs::path& library : options.custom_ops)
        if (const auto opened = onnx::open_custom_ops(library); !opened)
            throw StartupError(opened.error().message);
    for (const auto& [name, file] : options.provider_libraries) {
        auto library = onnx::open_provider_library(name, file);
        if (!library) throw StartupError(library.error().message);
        provider_libraries_.push_back(*std::move(library));
    }
    auto providers = onnx::usable_providers(options.providers, provider_libraries_);
    if (!providers) throw StartupError("--ep: " + providers.error().message);
    providers_ = *std::move(providers);
}

Result<std::unique_ptr<Model>> OnnxFactory::make(const ModelFile& file, const ModelConfig& config) {
    onnx::Options options;
    options.intra_op_threads = config.runtime.intra_op_threads.value_or(options_.intra_op_threads);
    options.graph_optimization_level = config.runtime.graph_optimization_level.value_or(99);
    options.cache_folder = options_.model_cache;
    options.providers = config.runtime.providers.empty() ? providers_ : config.runtime.providers;
    options.provider_libraries = provider_libraries_;
    options.custom_ops = options_.custom_ops;
    for (const std::string& library : config.runtime.custom_op_libraries)
        options.custom_ops.push_back(file.folder / library);
    const auto load = [&options](const fs::path& graph) { return onnx::load(graph, options); };
    auto model = load(file.file);
    if (!model) return std::unexpected(model.error());
    auto transformed = with_all_transforms(*std::move(model), file, config.transforms, load);
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
