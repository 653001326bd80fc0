#pragma once

#include "mettle/base/result.hpp"
#include "mettle/http/message.hpp"
#include "mettle/inference/model.hpp"
#include "mettle/serving/tfs/predict_request.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mettle::invocations {

struct Request {
    bool by_row = false;  // A table was sent: the answer is a record for each row.
    std::int64_t rows = 1;
    std::vector<std::string> packed;  // BYTES inputs, which the slab borrows.
    tfs::PredictRequest tensors;      // Of `instances` and `inputs`; it has such, too.
};

// Reads the bodies of POST /invocations, as MLflow's and SageMaker's clients send them, straight
// into the slab's memory. One for each thread.
class RequestParser {
public:
    RequestParser();
    ~RequestParser();
    RequestParser(RequestParser&&) = delete;

    // JSON with one of dataframe_split, dataframe_records, instances and inputs, and perhaps
    // params, which are passed over; or CSV, as the Content-Type says. Fails with a sentence for
    // the client: `invalid_input`, or `unsupported` for another Content-Type.
    Result<void> parse(const http::Request& http, const Signature& signature, Slab& slab,
                       Request& request);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mettle::invocations
