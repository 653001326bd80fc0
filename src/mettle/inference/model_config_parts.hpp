#pragma once

// What the readers of a model's config share. Of this room's readers only.

#include "mettle/inference/model_config_reader.hpp"
#include "mettle/schema/yaml_reader.hpp"

#include <span>

namespace mettle {

// The items of a list; of anything else, itself: protobuf's text form has no list of one.
std::span<const YamlNode> items_of(const YamlNode& node);

// A protobuf map: {name: value}, or entries of `key` and `value`.
std::vector<std::pair<std::string, const YamlNode*>> map_entries(YamlReader& reader,
                                                                 const YamlNode& node,
                                                                 std::string_view what);

std::optional<DataType> read_data_type(YamlReader& reader, const YamlNode& node);
std::optional<Shape> read_dims(YamlReader& reader, const YamlNode& node, std::int64_t least);

void read_dynamic_batching(YamlReader& reader, const YamlNode& node, BatchKnobs& knobs);
std::vector<DeclaredTensor> read_declared(YamlReader& reader, const YamlNode& node,
                                          std::string_view what, const ReadConfigFile& read_file,
                                          std::vector<std::string>& labels);
std::vector<WarmUp> read_warm_ups(YamlReader& reader, const YamlNode& node,
                                  const ReadConfigFile& read_file);
std::vector<std::string> read_labels(YamlReader& reader, const YamlNode& node,
                                     const ReadConfigFile& read_file);

}  // namespace mettle
