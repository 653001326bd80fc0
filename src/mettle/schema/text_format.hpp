#pragma once

// Protobuf's text format (Triton's config.pbtxt) as the same tree as YAML's, with places. Fields of
// messages are maps, and a field that stands several times, or in brackets, is a list: whether one
// that stands once is a list of one only its reader knows.
//
// protobuf's own TextFormat would want a code generator, its library and a schema of 2,000 lines
// for the few fields that are read here, and says the place of a syntax error only. Left out:
// extensions, Any in its expanded form.

#include "mettle/schema/yaml_tree.hpp"

#include <string_view>

namespace mettle {

// What is wrong goes to `mistakes`; then the tree holds what came before.
YamlNode parse_text_format(std::string_view text, int file, Mistakes& mistakes,
                           YamlLimits limits = {});

}  // namespace mettle
