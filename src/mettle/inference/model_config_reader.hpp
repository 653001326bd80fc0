#pragma once

// Reads what somebody said about a model: `mettle.yaml`, Triton's config.pbtxt, or the JSON of a
// load request. One set of keys for the three, Triton's where Triton has the thing.

#include "mettle/inference/model_config.hpp"
#include "mettle/schema/yaml_tree.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace mettle {

// The bytes of a file that a config names, for labels and warm-ups.
using ReadConfigFile = std::function<Result<std::string>(const std::string& name)>;

enum class ConfigForm { yaml, text_format, json };

// What is wrong goes to `mistakes`, under the file name `name`; then the config holds what was
// right. In JSON, protobuf's camelCase names are Triton's, too.
ModelConfig read_model_config(std::string_view text, ConfigForm form, const std::string& name,
                              const ReadConfigFile& read_file, Mistakes& mistakes);

// What stands beside a model in `folder`: mettle.yaml, else config.pbtxt, else nothing. A folder
// that has both is a mistake. Files that a config names are read from `folder` only.
ModelConfig read_model_folder(const std::filesystem::path& folder, Mistakes& mistakes);

// Up to 1 MiB; fails with a sentence.
Result<std::string> read_small_file(const std::filesystem::path& file);

}  // namespace mettle
