#pragma once

#include "mettle/protocols/http_transport.hpp"
#include "mettle/protocols/openapi/operation_schemas.hpp"

#include <memory>

namespace mettle::protocols::openapi {

// Judges an answer by what is documented for its status: the status itself, its range ("2XX"), or
// "default". A status below 400 that is not documented is fine, and so is a body that is not
// documented as JSON alone.
std::shared_ptr<const AnswerCheck> make_answer_check(
    std::shared_ptr<const payload::SchemaModel> model, std::vector<AnswerSchema> answers);

// Of requests that are wrong on purpose: a refusal is right, an answer is a failure of validation.
std::shared_ptr<const AnswerCheck> make_refusal_check();

}  // namespace mettle::protocols::openapi
