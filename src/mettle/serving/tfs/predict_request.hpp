#pragma once

#include "mettle/base/result.hpp"
#include "mettle/inference/model.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::tfs {

// What a request of TF Serving's REST API asks beside its tensors. Used again for the next one.
struct PredictRequest {
    bool by_row = true;               // `instances`; else `inputs`, by column.
    std::int64_t rows = 1;            // Of the call.
    std::int64_t items = 1;           // Of `instances`.
    std::vector<std::string> packed;  // BYTES inputs, borrowed by the slab.
};

// Reads requests of TF Serving's REST API straight into the slab's memory. One for each thread.
class PredictRequestParser {
public:
    PredictRequestParser();
    ~PredictRequestParser();
    PredictRequestParser(PredictRequestParser&&) = delete;

    // {"signature_name"?, "instances": [...]} or {"signature_name"?, "inputs": ...}. At least 64
    // bytes behind `body` are readable. Fails with `invalid_input` and a sentence for the client.
    // The slab borrows of `request`, which must outlive the run.
    Result<void> parse(std::string_view body, const Signature& signature, Slab& slab,
                       PredictRequest& request);

    // {"signature_name"?, "context"?: {...}, "examples": [{...}]}, of classify and regress: the
    // features of an example are the model's inputs, and what an example lacks is in the context.
    Result<void> parse_examples(std::string_view body, const Signature& signature, Slab& slab,
                                PredictRequest& request);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mettle::tfs
