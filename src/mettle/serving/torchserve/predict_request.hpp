#pragma once

#include "mettle/base/result.hpp"
#include "mettle/http/message.hpp"
#include "mettle/inference/model.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mettle::torchserve {

struct PredictRequest {
    std::int64_t rows = 1;
    bool single = false;              // One row without a batch dimension; so is the reply.
    std::vector<std::string> packed;  // BYTES inputs, which the slab borrows.
};

// Reads requests of TorchServe's inference API straight into the slab's memory. One for each
// thread.
class PredictRequestParser {
public:
    PredictRequestParser();
    ~PredictRequestParser();
    PredictRequestParser(PredictRequestParser&&) = delete;

    // What a client may send: a body that is the only input's bytes or JSON; JSON with a key for
    // each input; a form, multipart or urlencoded, with a field for each; or the same in the query
    // of a request without a body. `data` and `body` are names of the only input, too. A value of
    // one dimension less than its input is a single row. Fails with `invalid_input` or `too_large`
    // and a sentence for the client.
    Result<void> parse(const http::Request& http, const Signature& signature, Slab& slab,
                       PredictRequest& request);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mettle::torchserve
