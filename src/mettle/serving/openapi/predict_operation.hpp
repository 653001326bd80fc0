#pragma once

#include "mettle/serving/openapi/document.hpp"
#include "mettle/serving/openapi/tensor_schema.hpp"

namespace mettle::openapi {

// POST /predict/{model} of one model, and how many elements its examples may have; what they take
// is taken off.
Json predict_operation(const DescribedModel& model, std::string operation_id,
                       std::int64_t& example_room);

// What operations refer to: errors in FastAPI's form.
Json component_schemas();
Json component_responses();

}  // namespace mettle::openapi
