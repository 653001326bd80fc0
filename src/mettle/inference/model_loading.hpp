#pragma once

#include "mettle/inference/model_factory.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace mettle {

// What somebody said about a model, from wherever its layout has it: mettle.yaml or config.pbtxt,
// or `override_json` of a load request instead; else the labels of a Hugging Face config.json.
// Fails with all mistakes, a line each.
Result<ModelConfig> read_config_of(const ModelFile& file, const std::string& override_json,
                                   Mistakes& mistakes);

struct LoadedVersion {
    std::shared_ptr<ServedModel> model;
    // The larger of its files and what the heap grew by while it was loaded and warmed up.
    std::uint64_t bytes = 0;
    bool took_zeros = false;  // It ran on inputs made up from its signature.
};

// Reads, checks and warms up a version; `mistakes` is the config's. Blocks for as long as that
// takes. Fails with a sentence: not a model, contradicts its config, or failed a warm-up.
// `must_take_zeros`: so does what it would replace, so failing on made-up inputs counts.
Result<LoadedVersion> load_version(const ModelFile& file, const ModelConfig& config,
                                   Mistakes& mistakes, ModelFactory& factory, bool must_take_zeros);

}  // namespace mettle
