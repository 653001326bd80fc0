#include "mettle/inference/transform_reader.hpp"

namespace mettle {

TransformConfig read_transforms(const YamlNode&, Mistakes&) {
    return {};
}

}  // namespace mettle
