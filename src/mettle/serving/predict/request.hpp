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
};

// Reads {"input": value, ...} straight into the slab's memory. One for each thread.
class RequestParser {
public:
    RequestParser();
    ~RequestParser();
    RequestParser(RequestParser&&) = delete;

    // At least 64 bytes behind `body` are readable. A value of one dimension less than its input is
    // a single row. Fails with `invalid_input`, whose message is FastAPI's body of a 422:
    // {"detail": [{"type", "loc", "msg", "input"}, ...]}, all that is wrong at once.
    Result<void> parse(std::string_view body, const Signature& signature, Slab& slab,
                       Request& request);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mettle::predict
