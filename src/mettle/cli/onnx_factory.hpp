#pragma once

#include "mettle/cli/serve.hpp"
#include "mettle/inference/model_factory.hpp"
#include "mettle/inference/onnx/providers.hpp"

#include <vector>

namespace mettle::cli {

// Models on ONNX Runtime, as the flags of `mettle serve` and a model's config say.
class OnnxFactory final : public ModelFactory {
public:
    // `options` must outlive it. Throws StartupError where libraries or execution providers that
    // they name can't be had.
    explicit OnnxFactory(const ServeOptions& options);

    Result<std::unique_ptr<Model>> make(const ModelFile& file, const ModelConfig& config) override;
    ServedModel::Options options(const ModelConfig& config) const override;

private:
    const ServeOptions& options_;
    std::vector<onnx::ProviderLibrary> provider_libraries_;
    std::vector<ProviderChoice> providers_;  // Of the options', those that can be had.
};

}  // namespace mettle::cli
