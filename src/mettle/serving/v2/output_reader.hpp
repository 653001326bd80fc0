#pragma once

#include "mettle/serving/v2/infer_request.hpp"
#include "mettle/serving/v2/json_get.hpp"

namespace mettle::v2 {

// Reads the `outputs` of a request, which say what it wants and in which form, and appends them to
// `wanted`.
Result<void> read_outputs(json::array outputs, const Signature& signature,
                          std::vector<InferRequest::Output>& wanted);

}  // namespace mettle::v2
