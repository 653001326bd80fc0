#pragma once

#include "mettle/inference/model_config_reader.hpp"
#include "mettle/inference/transform_config.hpp"
#include "mettle/schema/yaml_tree.hpp"

namespace mettle {

// Reads what stands below `transforms` in a mettle.yaml, with the file of labels that it names.
TransformConfig read_transforms(const YamlNode& node, const ReadConfigFile& read_file,
                                Mistakes& mistakes);

}  // namespace mettle
