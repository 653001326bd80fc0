#pragma once

#include "mettle/inference/transform_config.hpp"
#include "mettle/schema/yaml_tree.hpp"

namespace mettle {

// Reads what stands below `transforms` in a mettle.yaml.
TransformConfig read_transforms(const YamlNode& node, Mistakes& mistakes);

}  // namespace mettle
