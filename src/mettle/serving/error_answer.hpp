#pragma once

#include "mettle/base/result.hpp"
#include "mettle/http/message.hpp"

namespace mettle {

// Answers with an error in the form of V2 and TF Serving, {"error": "..."}, and the status of its
// kind. `retry_after_ms`, when positive, is said in both headers.
void answer_error(http::Response& response, const Error& error, int retry_after_ms = 0);
int status_of(Error::Kind kind);

// When to ask again for a model that could not be found: one that is being loaded may be there in
// the time that a load takes; 0 for others.
int retry_after_ms(const Error& missing);

}  // namespace mettle
