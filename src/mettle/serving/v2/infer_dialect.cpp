#include "mettle/serving/v2/infer_dialect.hpp"

#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/v2/infer_request.hpp"
#include "mettle/serving/v2/infer_response.hpp"

#include <fmt/format.h>

namespace mettle::v2 {

namespace {

constexpr std::uint64_t kLongestTimeoutUs = 365ull * 24 * 3600 * 1'000'000;  // More is none.

struct InferQuestion final : Question {
    InferRequest request;
};

InferRequest& request_of(HttpCall& call) {
    return static_cast<InferQuestion&>(*call.question).request;
}

}  // namespace

std::unique_ptr<Question> InferDialect::make_question() const {
    return std::make_unique<InferQuestion>();
}

Result<void> InferDialect::read(HttpCall& call) const {
    thread_local InferRequestParser parser;
    const http::Request& request = call.exchange->request;
    InferRequest& into = request_of(call);
    into.clear();
    const auto json_size =
        parse_json_size(request.header("inference-header-content-length"), request.body.size());
    if (!json_size) return std::unexpected(json_size.error());
    auto parsed = parser.parse(request.body, *json_size, call.model->signature(), *call.slab, into);
    call.rows = into.rows;
    call.priority = into.priority;
    if (into.timeout_us > 0 && into.timeout_us < kLongestTimeoutUs) {
        const TimePoint its = call.received + std::chrono::microseconds(into.timeout_us);
        if (its < call.deadline) {
            call.deadline = its;
            call.place.by_slo = false;
        }
    }
    return parsed;
}

Result<void> InferDialect::write(HttpCall& call, http::Response& response) const {
    return encode_response(*call.model, request_of(call), *call.slab, response);
}

void InferDialect::refuse(http::Response& response, const Error& error, int retry_after_ms) const {
    answer_error(response, error, retry_after_ms);
}

}  // namespace mettle::v2
