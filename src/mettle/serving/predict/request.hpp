#pragma once

#include "mettle/base/result.hpp"
#include "mettle/inference/model.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::predict {

struct Request {
    std::int64_t rows = 0;
    bool single = false;              // One row without a batch dimension; so is the reply.
    std::vector<std::string> packed;  // BYTES inputs, which the slab borrows.
    std::string refusal;              // The body of the 422, where parse() has failed with one.
};

// Reads a value for each input straight into the slab's memory, by the content type:
// - multipart/form-data: a part for each input, whose name is the input's, or `data` for the only
//   one. Of BYTES inputs the bytes themselves, several parts being several rows; of others JSON.
// - image/*, audio/*, video/*, application/octet-stream: the bytes of the only input, if that is
//   BYTES; and so is text/plain then.
// - all others: JSON, {"input": value, ...}.
// A value of one dimension less than its input is a single row, and so is a lone file.
// One for each thread.
class RequestParser {
public:
    RequestParser();
    ~RequestParser();
    RequestParser(RequestParser&&) = delete;

    // At least 64 bytes behind `body` are readable. Fails with `invalid_input` and all that is
    // wrong at once, in FastAPI's form, in `request.refusal`; or with `too_large`.
    Result<void> parse(std::string_view content_type, std::string_view body,
                       const Signature& signature, Slab& slab, Request& request);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mettle::predict
