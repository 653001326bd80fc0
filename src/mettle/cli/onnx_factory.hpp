#pragma once

#include "mettle/cli/serve.hpp"
#include "mettle/inference/model_factory.hpp"

namespace mettle::cli {

// Models on ONNX Runtime, as the flags of `mettle serve` and a model's config say.
class OnnxFactory final : public ModelFactory {
public:
    // `options` must outlive it.
    explicit OnnxFactory(const ServeOptions& options);

    Result<std::unique_ptr<Model>> make(const ModelFile& file, const ModelConfig& config) override;
    ServedModel::Options options(const ModelConfig& config) const override;

private:
    const ServeOptions& options_;
};

}  // namespace mettle::cli
