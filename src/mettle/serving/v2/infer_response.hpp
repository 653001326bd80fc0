#pragma once

#include "mettle/http/message.hpp"
#include "mettle/inference/served_model.hpp"
#include "mettle/serving/v2/infer_request.hpp"

namespace mettle::v2 {

// Encodes the outputs that were asked for into `response`: JSON, or JSON followed by binary
// tensors. Copies the tensors, so the slab is free afterwards. Fails with `invalid_input` when an
// output that has no JSON form was not asked for as binary.
Result<void> encode_response(const ServedModel& model, const InferRequest& request,
                             const Slab& slab, http::Response& response);

}  // namespace mettle::v2
