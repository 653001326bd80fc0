#pragma once

#include "mettle/inference/model_config.hpp"
#include "mettle/inference/model_files.hpp"
#include "mettle/inference/served_model.hpp"

#include <memory>

namespace mettle {

// Makes models of files: what kind of model, on what runtime, and with which of the server's
// defaults, is its knowledge alone. Used by the thread that loads.
class ModelFactory {
public:
    virtual ~ModelFactory() = default;

    // Fails with a sentence that names the file.
    virtual Result<std::unique_ptr<Model>> make(const ModelFile& file,
                                                const ModelConfig& config) = 0;
    // How it is to be served: the config's word over the server's flags.
    virtual ServedModel::Options options(const ModelConfig& config) const = 0;
};

}  // namespace mettle
