#include "mettle/serving/error_answer.hpp"

#include "mettle/app/app.hpp"
#include "mettle/serving/model_route.hpp"

namespace mettle {

int status_of(Error::Kind kind) {
    switch (kind) {
        case Error::Kind::invalid_input:
        case Error::Kind::protocol_violation:
            return 400;
        case Error::Kind::not_found:
            return 404;
        case Error::Kind::too_large:
            return 413;
        case Error::Kind::unsupported:
            return 501;
        case Error::Kind::unavailable:
        case Error::Kind::cancelled:
            return 503;
        case Error::Kind::too_many:
            return 429;
        case Error::Kind::timed_out:
            return 504;
        case Error::Kind::connection_lost:
        case Error::Kind::internal:
            break;
    }
    return 500;
}

int retry_after_ms(const Error& missing) {
    constexpr int kLoadMs = 1000;
    return missing.kind == Error::Kind::unavailable ? kLoadMs : 0;
}

void answer_error(http::Response& response, const Error& error, int retry_after_ms) {
    response.status = status_of(error.kind);
    response.content_type = "application/json";
    response.body = app::error_body(error.message);
    add_retry_after(response, retry_after_ms);
}

}  // namespace mettle
