#pragma once

#include "mettle/protocols/openapi/document.hpp"

#include <set>
#include <string>

namespace mettle::protocols::openapi {

// A POST that computes an answer and keeps nothing, as far as its path and operationId tell:
// predict, infer, classify, embed, score, generate and their like, and no word of changing
// something, such as delete, train or upload.
bool looks_like_prediction(const Operation& operation);

// Why an operation is not sent unless it is asked for; empty where it may be. Only GETs, and POSTs
// that look like prediction, and neither with an id that would have to be guessed: one that has no
// value in the document and none in `columns` of the user's data.
std::string why_not_by_default(const Operation& operation, const std::set<std::string>& columns);

}  // namespace mettle::protocols::openapi
