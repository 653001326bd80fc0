#pragma once

#include "mettle/load/transport.hpp"
#include "mettle/protocols/task.hpp"
#include "mettle/protocols/v2/infer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::protocols::v2 {

// The task that sends `payloads` to a V2 model, under the model's name. Answers are checked for
// form and, where a payload has `expected`, values: Outcome::validation and Outcome::wrong_answer,
// with a detail that says what was wrong. `headers` go behind each payload's own.
struct InferTask {
    std::string model;
    std::string version;
    Signature signature;
    http::HeaderList headers;
    std::string name = {};  // Of the task; empty: the model's.
    // That made the payloads, which then have ids; none: they have none.
    std::optional<std::uint64_t> seed = {};
};
Task make_task(const InferTask& what, const std::vector<Payload>& payloads);

}  // namespace mettle::protocols::v2
