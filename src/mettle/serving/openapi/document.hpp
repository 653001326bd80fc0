#pragma once

// The OpenAPI 3.1 document of what is served.

#include "mettle/tensor/signature.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace mettle::openapi {

struct DescribedModel {
    std::string name;
    std::string version;
    Signature signature;
    std::vector<bool> pictures;  // By input.
};

// Which routes there are.
struct DescribedRoutes {
    bool predict = true;
    bool v2 = true;
    bool tfs = true;
    bool metrics = true;  // On this port.
};

// Models beyond it are named in the description and have no operation.
constexpr std::size_t kMostDescribed = 256;

// An object without its closing brace, so that what depends on the request (`servers`) can be added
// at its end. POST /predict/{model} is described for each model with schemas and examples made from
// its signature. A JSON Schema cannot say that inputs have the same number of rows, so for models
// of several inputs the batch form is described for two rows. Examples of more than 4,096 elements
// are left out, and all of them beyond 65,536.
std::string open_document(std::span<const DescribedModel> models, const DescribedRoutes& routes);

}  // namespace mettle::openapi
