#pragma once

#include "mettle/http/message.hpp"
#include "mettle/inference/call.hpp"

#include <string>
#include <string_view>

namespace mettle {

// "Server-Timing: parse;dur=0.012, queue;dur=0, batch;dur=0;desc="16", infer;dur=0.4,
// write;dur=0.01": where the time of an inference reply went, in milliseconds. `written` is when
// its body was encoded.
void add_server_timing(http::Response& response, const InferenceCall& call, TimePoint written);

// The client's x-request-id when it is at most 128 visible ASCII characters, else a new one. Gives
// it, a view into the response's headers.
std::string_view add_request_id(http::Response& response, std::string_view from_client);

}  // namespace mettle
