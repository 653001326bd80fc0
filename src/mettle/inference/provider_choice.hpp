#pragma once

#include "mettle/base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mettle {

// One of the runtime's execution providers as somebody asked for it. What the options mean is the
// provider's own affair.
struct ProviderChoice {
    bool operator==(const ProviderChoice&) const = default;

    std::string name;  // "cuda"; ONNX Runtime's own "CUDAExecutionProvider" means the same.
    std::map<std::string, std::string> options = {};
};

// A list as a flag has it, first choice first:
// "cuda(device_id=0,cudnn_conv_algo_search=HEURISTIC),cpu". Fails with what is wrong in it and what
// would be right.
Result<std::vector<ProviderChoice>> parse_providers(std::string_view text);

}  // namespace mettle
