#pragma once

#include "mettle/tensor/signature.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::v2 {

struct ServerMetadata {
    std::string name;
    std::string version;
    std::vector<std::string> extensions;
};

struct ModelMetadata {
    std::string name;
    std::vector<std::string> versions;
    std::string platform;
    Signature signature;
};

// From the bodies of GET /v2 and GET /v2/models/NAME. Fail when they have not V2's own fields
// (name and extensions; name, inputs and outputs with names, data types and shapes).
Result<ServerMetadata> parse_server_metadata(std::string_view body);
Result<ModelMetadata> parse_model_metadata(std::string_view body);

// Names from POST /v2/repository/index, each once.
Result<std::vector<std::string>> parse_repository_index(std::string_view body);

}  // namespace mettle::protocols::v2
